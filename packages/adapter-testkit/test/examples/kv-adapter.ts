import { connect } from 'node:net';
import {
  type DataSourceAdapter,
  type Fault,
  type FaultKind,
  InvalidInputError,
  type LoadContext,
  type Page,
  StatefulWorkflowError,
} from '@stateful-workflow/core';
import { z } from 'zod';
import { lines, say } from './kv-protocol';

const querySchema = z.strictObject({ prefix: z.string() });
export type KvQuery = z.output<typeof querySchema>;

export interface KvOptions {
  readonly host: string;
  readonly port: number;
  /** How long one page may take, in milliseconds. */
  readonly timeoutMs?: number;
}

const PAGE_SIZE = 10;
const MAX_LINE = 4 * 1024 * 1024;

const pageSchema = z.tuple([z.literal('page'), z.number(), z.boolean()], z.tuple([z.string(), z.string()]));
const refusalSchema = z.tuple([z.literal('no'), z.string()], z.number());

/** Loads the pairs of a key-value store whose keys begin alike. The cursor is the last key that was read. */
export function kvAdapter({ host, port, timeoutMs = 30_000 }: KvOptions): DataSourceAdapter<KvQuery, string> {
  return {
    name: 'kv',
    contractVersion: 1,
    capabilities: { validators: true },
    querySchema,
    load: (query, context) => load(query, { host, port, timeoutMs }, context),
    classify,
  };
}

async function* load(
  { prefix }: KvQuery,
  { host, port, timeoutMs }: Required<KvOptions>,
  context: LoadContext<string>,
): AsyncGenerator<Page<string>> {
  const { signal, checkpoint } = context;
  signal.throwIfAborted();
  const credential = await context.credential(`kv://${host}:${port}`);
  const socket = connect(port, host);
  const abort = (): void => void socket.destroy();
  signal.addEventListener('abort', abort, { once: true });
  let isLate = false;
  try {
    say(socket, ['auth', credential?.secret.reveal() ?? '']);
    const answers = lines(socket, MAX_LINE);
    const { resumeFrom } = context;
    let after = resumeFrom ?? '';
    let first: string | undefined;
    for (;;) {
      say(socket, ['scan', prefix, after, PAGE_SIZE]);
      const timer = setTimeout(() => {
        isLate = true;
        socket.destroy();
      }, timeoutMs);
      const { value: answer, done } = await answers.next().finally(() => clearTimeout(timer));
      if (done) throw new KvFault('transient', 'The store closed the connection.');
      const [version, isLast, pairs] = read(answer);
      first ??= `"${version}"`;
      const validators = { etag: first };
      if (checkpoint?.validators?.etag === first && after === '') {
        yield { records: [], unchanged: true, validators, complete: false };
        return;
      }
      const last = pairs.at(-1)?.[0] ?? after;
      if (!isLast && last <= after) throw new KvFault('fatal', 'The store goes on without an end.');
      after = last;
      context.heartbeat(after);
      const records = pairs.map(([id, name]) => ({ id, name }));
      // Of the version that was there at first: what changed since, the next load finds. That of an attempt before is unknown.
      yield { records, complete: isLast, ...(isLast && resumeFrom === undefined && { validators }) };
      signal.throwIfAborted();
      if (isLast) return;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (isLate) throw new KvFault('transient', `The store gave no page within ${timeoutMs} ms.`);
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

function read(answer: unknown): readonly [number, boolean, readonly (readonly [string, string])[]] {
  const page = pageSchema.safeParse(answer);
  if (page.success) {
    const [, version, isLast, ...pairs] = page.data;
    return [version, isLast, pairs];
  }
  const refusal = refusalSchema.safeParse(answer);
  if (!refusal.success) throw new KvFault('fatal', 'The store answered something that is no page.');
  const [, reason, seconds] = refusal.data;
  throw new KvFault(REASONS[reason] ?? 'fatal', `The store refuses the scan (${reason}).`, seconds);
}

const REASONS: Readonly<Record<string, FaultKind>> = {
  token: 'unauthorized',
  busy: 'throttled',
  prefix: 'invalid',
  gone: 'gone',
};

class KvFault extends Error {
  constructor(
    readonly kind: FaultKind,
    message: string,
    readonly seconds?: number,
  ) {
    super(message);
  }
}

function classify(error: unknown): Fault {
  if (error instanceof KvFault) {
    const { kind, message, seconds } = error;
    return { kind, message, ...(seconds !== undefined && { retryAfterMs: seconds * 1_000 }) };
  }
  if (error instanceof InvalidInputError) return { kind: 'invalid', message: error.message };
  if (error instanceof StatefulWorkflowError && error.code.startsWith('CREDENTIAL'))
    return { kind: error.retryable ? 'transient' : 'unauthorized', message: error.message };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/^(ECONN|ENOTFOUND|EAI_AGAIN|EPIPE|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE)/.test(code))
    return { kind: 'transient', message: `The connection to the store failed (${code}).` };
  if (error instanceof SyntaxError) return { kind: 'fatal', message: 'The store answered what is no JSON.' };
  return { kind: 'fatal', message: 'Something unknown went wrong. Report it if it comes again.' };
}
