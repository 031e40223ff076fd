import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { github, hmac } from '../src/index';
import { signed } from '../src/testing';
import {
  changingSecrets,
  event,
  expectNoSecrets,
  FORMER,
  SECRET,
  TestEnvironment,
  told,
  unsigned,
} from './support/environment';

const MINUTE = 60_000;
const REFUSED = { status: 401, outcome: 'refused' };

/** A request with other headers. */
function having(request: Request, changes: Record<string, string | undefined>): Request {
  const headers = new Headers(request.headers);
  for (const [name, value] of Object.entries(changes))
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  return new Request(request, { headers });
}

/** A request whose body comes in chunks. */
const streaming = (request: Request, body: ReadableStream): Request =>
  new Request(request, { body, duplex: 'half' } as RequestInit);

const header = (request: Request, name: string): string => request.headers.get(name) ?? '';

/** A body that goes on for ever, or until somebody has had enough. */
function endless(chunk: Uint8Array, isStuck = false): { body: ReadableStream; read: () => number } {
  let read = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (isStuck && read > 0) return new Promise(() => {});
        read += chunk.byteLength;
        controller.enqueue(chunk);
        return undefined;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, read: () => read };
}

describe('hostile requests', () => {
  let env: TestEnvironment;
  let id: string;
  beforeAll(async () => {
    env = await TestEnvironment.start();
    id = await env.customer();
  });
  afterAll(() => env.stop());

  const stale = (minutes: number) => event(id, { signedAt: Date.now() - minutes * MINUTE });

  it.each<[string, () => Promise<Request>]>([
    ['a signature by nobody', async () => having(await event(id), { 'webhook-signature': 'v1,AAAA' })],
    ['a signature by another secret', () => event(id, {}, FORMER)],
    [
      'a signature of another body',
      async () => new Request(await event(id), { body: '{"type":"customer.updated"}' }),
    ],
    ['a signature of another id', async () => having(await event(id), { 'webhook-id': 'evt_other' })],
    [
      'a signature of another time',
      async () => {
        const request = await event(id, { signedAt: Date.now() - MINUTE });
        return having(request, { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000)) });
      },
    ],
    ['no signature', async () => having(await event(id), { 'webhook-signature': undefined })],
    ['an empty signature', async () => having(await event(id), { 'webhook-signature': '' })],
    ['no id', async () => having(await event(id), { 'webhook-id': undefined })],
    ['no time', async () => having(await event(id), { 'webhook-timestamp': undefined })],
    ['no headers at all', async () => unsigned(id)],
    ['an old time', () => stale(6)],
    ['a future time', () => stale(-6)],
    ['a time that is none', async () => having(await event(id), { 'webhook-timestamp': 'now' })],
    [
      'a time with something after it',
      async () => {
        const request = await event(id);
        return having(request, { 'webhook-timestamp': `${header(request, 'webhook-timestamp')}.9` });
      },
    ],
    ['a time that is no number', async () => having(await event(id), { 'webhook-timestamp': '1e400' })],
    [
      'a signature of another version',
      async () => {
        const request = await event(id);
        return having(request, {
          'webhook-signature': header(request, 'webhook-signature').replace('v1', 'v2'),
        });
      },
    ],
    [
      'a signature of characters that are none',
      async () => having(await event(id), { 'webhook-signature': 'v1,é' }),
    ],
  ])('are refused, all alike: %s', async (_, make) => {
    const heard = env.handler();
    const answer = await told(await heard.handler(await make()));
    expect(answer).toEqual(REFUSED);
    expect(heard.reports).toMatchObject([{ status: 401, outcome: 'refused', reason: expect.any(String) }]);
    expect(heard.reports[0]).not.toHaveProperty('id');
    expectNoSecrets(heard, answer);
  });

  it('a replayed one is a double, and has nobody load again', async () => {
    const { handler } = env.handler();
    const customer = await env.customer();
    const request = await event(customer);
    expect((await told(await handler(request.clone()))).outcome).toBe('accepted');
    expect(await told(await handler(request))).toEqual({ status: 200, outcome: 'duplicate' });
    expect(await env.refreshes(customer)).toBe(1);
  });

  it('two signatures in a header: one that fits will do for a scheme that rotates so, and for no other', async () => {
    const request = await event(id);
    const others = `v1,AAAA v2,BBBB ${header(request, 'webhook-signature')}`;
    const { handler } = env.handler();
    expect((await told(await handler(having(request, { 'webhook-signature': others })))).status).toBe(200);

    const by = env.handler({ scheme: github() });
    const delivery = await signed(unsigned(id), github(), SECRET);
    const twice = `sha256=${'0'.repeat(64)}, ${header(delivery, 'x-hub-signature-256')}`;
    expect(await told(await by.handler(having(delivery, { 'x-hub-signature-256': twice })))).toEqual(REFUSED);
  });

  it('an empty secret is none: anybody could sign with it', async () => {
    const scheme = hmac({ header: 'x-signature' });
    const heard = env.handler({ scheme, secrets: [changingSecrets({ CRM_HOOK: '' })] });
    const request = await signed(unsigned(id), scheme, '');
    expect(await told(await heard.handler(request))).toEqual({ status: 500, outcome: 'failed' });
    // Nor is one beside another that is set.
    const either = env.handler({
      scheme,
      secret: ['secret:CRM_HOOK', 'secret:EMPTY'],
      secrets: [changingSecrets({ CRM_HOOK: SECRET, EMPTY: '' })],
    });
    expect(await told(await either.handler(await signed(unsigned(id), scheme, '')))).toEqual(REFUSED);
  });

  it.each([
    ['GET', 405],
    ['PUT', 405],
    ['DELETE', 405],
  ])('%s is answered with what is allowed', async (method, status) => {
    const answer = await env.handler().handler(new Request('https://app.example.com/', { method }));
    expect(answer.headers.get('allow')).toBe('POST');
    expect(await told(answer)).toMatchObject({ status, outcome: 'invalid' });
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'multipart/form-data',
    '',
  ])('the content type "%s" is not taken', async (type) => {
    const { handler } = env.handler();
    const request = having(await event(id), { 'content-type': type || undefined });
    expect(await told(await handler(request))).toMatchObject({ status: 415, outcome: 'invalid' });
  });

  it('a body that says it is too large is not read', async () => {
    const { body, read } = endless(new Uint8Array(1_024));
    const request = having(await event(id), { 'content-length': '1048577' });
    const { handler } = env.handler();
    const answer = await handler(streaming(request, body));
    expect(await told(answer)).toMatchObject({ status: 413, outcome: 'invalid' });
    expect(read()).toBe(0);
  });

  it.each([undefined, '10', 'much'])(
    'a body that is too large is left, whatever it says: %s',
    async (length) => {
      const { body, read } = endless(new Uint8Array(1_024));
      const request = having(await event(id), { 'content-length': length });
      const { handler } = env.handler({ maxBodyBytes: 10_000 });
      const answer = await handler(streaming(request, body));
      expect(await told(answer)).toMatchObject({ status: 413, outcome: 'invalid' });
      expect(read()).toBe(10 * 1_024);
    },
  );

  it('a body that does not come to its end is left', async () => {
    const { body } = endless(new Uint8Array(10), true);
    const { handler } = env.handler({ bodyTimeoutMs: 50 });
    const answer = await handler(streaming(await event(id), body));
    expect(await told(answer)).toMatchObject({ status: 408, outcome: 'invalid' });
  });

  it('a body that breaks off is left', async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error('aborted')) });
    const { handler } = env.handler();
    const answer = await handler(streaming(await event(id), body));
    expect(await told(answer)).toMatchObject({ status: 400, outcome: 'invalid' });
  });

  it('a body that somebody has read cannot be proven, and the application hears why', async () => {
    const { handler, lines } = env.handler();
    const request = await event(id);
    await request.json();
    const answer = await told(await handler(request));
    expect(answer).toMatchObject({
      status: 500,
      outcome: 'failed',
      message: expect.stringMatching(/^body: was read/),
    });
    expect(lines.join()).toContain('Mount the handler where no body parser comes before it');
  });

  it.each<[string, string | Uint8Array]>([
    ['nothing', ''],
    ['no JSON', '{"type":'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a hundred levels and more', '['.repeat(200) + ']'.repeat(200)],
  ])('a signed body that is %s is not taken, and not quoted', async (_, body) => {
    const scheme = hmac({ header: 'x-signature' });
    const heard = env.handler({ scheme });
    const request = new Request('https://app.example.com/', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(body),
    });
    const answer = await told(await heard.handler(await signed(request, scheme, SECRET)));
    expect(answer).toMatchObject({ status: 400, outcome: 'invalid' });
    expect(answer.message).toMatch(/^The body is (not JSON in UTF-8|nested more than 100 levels)/);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['blank', ' \t'],
    ['longer than ids are', 'x'.repeat(801)],
    ['half of a surrogate pair', '\ud800'],
    ['the name of a prototype', '__proto__'],
    ['the name of a constructor', 'constructor'],
    ['a path', '../../Order-1'],
    ['an encoded path', '%2e%2e%2fOrder-1'],
    ['a control character', 'c_1\u0000'],
    ['of another script', '顧客-४२-🦊'],
    ['a query', "' OR WorkflowType = 'OrderWorkflow"],
  ])('an id that is %s reaches no workflow but one of that id', async (_, hostile) => {
    const { handler } = env.handler();
    const answer = await told(await handler(await event(hostile)));
    expect(answer).toEqual({ status: 200, outcome: 'unknown' });
  });

  it('an id of any script reaches its workflow', async () => {
    const script = '顧客/४२ 🦊 __proto__';
    env.records.set(script, { name: 'Ada' });
    await env.customers.ensure({ id: script });
    const { handler } = env.handler();
    expect((await told(await handler(await event(script)))).outcome).toBe('accepted');
    expect(await env.refreshes(script)).toBe(1);
  });
});
