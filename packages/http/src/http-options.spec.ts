import { InvalidInputError } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { basic } from './auth/basic';
import { httpOptionsShape, resolveHttpOptions } from './http-options';

const schema = z.strictObject(httpOptionsShape);
const origin = 'https://crm.example.com';
const resolve = (options: unknown) => resolveHttpOptions(schema, options, 'testAdapter');

describe('options of HTTP adapters', () => {
  it('take origins by name and with settings of their own', () => {
    const settings = {
      origin,
      addresses: ['10.1.0.0/16', '::1'],
      ca: ['-----BEGIN CERTIFICATE-----', Buffer.from('x')],
      clientCertificate: { cert: 'c', key: 'k', passphrase: 'p' },
      auth: basic(),
      concurrency: 4,
      budget: { requests: 10, perMs: 1_000 },
    };
    expect(resolve({ origins: ['https://b.example.com', settings] }).origins).toEqual([
      'https://b.example.com',
      settings,
    ]);
  });

  it.each<[object, string, RegExp]>([
    [{ origins: [{ origin: 'crm.example.com' }] }, 'origins[0].origin', /is not an http or https origin/],
    [
      { origins: [{ origin, addresses: ['10.0.0.0/40'] }] },
      'origins[0].addresses[0]',
      /is not an IP address/,
    ],
    [{ origins: [{ origin, auth: {} }] }, 'origins[0].auth', /must be a scheme/],
    [{ origins: [undefined] }, 'origins[0]', /is not set\. Give .*environment variable/],
    [{ origins: [origin, ''] }, 'origins[1]', /is not set\. Give .*environment variable/],
    [{ origins: [{ origin: undefined }] }, 'origins[0].origin', /is not set\. Give/],
    [{ upstreams: { crm: { url: undefined } } }, 'upstreams.crm.url', /is not set\. Give/],
    [{ origins: [{ origin, concurrency: 0 }] }, 'origins[0].concurrency', /must be 1 or more/],
    [{ origins: [{ origin, budget: { requests: 1 } }] }, 'origins[0].budget.perMs', /expected number/],
    [{ origins: [{ origin, retries: 3 }] }, 'origins[0]', /Unrecognized key: "retries"/],
    [
      { origins: [origin], proxy: { url: 'socks5://me:s3cret@p' } },
      'proxy.url',
      /is not an http or https URL/,
    ],
    [{ origins: [origin], proxy: { resolve: 'both' } }, 'proxy.resolve', /must be "worker" or "proxy"/],
    [{ origins: [origin], faults: [{ kind: 'odd' }] }, 'faults[0].kind', /Invalid option/],
    [{ origins: [origin], faults: [{ kind: 'gone', body: 'x' }] }, 'faults[0].body', /must be a function/],
    [{ origins: [origin], classify: 'gone' }, 'classify', /must be a function/],
    [{ origins: [origin], resolver: {} }, 'resolver', /must be a function/],
  ])('refuse %j', (options, field, message) => {
    const attempt = (): unknown => resolve(options);
    expect(attempt).toThrow(InvalidInputError);
    expect(attempt).toThrow(message);
    expect(attempt).toThrow(expect.objectContaining({ field }) as Error);
    expect(attempt).not.toThrow(/s3cret/);
  });
});
