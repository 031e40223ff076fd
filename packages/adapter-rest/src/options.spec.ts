import { InvalidInputError } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { resolveOptions, type RestAdapterOptions } from './options';
import { restAdapter } from './rest-adapter';

const origins = ['https://crm.example.com'];

describe('options', () => {
  it('have defaults, each of its own', () => {
    expect(resolveOptions({ origins, timeouts: { idle: 1 } })).toEqual({
      origins,
      timeouts: { connect: 5_000, idle: 1, total: 30_000 },
      maxResponseBytes: 10 * 1024 * 1024,
      maxStreamBytes: 1024 * 1024 * 1024,
      maxRedirects: 5,
      proxy: {},
      faults: [],
      selectors: {},
      schemas: {},
      paginations: {},
      name: 'rest',
    });
  });

  it.each([
    'https://crm.example.com',
    'http://127.0.0.1:3000',
    'http://[::1]:3000',
    'HTTPS://CRM.example.com',
    'https://crm.example.com:443',
  ])('take the origin %s', (origin) => {
    expect(resolveOptions({ origins: [origin] }).origins).toEqual([origin]);
  });

  it.each<[unknown, string, RegExp]>([
    [undefined, 'restAdapter', /expected object/],
    [{}, 'origins', /expected array/],
    [{ origins: [] }, 'origins', /is empty/],
    [{ origins: [...origins, 'crm.example.com'] }, 'origins[1]', /is not an http or https origin/],
    [{ origins: ['ftp://crm.example.com'] }, 'origins[0]', /is not an http or https origin/],
    [
      { origins: ['https://crm.example.com/'] },
      'origins[0]',
      /is more than an origin.*here https:\/\/crm.example.com/,
    ],
    [{ origins: ['https://crm.example.com/api'] }, 'origins[0]', /is more than an origin/],
    [{ origins: ['https://me:pw@crm.example.com'] }, 'origins[0]', /is more than an origin/],
    [{ origins: ['https://*.example.com'] }, 'origins[0]', /holds a wildcard/],
    [{ origins, timeouts: { total: 0 } }, 'timeouts.total', /must be 1 ms or more/],
    [{ origins, timeouts: { idle: Infinity } }, 'timeouts.idle', /expected number|whole number/],
    [{ origins, timeouts: { connect: 2 ** 31 } }, 'timeouts.connect', /or less/],
    [{ origins, maxResponseBytes: -1 }, 'maxResponseBytes', /must be 1 or more/],
    [{ origins, maxRedirects: 6 }, 'maxRedirects', /must be 5 or less/],
    [{ origins, userAgent: 'a\nb' }, 'userAgent', /one line/],
    [{ origins, name: 'rest.two' }, 'name', /letters, digits/],
    [{ origins, timeout: 5 }, 'restAdapter', /Unrecognized key: "timeout"/],
  ])('refuse %j', (options, field, message) => {
    let error: unknown;
    try {
      restAdapter(options as RestAdapterOptions);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(error).toMatchObject({ field, message: expect.stringMatching(message) as string });
    expect((error as Error).message).not.toContain('pw@');
  });

  it('make an adapter of the contract', () => {
    expect(restAdapter({ origins, name: 'legacy' })).toMatchObject({
      name: 'legacy',
      contractVersion: 1,
      capabilities: { validators: true, deletes: 'sweep' },
    });
  });
});
