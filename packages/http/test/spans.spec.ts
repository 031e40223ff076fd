import { type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientFor, json, rejection, requestTo, serve } from './support';

interface Seen {
  readonly name: string;
  readonly attributes: Record<string, unknown>;
  status?: SpanStatusCode;
  ended: boolean;
}

let spans: Seen[];

/** As much of a tracer as a client uses. */
function tracer(name: string): Span {
  const seen: Seen = { name, attributes: {}, ended: false };
  spans.push(seen);
  const span = {
    isRecording: () => true,
    setAttributes: (values: object) => Object.assign(seen.attributes, values) && span,
    setAttribute: (key: string, value: unknown) => void (seen.attributes[key] = value),
    setStatus: ({ code }: { code: SpanStatusCode }) => void (seen.status = code),
    end: () => void (seen.ended = true),
  };
  return span as unknown as Span;
}

beforeEach(() => {
  spans = [];
  trace.setGlobalTracerProvider({
    getTracer: () => ({ startSpan: tracer, startActiveSpan: () => undefined }) as never,
  });
});
afterEach(() => trace.disable());

describe('spans', () => {
  it('tell of each request, and no secret', async () => {
    const { origin, port } = await serve((request, response) =>
      request.url?.startsWith('/bad') ? response.writeHead(500).end() : json(response, {}),
    );
    const client = clientFor({ origins: [origin] });
    await client.request(requestTo(`${origin}/x?key=s3cret`, { token: 'tok' }));
    await rejection(client.request(requestTo(`${origin}/bad`)));
    const stream = client.stream(requestTo(`${origin}/s`), (_head, chunks) => chunks);
    expect(await stream.next()).toMatchObject({ done: false });
    await stream.return(undefined);
    expect(spans).toEqual([
      {
        name: 'GET',
        ended: true,
        attributes: {
          'http.request.method': 'GET',
          'http.response.status_code': 200,
          'server.address': '127.0.0.1',
          'server.port': port,
          'stateful_workflow.adapter': 'testAdapter',
          'url.full': `${origin}/x?key=…`,
        },
      },
      {
        name: 'GET',
        ended: true,
        status: SpanStatusCode.ERROR,
        attributes: expect.objectContaining({ 'http.response.status_code': 500, 'error.type': 'HttpError' }),
      },
      { name: 'GET', ended: true, attributes: expect.objectContaining({ 'url.full': `${origin}/s` }) },
    ]);
    expect(JSON.stringify(spans)).not.toMatch(/s3cret|tok"/);
  });

  it.each(['/next/t0ken%2Fof-a-tenant', '/next/T0KEN%252Fof-a-tenant', '/x?t0ken%2Fof-a-tenant=1'])(
    'name no path that holds the credential, as a link of an API may: %s',
    async (path) => {
      const { origin } = await serve((_, response) => json(response, {}));
      const client = clientFor({ origins: [origin] });
      await client.request(requestTo(`${origin}${path}`, { token: 't0ken/of-a-tenant' }));
      expect(spans).toMatchObject([{ ended: true, attributes: { 'url.full': `${origin}/…` } }]);
      expect(JSON.stringify(spans)).not.toMatch(/of-a-tenant/i);
    },
  );
});
