import { randomBytes } from 'node:crypto';
import { encryptionCodec, Keyring } from '@stateful-workflow/core/client';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codecServer } from '../src/server';
import { fromJson, toJson } from '../src/payload-json';

const UI = 'http://localhost:8233';
const token = randomBytes(16).toString('hex');
const keyring = new Keyring({ primary: 'k', keys: { k: randomBytes(32) } });
const context = { type: 'workflow', namespace: 'billing', workflowId: 'w' } as const;
const plain = defaultPayloadConverter.toPayload({ name: 'Ada' });

describe('the codec server', () => {
  const server = codecServer({ keyring, token });
  let url: string;
  beforeAll(async () => {
    url = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => server.close());

  const post = (
    path: string,
    payloads: readonly Payload[],
    headers: Record<string, string> = { authorization: `Bearer ${token}` },
  ): Promise<Response> =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-namespace': 'billing', ...headers },
      body: JSON.stringify(toJson(payloads)),
    });
  const payloadsOf = async (response: Response): Promise<Payload[]> => {
    expect(response.status).toBe(200);
    return fromJson(await response.json());
  };
  const valuesOf = (payloads: readonly Payload[]): unknown[] =>
    payloads.map((payload) => defaultPayloadConverter.fromPayload(payload));

  it('decodes what a worker encrypted, and leaves other payloads as they are', async () => {
    const [encrypted] = await encryptionCodec(keyring).encode([plain], context);
    const decoded = await payloadsOf(await post('/decode', [encrypted as Payload, plain]));
    expect(valuesOf(decoded)).toEqual([{ name: 'Ada' }, { name: 'Ada' }]);
  });

  it("takes no payloads for none: Temporal's CLI leaves out a list that is empty", async () => {
    const response = await fetch(`${url}/encode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{}',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ payloads: [] });
  });

  it('encodes for the namespace that is asked for', async () => {
    const encoded = await payloadsOf(await post('/encode', [plain]));
    expect(Buffer.from(encoded[0]?.data ?? []).toString('latin1')).not.toContain('Ada');
    expect(valuesOf(await encryptionCodec(keyring).decode(encoded, context))).toEqual([{ name: 'Ada' }]);
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['another token', { authorization: `Bearer ${token.slice(1)}x` }],
    ['another scheme', { authorization: `Basic ${token}` }],
    ['a session that is none', { cookie: `stateful-workflow-codec=${'0'.repeat(64)}` }],
  ])('lets nobody in with %s', async (_, headers) => {
    const response = await post('/decode', [plain], headers);
    expect(response.status).toBe(401);
    expect(await response.text()).not.toContain('Ada');
  });

  it('lets a browser in that has signed in', async () => {
    const signIn = (given: string): Promise<Response> =>
      fetch(url, { method: 'POST', body: new URLSearchParams({ token: given }) });
    const refused = await signIn('wrong');
    expect(refused.status).toBe(401);
    expect(refused.headers.get('set-cookie')).toBeNull();
    const response = await signIn(token);
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/; Max-Age=\d+$/);
    expect(cookie).not.toContain(token);
    const [session = ''] = cookie.split(';');
    expect(
      valuesOf(await payloadsOf(await post('/decode', [plain], { cookie: `other=1; ${session}` }))),
    ).toEqual([{ name: 'Ada' }]);
    expect(await (await fetch(url, { headers: { cookie: session } })).text()).toContain('You are signed in.');
  });

  it('answers browsers for the Temporal UI only', async () => {
    const preflight = (origin: string): Promise<Response> =>
      fetch(`${url}/decode`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-namespace,authorization',
        },
      });
    const { headers } = await preflight(UI);
    expect(headers.get('access-control-allow-origin')).toBe(UI);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-allow-headers')).toContain('x-namespace');
    const other = await preflight('https://evil.example');
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('says what it cannot decode, and nothing of what it holds', async () => {
    const [encrypted] = await encryptionCodec(keyring).encode([plain], { ...context, namespace: 'other' });
    const copied = await post('/decode', [encrypted as Payload]);
    expect(copied.status).toBe(400);
    expect(await copied.json()).toMatchObject({
      message: expect.stringContaining('namespace "other"') as string,
    });
    const bad = await fetch(`${url}/decode`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: '{"payloads":[{"data":42}]}',
    });
    expect(bad.status).toBe(400);
  });

  it('is not made with a token that can be guessed', () => {
    expect(() => codecServer({ keyring, token: 'short' })).toThrow('fewer than 16 characters');
  });
});
