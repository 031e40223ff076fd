import { Secret } from '@stateful-workflow/core';
import { describe, expect, it, vi } from 'vitest';
import type { WebhookScheme } from '../scheme';
import { github } from './github';
import { hmac } from './hmac';
import { shopify } from './shopify';
import { slack } from './slack';
import { standardWebhooks } from './standard-webhooks';
import { stripe } from './stripe';

/** A request that the sender's own documentation or library shows, signed. */
interface Vector {
  readonly scheme: WebhookScheme;
  readonly secret: string;
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly signature: string;
  readonly claim: object;
  readonly described?: object;
}

const VECTORS: Record<string, Vector> = {
  'Standard Webhooks, of the specification': {
    scheme: standardWebhooks(),
    secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    body: '{"test": 2432232314}',
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    signature: 'webhook-signature',
    claim: { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', isIdSigned: true, signedAt: 1_614_265_330_000 },
  },
  'GitHub, of "Validating webhook deliveries"': {
    scheme: github(),
    secret: "It's a Secret to Everybody",
    body: 'Hello, World!',
    headers: {
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-github-event': 'issues',
      'x-hub-signature-256': 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    },
    signature: 'x-hub-signature-256',
    claim: { id: '72d3162e-cc78-11e3-81ab-4c9367dc0958', type: 'issues' },
  },
  'Slack, of "Verifying requests from Slack"': {
    scheme: slack(),
    secret: '8f742231b10e8888abcd99yyyzzz85a5',
    body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
    headers: {
      'x-slack-request-timestamp': '1531420618',
      'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    },
    signature: 'x-slack-signature',
    claim: { signedAt: 1_531_420_618_000 },
    described: {},
  },
  "Stripe, by its own library's generateTestHeaderString()": {
    scheme: stripe(),
    secret: 'whsec_test_secret',
    body: '{"id":"evt_test_webhook","object":"event"}',
    headers: {
      'stripe-signature':
        't=1700000000,v1=d95c6b7477fbd7e9f90b1b0ef5f9c7ac25abca5382460e0d988c2b2a5b71b990,v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39',
    },
    signature: 'stripe-signature',
    claim: { signedAt: 1_700_000_000_000 },
    described: { id: 'evt_test_webhook' },
  },
  'Shopify, by openssl as its documentation says': {
    scheme: shopify(),
    secret: 'hush',
    body: '{"id":820982911946154508}',
    headers: {
      'x-shopify-topic': 'orders/create',
      'x-shopify-event-id': '98880550-7158-44d4-b7cd-2c97c8a091b5',
      'x-shopify-hmac-sha256': 'qBvrsZF7RfB1iS6BX6IHqJTp5L911P7intnPeTPsH0I=',
    },
    signature: 'x-shopify-hmac-sha256',
    claim: { id: '98880550-7158-44d4-b7cd-2c97c8a091b5', type: 'orders/create' },
  },
};

describe.each(Object.entries(VECTORS))('%s', (_, vector) => {
  const { scheme, secret, body, signature, claim, described } = vector;
  const headers = new Headers(vector.headers);
  const fits = async (with_: Partial<{ headers: Headers; body: string; secret: string }> = {}) => {
    // The library of Standard Webhooks compares with the clock itself.
    const clock = vi.spyOn(Date, 'now').mockReturnValue(1_614_265_330_000);
    try {
      return await scheme.verify(
        { headers: with_.headers ?? headers, body: Buffer.from(with_.body ?? body) },
        new Secret(with_.secret ?? secret),
      );
    } finally {
      clock.mockRestore();
    }
  };
  const changed = (name: string, value: string): Headers => {
    const other = new Headers(headers);
    other.set(name, value);
    return other;
  };

  it('is verified, and says what it says', async () => {
    expect(await fits()).toBe(true);
    expect(scheme.claim(headers)).toEqual(claim);
    if (described)
      expect(scheme.describe?.(body.startsWith('{') ? JSON.parse(body) : body)).toEqual(described);
  });

  it('is not, with another body, secret or signature', async () => {
    expect(await fits({ body: `${body} ` })).toBe(false);
    expect(await fits({ secret: `${secret}BBBB` })).toBe(false);
    const given = headers.get(signature) ?? '';
    // One character in the middle of the signature.
    const at = 30;
    const other = given[at] === 'a' ? 'b' : 'a';
    expect(
      await fits({ headers: changed(signature, given.slice(0, at) + other + given.slice(at + 1)) }),
    ).toBe(false);
  });

  it('claims nothing without its headers, or with malformed ones', () => {
    for (const name of Object.keys(vector.headers)) {
      const others = new Headers(headers);
      others.delete(name);
      if (/signature|sha256|timestamp|webhook-id/.test(name)) expect(scheme.claim(others)).toBeUndefined();
      else expect(scheme.claim(others)).toBeDefined();
    }
    expect(scheme.claim(new Headers())).toBeUndefined();
  });

  it('signs as it verifies', async () => {
    const sent = Buffer.from(body);
    const now = { id: 'evt_1', signedAt: 1_614_265_330_000, type: 'customer.updated' };
    const made = new Headers(scheme.sign?.(sent, now, new Secret(secret)));
    expect(await fits({ headers: made })).toBe(true);
  });
});

describe('hmac()', () => {
  it('takes a sender of any kind', async () => {
    const scheme = hmac({
      header: 'x-crm-signature',
      algorithm: 'sha512',
      encoding: 'base64',
      timeHeader: 'x-crm-time',
      idHeader: 'x-crm-event',
      typeHeader: 'x-crm-kind',
    });
    const secret = new Secret('a-secret-of-the-crm');
    const body = Buffer.from('{}');
    const headers = new Headers(
      scheme.sign?.(body, { id: 'e_1', signedAt: 1_700_000_000_000, type: 'customer.updated' }, secret),
    );
    expect(scheme.claim(headers)).toEqual({
      id: 'e_1',
      signedAt: 1_700_000_000_000,
      type: 'customer.updated',
    });
    expect(await scheme.verify({ headers, body }, secret)).toBe(true);
    headers.set('x-crm-time', '1700000001');
    expect(await scheme.verify({ headers, body }, secret)).toBe(false);
    for (const time of ['', 'soon', '-1', '1e9', '0x10', '1700000000.5', '99999999999999'])
      expect(
        scheme.claim(new Headers({ ...Object.fromEntries(headers), 'x-crm-time': time })),
      ).toBeUndefined();
  });
});

describe('stripe()', () => {
  it('takes one of several signatures, and of no more than there can be secrets', async () => {
    const body = Buffer.from('{}');
    const secret = new Secret('whsec_test_secret');
    const { 'stripe-signature': own = '' } =
      stripe().sign?.(body, { id: '', signedAt: 1_700_000_000_000 }, secret) ?? {};
    const [time = '', signature = ''] = own.split(',');
    const other = `v1=${'0'.repeat(64)}`;
    const verify = async (...parts: string[]): Promise<boolean> => {
      const headers = new Headers({ 'stripe-signature': parts.join(',') });
      return stripe().claim(headers) !== undefined && stripe().verify({ headers, body }, secret);
    };
    expect(await verify(time, other, signature)).toBe(true);
    expect(await verify(signature, other, time)).toBe(true);
    expect(await verify(time, other)).toBe(false);
    expect(await verify(time, time, signature)).toBe(false);
    expect(await verify(time, ...Array<string>(10).fill(other), signature)).toBe(false);
    expect(await verify(time, `${signature}=`)).toBe(false);
    expect(await verify(time, signature.replace('v1', 'v0'))).toBe(false);
  });
});
