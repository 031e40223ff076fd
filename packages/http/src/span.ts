import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { describeUrl } from './describe-url';

/**
 * Runs a request in an OpenTelemetry span, as the semantic conventions for HTTP clients have it. Costs nothing
 * where the user has set up no tracing. The URL is without the values of its query.
 */
export async function inSpan<T>(
  method: string,
  url: URL,
  adapter: string,
  run: (span: Span) => Promise<T>,
): Promise<T> {
  const attributes = {
    'http.request.method': method,
    'server.address': url.hostname,
    'server.port': Number(url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port),
    'url.full': describeUrl(url),
    'stateful_workflow.adapter': adapter,
  };
  return trace
    .getTracer('@stateful-workflow/http')
    .startActiveSpan(method, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      try {
        return await run(span);
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        // Its kind only: a message may be anything that an API or a provider says.
        span.setAttribute('error.type', error instanceof Error ? error.name : 'unknown');
        throw error;
      } finally {
        span.end();
      }
    });
}
