import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import {
  type DataSourceAdapter,
  type Fault,
  type FaultKind,
  InvalidInputError,
  type LoadContext,
  type Page,
  parseExactJson,
  StatefulWorkflowError,
} from '@stateful-workflow/core';
import { z } from 'zod';

const querySchema = z.strictObject({ market: z.string().min(1, 'must not be empty') });
export type PricesQuery = z.output<typeof querySchema>;

export interface PricesOptions {
  /** Where the service is. Nothing else is reached, whatever a workflow asks for. */
  readonly origin: string;
  /** How long one request may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/** Loads the prices of a market. The cursor is the id of the last record that was read. */
export function pricesAdapter({
  origin,
  timeoutMs = 30_000,
}: PricesOptions): DataSourceAdapter<PricesQuery, string> {
  const agent = new http.Agent({ keepAlive: true });
  return {
    name: 'prices',
    contractVersion: 1,
    capabilities: {},
    querySchema,
    load: (query, context) => load(query, { origin, timeoutMs, agent }, context),
    classify,
    close: async () => agent.destroy(),
  };
}

interface Service {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly agent: http.Agent;
}

async function* load(
  { market }: PricesQuery,
  service: Service,
  context: LoadContext<string>,
): AsyncGenerator<Page<string>> {
  context.signal.throwIfAborted();
  const credential = await context.credential(service.origin);
  let after = context.resumeFrom ?? '';
  for (;;) {
    const url = new URL(`/prices?${new URLSearchParams({ market, after }).toString()}`, service.origin);
    const { items, hasMore } = await ask(url, service, credential?.secret.reveal(), context.signal);
    const last = items.at(-1)?.id ?? after;
    if (hasMore && last <= after) throw new PricesFault('fatal', 'The service goes on without an end.');
    after = last;
    context.heartbeat(after);
    yield { records: items, complete: !hasMore };
    context.signal.throwIfAborted();
    if (!hasMore) return;
  }
}

const answerSchema = z.object({
  items: z.array(z.looseObject({ id: z.string().min(1) })),
  hasMore: z.boolean(),
});
const MAX_BYTES = 16 * 1024 * 1024;

async function ask(url: URL, { agent, timeoutMs }: Service, token: string | undefined, signal: AbortSignal) {
  const clock = AbortSignal.timeout(timeoutMs);
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  try {
    const request = http.get(url, { agent, headers, signal: AbortSignal.any([signal, clock]) });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if ((bytes += chunk.length) > MAX_BYTES) throw new PricesFault('fatal', 'The answer is too long.');
      chunks.push(chunk);
    }
    if (response.statusCode !== 200) throw faultOf(response);
    const answer = answerSchema.safeParse(jsonOf(Buffer.concat(chunks).toString()));
    if (!answer.success) throw new PricesFault('fatal', 'The answer has no items and hasMore.');
    return answer.data;
  } catch (error) {
    signal.throwIfAborted();
    if (clock.aborted) throw new PricesFault('transient', `No answer within ${timeoutMs} ms.`);
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    // The parser's own message quotes the answer.
    throw new PricesFault('fatal', 'The answer is not JSON.');
  }
}

class PricesFault extends Error {
  constructor(
    readonly kind: FaultKind,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

function faultOf({ statusCode = 0, headers }: IncomingMessage): PricesFault {
  const said = `The service answered ${statusCode}.`;
  if (statusCode === 401 || statusCode === 403)
    return new PricesFault('unauthorized', `${said} Give the workflow a token that it accepts.`);
  if (statusCode === 429)
    return new PricesFault('throttled', said, Number(headers['retry-after'] ?? 1) * 1_000);
  if (statusCode === 404) return new PricesFault('gone', `${said} There is no such market.`);
  if (statusCode >= 500) return new PricesFault('transient', said);
  return new PricesFault(statusCode >= 400 ? 'invalid' : 'fatal', said);
}

function classify(error: unknown): Fault {
  if (error instanceof PricesFault)
    return {
      kind: error.kind,
      message: error.message,
      ...(error.retryAfterMs !== undefined && { retryAfterMs: error.retryAfterMs }),
    };
  if (error instanceof InvalidInputError) return { kind: 'invalid', message: error.message };
  if (error instanceof StatefulWorkflowError && error.code.startsWith('CREDENTIAL'))
    return { kind: error.retryable ? 'transient' : 'unauthorized', message: error.message };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT)/.test(code))
    return { kind: 'transient', message: `The connection failed (${code}).` };
  return { kind: 'fatal', message: 'Something unknown went wrong. Report it if it comes again.' };
}
