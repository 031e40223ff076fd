import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { describeUrl } from './describe-url';

/**
 * Starts an OpenTelemetry span for a request, as the semantic conventions for HTTP clients have it. Costs nothing
 * where the user has set up no tracing. The URL is told by {@link tellUrl}, once it is known what in it is secret.
 */
export function requestSpan(method: string, url: URL, adapter: string): Span {
  const span = trace.getTracer('@stateful-workflow/http').startSpan(method, { kind: SpanKind.CLIENT });
  if (!span.isRecording()) return span;
  return span.setAttributes({
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port),
    'stateful_workflow.adapter': adapter,
  });
}

/**
 * Tells a span which URL is asked, without the values of its query. Of one whose path holds a secret, as the link to a
 * next page may, only the origin.
 */
export function tellUrl(span: Span, url: URL, isSecret: (text: string) => boolean): void {
  if (!span.isRecording()) return;
  const text = describeUrl(url);
  span.setAttribute('url.full', isSecret(text) ? `${url.origin}/…` : text);
}

/** Marks a span as failed. Its kind only: a message may be anything that an API or a provider says. */
export function failSpan(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR });
  span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
}
