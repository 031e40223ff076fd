import { MockActivityEnvironment } from '@temporalio/testing';
import { ApplicationFailure } from '@temporalio/common';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { DataSourceAdapter, LoadContext, Page } from '../contract/adapter';
import type { LoadRequest, LoadResult, SnapshotResult } from '../contract/load';
import { defineSchema, many } from '../contract/schema';
import { Secret } from '../contract/secret';
import { loadActivity } from './load-activity';
import { memorySnapshots, type SnapshotStore } from './snapshots';

const ORIGIN = 'https://api.example.com';
const TOKEN = 'tok/5ecret+v"1"&é';
const NEXT = 'tok/rotated+v"2"&ü';

const request: LoadRequest = {
  source: 'contacts',
  query: {},
  entity: { name: 'Customer', id: 'c_1' },
  schema: defineSchema({ Customer: { relations: { contacts: many('Contact') } }, Contact: {} }),
  into: 'contacts',
  credential: 'secret:T',
};

/** What one attempt left, wherever it left it. */
interface Left {
  readonly result?: LoadResult;
  readonly failure?: ApplicationFailure;
  readonly beats: readonly unknown[];
  readonly log: readonly LogEntry[];
  readonly kept: ReadonlyMap<string, string>;
}

interface Attempt {
  readonly token?: string;
  readonly request?: Partial<LoadRequest>;
  readonly attempt?: number;
  readonly heartbeatDetails?: unknown;
  readonly kind?: 'fatal' | 'throttled';
}

/** Runs an attempt of a load whose adapter does as it is told. */
async function attempt(
  load: (context: LoadContext, token: string) => AsyncIterable<Page>,
  { token = TOKEN, request: other, attempt: number = 1, heartbeatDetails, kind = 'fatal' }: Attempt = {},
): Promise<Left> {
  const kept = new Map<string, string>();
  const store = memorySnapshots();
  const snapshots: SnapshotStore = {
    ...store,
    set: (key, text) => (kept.set(key, text), store.set(key, text)),
  };
  const adapter: DataSourceAdapter = {
    name: 'leaky',
    contractVersion: 1,
    capabilities: { incremental: true, validators: true },
    querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    async *load(_, context) {
      const credential = await context.credential(ORIGIN);
      yield* load(context, credential?.secret.reveal() ?? '');
    },
    classify: (error) => ({ kind, message: error instanceof Error ? error.message : String(error) }),
  };
  const provider = { name: 'test', get: () => ({ secret: new Secret(token), origins: [ORIGIN] }) };
  const log: LogEntry[] = [];
  const beats: unknown[] = [];
  const environment = new MockActivityEnvironment(
    // A fingerprint takes long to make, and longer on a busy machine.
    { attempt: number, heartbeatDetails, startToCloseTimeoutMs: 60_000 },
    { logger: new DefaultLogger('TRACE', (entry) => log.push(entry)) },
  );
  environment.on('heartbeat', (details) => beats.push(details));
  const harness = { vault: { providers: [provider] }, snapshots, maxResultBytes: 1e6, maxLoadBytes: 1e8 };
  const activity = loadActivity(adapter, harness);
  try {
    const result = await environment.run<
      [LoadRequest],
      LoadResult,
      (given: LoadRequest) => Promise<LoadResult>
    >(activity, { ...request, ...other });
    return { result, beats, log, kept };
  } catch (failure) {
    if (!(failure instanceof ApplicationFailure)) throw failure;
    return { failure, beats, log, kept };
  }
}

/** Everything that was left, as text: also what JSON leaves out of errors. */
const textOf = ({ result, failure, beats, log, kept }: Left): string =>
  JSON.stringify([
    result,
    failure && [failure.message, failure.stack, failure.details, failure.type, failure.cause],
    beats,
    log.map(({ message, meta }) => [message, meta]),
    [...kept],
  ]);

function expectNoSecret(left: Left, ...secrets: string[]): void {
  const text = textOf(left).toLowerCase();
  for (const secret of secrets.flatMap((value) => [value, encodeURIComponent(value), JSON.stringify(value)]))
    for (let at = 0; at + 8 <= secret.length; at++)
      expect(text).not.toContain(
        JSON.stringify(secret.slice(at, at + 8))
          .slice(1, -1)
          .toLowerCase(),
      );
}

const page = (more: Partial<Page>): Page => ({ records: [], complete: true, ...more });

describe('a record that holds the credential', () => {
  it('comes without it, and the log says where it was', async () => {
    const left = await attempt(async function* (_, token) {
      const self = `${ORIGIN}/k_1?ACCESS_TOKEN=${encodeURIComponent(token)}&page=2`;
      yield page({
        records: [{ id: 'k_1', self, tags: ['a', token.toUpperCase()], deep: { echo: `<${token}>` } }],
      });
    });
    expectNoSecret(left, TOKEN);
    expect((left.result as SnapshotResult).entities['Contact']).toEqual({
      k_1: {
        id: 'k_1',
        self: `${ORIGIN}/k_1?ACCESS_TOKEN=[secret]&page=2`,
        tags: ['a', '[secret]'],
        deep: { echo: '<[secret]>' },
      },
    });
    expect(JSON.stringify(left.log.map(({ meta }) => meta))).toContain('the records.Contact.k_1.tags[1]');
  });

  it('has the digest that it has with another credential: a rotation is no change', async () => {
    const load = async function* (_: LoadContext, token: string): AsyncIterable<Page> {
      yield page({ records: [{ id: 'k_1', self: `${ORIGIN}?t=${encodeURIComponent(token)}` }] });
    };
    const first = (await attempt(load)).result as SnapshotResult;
    const { digest } = first.checkpoint;
    const left = await attempt(load, { token: NEXT, request: { checkpoint: { digest } } });
    expect(left.result).toMatchObject({ outcome: 'unchanged' });
  });

  it.each([
    [
      'an id',
      (token: string) => ({ id: token }),
      'the name of a field or the id of an entity in the records.Contact',
    ],
    ['the name of a field', (token: string) => ({ id: 'k_1', [token]: 1 }), 'in the records.Contact.k_1'],
  ])('fails the load, and names the place, where it is %s', async (_, record, place) => {
    const left = await attempt(async function* (_context, token) {
      yield page({ records: [record(token)] });
    });
    expectNoSecret(left, TOKEN);
    expect(left.failure).toMatchObject({ type: 'fault.invalid', nonRetryable: true });
    expect(left.failure?.message).toContain(place);
  });

  it('fails the load where it is a number, or the id of what is gone', async () => {
    const number = await attempt(
      async function* (_, token) {
        yield page({ records: [{ id: 'k_1', pin: Number(token) }] });
      },
      { token: '8305127746' },
    );
    expect(number.failure?.message).toContain('the records.Contact.k_1.pin');
    expectNoSecret(number, '8305127746');
    const gone = await attempt(async function* (_, token) {
      yield page({ complete: false, deletes: [{ name: 'Contact', id: token }] });
    });
    expect(gone.failure?.message).toContain('deletes');
    expectNoSecret(gone, TOKEN);
  });

  it('is left as it is where a secret is too short to be told from data', async () => {
    const left = await attempt(
      async function* () {
        yield page({ records: [{ id: 'k_1', name: 'hunter2' }] });
      },
      { token: 'hunter2' },
    );
    expect(left.result).toMatchObject({ entities: { Contact: { k_1: { name: 'hunter2' } } } });
  });
});

/** How an API puts a credential into what it wants back. */
const IN_LINKS: readonly (readonly [string, (token: string) => unknown])[] = [
  ['a parameter', (token) => `${ORIGIN}/c?access_token=${encodeURIComponent(token)}&page=2`],
  [
    'a parameter in another case',
    (token) => `${ORIGIN}/c?Access_Token=${encodeURIComponent(token).toLowerCase()}`,
  ],
  ['a form', (token) => `?${new URLSearchParams({ access_token: token, page: '2' }).toString()}`],
  ['the path', (token) => `${ORIGIN}/t/${encodeURIComponent(token)}/c`],
  ['another parameter', (token) => `?next=${encodeURIComponent(`/c?t=${encodeURIComponent(token)}`)}`],
  ['a cursor', (token) => ({ next: token, page: 2 })],
  ['JSON in a cursor', (token) => JSON.stringify({ token, page: 2 })],
  ['a cursor in base64', (token) => Buffer.from(JSON.stringify({ page: 2, token })).toString('base64')],
  ['a cursor in base64url', (token) => Buffer.from(JSON.stringify({ token, page: 2 })).toString('base64url')],
  ['an incremental value', (token) => [{ since: `at-${token}-1` }]],
  [
    'beside what reads like a placeholder',
    (token) => `[credential:0.plain] [credential::] ${token} [credential:`,
  ],
];

describe('what a source wants back', () => {
  it.each(IN_LINKS)(
    'is stored without the credential, and comes back with the one in use: %s',
    async (name, make) => {
      const left = await attempt(async function* (_context, token) {
        yield page({ cursor: make(token), validators: { etag: `W/"${token}"` } });
      });
      expectNoSecret(left, TOKEN);
      const { checkpoint } = left.result as SnapshotResult;
      expect(checkpoint.origin).toBe(ORIGIN);
      for (const token of [TOKEN, NEXT]) {
        let seen: LoadContext['checkpoint'];
        const again = await attempt(
          async function* (context) {
            seen = context.checkpoint;
            yield page({ cursor: context.checkpoint?.cursor, validators: context.checkpoint?.validators });
          },
          { token, request: { checkpoint } },
        );
        expect(seen).toMatchObject({ cursor: make(token), validators: { etag: `W/"${token}"` } });
        expectNoSecret(again, token);
        // Of base64 it depends on its length which of two kinds it is.
        if (name.includes('base64')) continue;
        // What is stored again is what was stored: nothing has changed.
        expect((again.result as SnapshotResult).checkpoint?.cursor ?? checkpoint.cursor).toEqual(
          checkpoint.cursor,
        );
      }
    },
  );

  it.each(IN_LINKS)('is in a heartbeat as in a checkpoint: %s', async (_, make) => {
    const left = await attempt(
      async function* (context, token) {
        context.heartbeat(make(token));
        yield page({ records: [{ id: 'k_1', echo: token }], complete: false });
        throw new Error('wait');
      },
      { kind: 'throttled' },
    );
    expectNoSecret(left, TOKEN);
    expect(left.kept.size).toBe(1);
    let seen: unknown;
    await attempt(
      async function* (context) {
        seen = context.resumeFrom;
        yield page({});
      },
      { token: NEXT, attempt: 2, heartbeatDetails: left.beats.at(-1) },
    );
    expect(seen).toEqual(make(NEXT));
  });

  it('cannot be made by a source, which could ask for the credential so', async () => {
    const text = '[credential:0.plain]';
    const left = await attempt(async function* () {
      yield page({ cursor: text });
    });
    let seen: unknown;
    await attempt(
      async function* (context) {
        seen = context.checkpoint?.cursor;
        yield page({});
      },
      { request: { checkpoint: (left.result as SnapshotResult).checkpoint } },
    );
    expect(seen).toBe(text);
  });

  it('begins at the beginning when the source has no credential any more', async () => {
    let seen: LoadContext['checkpoint'];
    await attempt(
      async function* (context) {
        seen = context.checkpoint;
        yield page({});
      },
      {
        request: {
          credential: undefined,
          checkpoint: { cursor: '[credential:0.plain]', origin: ORIGIN, digest: 'd' },
        },
      },
    );
    expect(seen?.cursor).toBeUndefined();
  });

  it('fails the load with the place where a secret cannot be put back later', async () => {
    const got = 'acc3ss-token-of-the-load';
    const left = await attempt(async function* (context) {
      context.conceal?.(new Secret(got));
      yield page({ cursor: { link: `?access_token=${got}` } });
    });
    expectNoSecret(left, got);
    expect(left.failure?.message).toContain('the cursor.link');
    expect(left.failure).toMatchObject({ type: 'fault.invalid' });
  });

  it('costs a new beginning, and no failure, in progress', async () => {
    const got = 'acc3ss-token-of-the-load';
    const left = await attempt(
      async function* (context) {
        context.conceal?.(new Secret(got));
        context.heartbeat(`?access_token=${got}`);
        yield page({ records: [{ id: 'k_1' }] });
        throw new Error('wait');
      },
      { kind: 'throttled' },
    );
    expectNoSecret(left, got);
    expect(left.failure).toMatchObject({ type: 'fault.throttled' });
    expect(left.beats.at(-1)).not.toHaveProperty('progress', expect.anything());
    expect(left.log.length).toBeGreaterThan(0);
  });

  it('costs a full answer, and no failure, in validators', async () => {
    const got = 'acc3ss-token-of-the-load';
    const left = await attempt(async function* (context) {
      context.conceal?.(new Secret(got));
      yield page({ records: [{ id: 'k_1' }], validators: { etag: got } });
    });
    expectNoSecret(left, got);
    expect((left.result as SnapshotResult).checkpoint).not.toHaveProperty('validators');
    expect(left.log.length).toBeGreaterThan(0);
  });
});

describe('what is told of a load', () => {
  it('holds no secret in partial errors, their paths and their codes', async () => {
    const left = await attempt(async function* (_, token) {
      yield page({
        complete: false,
        partialErrors: [
          { message: `${'x'.repeat(280)} ${token} (${token.toUpperCase()})`, path: `items.${token}` },
        ],
      });
    });
    expectNoSecret(left, TOKEN);
    expect(left.result).toMatchObject({ partialErrors: [{ path: 'items.[secret]' }] });
  });

  it.each(['user', 'https', ''])('holds no part of a credential: %j and a password', async (user) => {
    const password = 'pa55-word/of+somebody';
    const left = await attempt(
      async function* (context) {
        context.log.warn(`no such user: ${password}`, {
          header: Buffer.from(`x:${password}`).toString('base64'),
        });
        yield page({ records: [{ id: 'k_1', echo: encodeURIComponent(password) }] });
        throw new Error(`wrong password: ${password}`);
      },
      { token: `${user}:${password}` },
    );
    expectNoSecret(left, password);
    expect(left.failure?.message).toContain('wrong password: [secret]');
  });

  it.each([
    [
      'a private key',
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n',
    ],
    ['a connection string', 'postgres://app:pa55%2Fword%2Bof@db.example.com:5432/crm'],
  ])('holds nothing of what is in %s', async (_, token) => {
    const parts = ['MIIEvQIBADANBgkqhkiG9w0BAQEFAASC', 'MIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC', 'pa55/word+of'];
    const left = await attempt(
      async function* () {
        yield page({ complete: false });
        throw new Error(`Not accepted: ${parts.join(', ')}`);
      },
      { token },
    );
    const kept = parts.filter((part) => left.failure?.message.includes(part));
    expect(kept).toEqual(token.startsWith('postgres') ? parts.slice(0, 2) : parts.slice(2));
  });

  it('is cut when the secrets are out, and not before', async () => {
    for (const before of [1_960, 1_980, 1_999, 2_500]) {
      const left = await attempt(async function* (_, token) {
        yield page({ complete: false });
        throw new Error(`${'x'.repeat(before)}${token}${'y'.repeat(3_000_000)}`);
      });
      expectNoSecret(left, TOKEN);
      expect(left.failure?.message.length).toBeLessThan(2_100);
    }
  });

  it('holds no secret in what the log is told of at length', async () => {
    const left = await attempt(async function* (context, token) {
      context.log.warn(`${'x'.repeat(1_990)}${token}`, {
        body: `${'y'.repeat(1_970)}${token}${'z'.repeat(9_000)}`,
      });
      yield page({});
    });
    expectNoSecret(left, TOKEN);
    expect(JSON.stringify(left.log.map(({ meta }) => meta)).length).toBeLessThan(5_000);
  });
});

it('asks no source about half of a surrogate pair', async () => {
  let isAsked = false;
  const left = await attempt(
    async function* () {
      isAsked = true;
      yield page({});
    },
    { request: { entity: { name: 'Customer', id: 'c_\ud800' } } },
  );
  expect(isAsked).toBe(false);
  expect(left.failure?.message).toContain('id: is not well-formed');
});
