import { InvalidInputError } from '@stateful-workflow/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { classify, HttpError } from '../src/index';
import { answering, clientFor, json, rejection, requestTo, serve } from './support';

/** A server that nobody is to reach, and how often somebody did. */
let victim: Awaited<ReturnType<typeof serve>>;

beforeEach(async () => {
  victim = await serve((_, response) => json(response, { reached: true }));
});

/** Where a worker keeps what an attacker wants, in the spellings that a URL can have. */
const SPELLED = [
  'http://127.0.0.1',
  'http://127.1',
  'http://0x7f.1',
  'http://0177.0.0.1',
  'http://2130706433',
  'http://0x7f000001',
  'http://017700000001',
  'http://0',
  'http://0.0.0.0',
  'http://①②⑦.⓪.⓪.①',
  'http://127。0。0。1',
  'http://%31%32%37.0.0.1',
  'http://localhost',
  'http://LOCALHOST.',
  'http://[::1]',
  'http://[0:0:0:0:0:0:0:1]',
  'http://[::ffff:127.0.0.1]',
  'http://[::ffff:7f00:1]',
  'http://[::127.0.0.1]',
  'http://169.254.169.254/latest/meta-data/',
  'http://2852039166/latest/meta-data/',
  'http://metadata.google.internal',
  'http://[fd00:ec2::254]',
  'http://10.0.0.1',
  'http://192.168.0.1',
];

/** What looks like the registered origin and is another. */
const DISGUISED = [
  'https://crm.example.com@evil.example.net/',
  'https://crm.example.com:443@evil.example.net/',
  'https://user:pw@crm.example.com/',
  'https://crm.example.com%40evil.example.net/',
  'https://crm.example.com%2eevil.example.net/',
  'https://evil.example.net\\@crm.example.com/',
  'https://evil.example.net#@crm.example.com/',
  'https://evil.example.net?@crm.example.com/',
  'https://crm.example.com\t.evil.example.net/',
  'https://crm.example.com./',
  'https://crm.example.com:444/',
  'https://sub.crm.example.com/',
  'https://example.com/',
  'https://crm.example.com.evil.example.net/',
  'https://crm\u2024example.com.evil.example.net/',
  'https://сrm.example.com/', // the first letter is Cyrillic
  'http://crm.example.com/',
  'ws://crm.example.com/',
  'ftp://crm.example.com/',
  'file:///etc/passwd',
  'data:application/json,{}',
  'blob:https://crm.example.com/1',
];

describe('URLs that are not of a registered origin', () => {
  it.each([...SPELLED, ...DISGUISED])('%s', async (target) => {
    const client = clientFor({ origins: ['https://crm.example.com'] });
    // A host that the URL parser refuses is refused before there is a request.
    if (!URL.canParse(target)) return expect(() => new URL(target)).toThrow('Invalid URL');
    const request = requestTo(target, { token: 'tok' });
    const error = await rejection(client.request(request));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).toMatch(/is not registered|holds a user name or password/);
    expect(error.message).not.toContain('pw');
    expect(classify(error).kind).toBe('invalid');
    expect(request.asked, 'no credential is asked for').toEqual([]);
  });
});

/** What a name server, or who has taken it over, may say of a registered name. */
const RESOLVED = [
  ['0.0.0.0'],
  ['0.1.2.3'],
  ['10.0.0.1'],
  ['100.64.0.1'],
  ['100.100.100.200'],
  ['127.0.0.1'],
  ['127.255.255.254'],
  ['168.63.129.16'],
  ['169.254.169.254'],
  ['172.16.0.1'],
  ['172.31.255.255'],
  ['192.0.0.192'],
  ['192.0.2.1'],
  ['192.168.1.1'],
  ['198.18.0.1'],
  ['224.0.0.1'],
  ['240.0.0.1'],
  ['255.255.255.255'],
  ['::'],
  ['::1'],
  ['::127.0.0.1'],
  ['::ffff:10.0.0.1'],
  ['::ffff:169.254.169.254'],
  ['::ffff:0:127.0.0.1'],
  ['64:ff9b::7f00:1'],
  ['64:ff9b::a9fe:a9fe'],
  ['64:ff9b:1::1'],
  ['2002:7f00:1::'],
  ['2001::1'],
  ['2001:db8::1'],
  ['fc00::1'],
  ['fd00:ec2::254'],
  ['fe80::1'],
  ['fec0::1'],
  ['ff02::1'],
  ['4000::1'],
  ['93.184.216.34', '127.0.0.1'],
  ['93.184.216.34', '::1'],
];

describe('names of registered origins that lead elsewhere', () => {
  it.each(RESOLVED)('%s %s', async (...addresses) => {
    const { resolver } = answering(addresses.filter((address) => address !== undefined));
    const origin = `http://crm.example.com:${victim.port}`;
    const error = await rejection(clientFor({ origins: [origin], resolver }).request(requestTo(origin)));
    expect(error).toBeInstanceOf(HttpError);
    expect(error).toHaveProperty('failure', { type: 'egress' });
    expect(error.message).toMatch(/crm\.example\.com:\d+ has the address .*"addresses" of the origin/);
    expect(classify(error).kind).toBe('invalid');
    expect(victim.connections()).toBe(0);
  });

  it('are refused whatever they led to a moment ago: rebinding', async () => {
    const { resolver, asked } = answering(['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']);
    const server = await serve((_, response) => json(response, { ok: 1 }, { connection: 'close' }));
    const origin = `http://crm.example.com:${server.port}`;
    const client = clientFor({ origins: [{ origin, addresses: ['127.0.0.1'] }], resolver });
    expect(await client.request(requestTo(origin))).toMatchObject({ body: '{"ok":1}' });
    // Asked once: what was checked is what was connected to.
    expect(asked).toEqual(['crm.example.com']);
    const error = await rejection(client.request(requestTo(origin)));
    expect(error.message).toContain('has the address 127.0.0.2');
    expect(await client.request(requestTo(origin))).toMatchObject({ body: '{"ok":1}' });
  });

  it('are reached at addresses that the origin names, and at no others', async () => {
    const origin = `http://crm.example.com:${victim.port}`;
    const named = { origin, addresses: ['127.0.0.0/30'] };
    const inside = clientFor({ origins: [named], resolver: answering(['127.0.0.1']).resolver });
    expect(await inside.request(requestTo(origin))).toMatchObject({ status: 200 });
    const outside = clientFor({ origins: [named], resolver: answering(['127.0.0.4']).resolver });
    expect(await rejection(outside.request(requestTo(origin)))).toHaveProperty('failure.type', 'egress');
  });

  it('are reached by a name for this machine', async () => {
    const client = clientFor({ origins: [`http://localhost:${victim.port}`] });
    expect(await client.request(requestTo(`http://localhost:${victim.port}`))).toMatchObject({ status: 200 });
    const { resolver } = answering(['10.0.0.1']);
    const misled = clientFor({ origins: [`http://localhost:${victim.port}`], resolver });
    expect(await rejection(misled.request(requestTo(`http://localhost:${victim.port}`)))).toHaveProperty(
      'failure.type',
      'egress',
    );
  });

  it('have to have an address at all', async () => {
    const { resolver } = answering([]);
    const origin = 'http://crm.example.com';
    const error = await rejection(clientFor({ origins: [origin], resolver }).request(requestTo(origin)));
    expect(error).toHaveProperty('failure', { type: 'network', code: 'ENOTFOUND' });
  });
});

describe('redirects', () => {
  it.each([
    ['{victim}/', /the origin http:\/\/127\.0\.0\.1:\d+ is not registered/],
    ['//127.0.0.1:{port}/', /is not registered/],
    ['http://2130706433:{port}/', /is not registered/],
    ['http://[::ffff:7f00:1]:{port}/', /is not registered/],
    ['\\\\127.0.0.1:{port}\\', /is not registered/],
    ['http://169.254.169.254/latest/meta-data/', /is not registered/],
    ['http://me:pw@localhost:{port}/', /holds a user name or password/],
    ['https://localhost/', /is not registered/],
    ['file:///etc/passwd', /the origin file: is not registered/],
    ['gopher://127.0.0.1/', /the origin gopher: is not registered/],
    ['javascript:alert(1)', /the origin javascript: is not registered/],
    ['http://', /with a Location that is not a URL/],
    ['http://%zz/', /with a Location that is not a URL/],
  ])('to %s are refused', async (location, message) => {
    const to = location.replace('{victim}', victim.origin).replace('{port}', String(victim.port));
    const server = await serve((_, response) => response.writeHead(302, { location: to }).end());
    const origin = `http://localhost:${server.port}`;
    const error = await rejection(
      clientFor({ origins: [origin] }).request(requestTo(origin, { token: 't' })),
    );
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('pw');
    expect(classify(error).kind).toBe('invalid');
    expect(victim.connections()).toBe(0);
  });

  it('to a registered name that leads elsewhere are refused', async () => {
    const away = `http://support.example.com:${victim.port}`;
    const server = await serve((_, response) => response.writeHead(302, { location: away }).end());
    const { resolver } = answering(['10.0.0.1']);
    const client = clientFor({ origins: [server.origin, away], resolver });
    expect(await rejection(client.request(requestTo(server.origin)))).toHaveProperty(
      'failure.type',
      'egress',
    );
  });

  it.each([301, 302, 303])('of a POST with %i are refused: it would become a GET', async (status) => {
    const server = await serve((_, response) => response.writeHead(status, { location: '/else' }).end());
    const request = requestTo(server.origin, { method: 'POST', body: '{}' });
    const error = await rejection(clientFor({ origins: [server.origin] }).request(request));
    expect(error).toHaveProperty('failure.type', 'redirect');
    expect(error.message).toContain(`POST ${server.origin}/ answered ${status}`);
  });

  it('of a POST take its body nowhere else', async () => {
    const server = await serve((_, response) => response.writeHead(307, { location: victim.origin }).end());
    const client = clientFor({ origins: [server.origin, victim.origin] });
    const error = await rejection(
      client.request(requestTo(server.origin, { method: 'POST', body: 'secret search' })),
    );
    expect(error).toHaveProperty('failure.type', 'redirect');
    expect(victim.connections()).toBe(0);
  });
});

describe('headers that would be two', () => {
  it.each([
    ['X-A', 'a\r\nX-Evil: 1'],
    ['X-A', 'a\nb'],
    ['X-A', 'a\0b'],
    ['X-A', 'snowman ☃'],
    ['X-A\r\nX-Evil', '1'],
    ['X A', '1'],
    ['', '1'],
  ])('%j: %j are not sent', async (name, value) => {
    const request = requestTo(victim.origin, { headers: { [name]: value } });
    const error = await rejection(clientFor({ origins: [victim.origin] }).request(request));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error.message).not.toContain('Evil: 1');
    expect(victim.connections()).toBe(0);
  });
});
