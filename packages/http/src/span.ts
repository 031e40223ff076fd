import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { describeUrl } from './describe-url';

/**
 * Starts an OpenTelemetry span for a request, as the semantic conventions for HTTP clients have it. Costs nothing
 * where the user has set up no tracing. The URL is without the values of its query.
 */
export function requestSpan(method: string, url: URL, adapter: string): Span {
  const span = trace.getTracer('@stateful-workflow/http').startSpan(method, { kind: SpanKind.CLIENT });
  if (!span.isRecording()) return span;
  return span.setAttributes({
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port),
    'url.full': describeUrl(url),
    'stateful_workflow.adapter': adapter,
  });
}

/** Marks a span as failed. Its kind only: a message may be anything that an API or a provider says. */
export function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
}
