import { CredentialError, InvalidInputError, LoadError, type FaultKind } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { classify } from './classify';
import { HttpError } from './http-error';
import type { HttpFailure } from './http-failure';

const coded = (code: string, cause?: unknown): Error =>
  Object.assign(new Error(`failed: ${code}`, { cause }), { code });

describe('classify', () => {
  it.each<[HttpFailure, FaultKind]>([
    [{ type: 'status', status: 408 }, 'transient'],
    [{ type: 'status', status: 599 }, 'transient'],
    [{ type: 'status', status: 500, retryAfterMs: 5 }, 'transient'],
    [{ type: 'status', status: 503, retryAfterMs: 0 }, 'throttled'],
    [{ type: 'status', status: 429 }, 'throttled'],
    [{ type: 'status', status: 401 }, 'unauthorized'],
    [{ type: 'status', status: 404 }, 'gone'],
    [{ type: 'status', status: 418 }, 'invalid'],
    [{ type: 'status', status: 305 }, 'invalid'],
    [{ type: 'status', status: 204 }, 'fatal'],
    [{ type: 'status', status: 0 }, 'invalid'],
    [{ type: 'timeout', phase: 'idle' }, 'transient'],
    [{ type: 'redirect' }, 'invalid'],
    [{ type: 'credential' }, 'unauthorized'],
    [{ type: 'body', problem: 'truncated' }, 'transient'],
    [{ type: 'body', problem: 'oversized' }, 'fatal'],
    [{ type: 'body', problem: 'malformed' }, 'fatal'],
    [{ type: 'network', code: 'ECONNREFUSED' }, 'transient'],
    [{ type: 'network', code: 'CERT_HAS_EXPIRED' }, 'fatal'],
    [{ type: 'network' }, 'fatal'],
  ])('%j is %s', (failure, kind) => {
    expect(classify(new HttpError(failure, 'what happened'))).toMatchObject({
      kind,
      message: 'what happened',
    });
  });

  it('passes Retry-After on, for any status', () => {
    expect(classify(new HttpError({ type: 'status', status: 500, retryAfterMs: 5 }, 'm')).retryAfterMs).toBe(
      5,
    );
    expect(classify(new HttpError({ type: 'status', status: 500 }, 'm'))).not.toHaveProperty('retryAfterMs');
  });

  it.each<[boolean, HttpFailure]>([
    [true, { type: 'status', status: 503 }],
    [true, { type: 'status', status: 429 }],
    [true, { type: 'limit', retryAfterMs: 1 }],
    [false, { type: 'status', status: 404 }],
    [false, { type: 'body', problem: 'malformed' }],
  ])('an error is retryable (%s) as its kind has it: %o', (retryable, failure) => {
    expect(new HttpError(failure, 'm').retryable).toBe(retryable);
  });

  it.each<[string, FaultKind]>([
    ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EPIPE', 'EHOSTUNREACH'].map(
      (code): [string, FaultKind] => [code, 'transient'],
    ),
    ...['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'].map(
      (code): [string, FaultKind] => [code, 'transient'],
    ),
    ...[
      'CERT_HAS_EXPIRED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'EPROTO',
      'EACCES',
    ].map((code): [string, FaultKind] => [code, 'fatal']),
  ])('the code %s is %s, also as a cause or among several', (code, kind) => {
    expect(classify(coded(code)).kind).toBe(kind);
    expect(classify(new TypeError('fetch failed', { cause: coded(code) })).kind).toBe(kind);
    expect(classify(new AggregateError([coded(code), coded('EACCES')])).kind).toBe(kind);
  });

  it("knows this project's errors by their code", () => {
    expect(classify(new CredentialError('CREDENTIAL_MISSING', 'm')).kind).toBe('unauthorized');
    expect(classify(new InvalidInputError('apiUrl', 'is missing', 'Set it')).kind).toBe('invalid');
    expect(classify(coded('CREDENTIAL_MISBOUND')).kind).toBe('unauthorized');
    expect(classify(coded('CREDENTIAL_EXPIRED')).kind).toBe('unauthorized');
    expect(classify(coded('CREDENTIAL_UNAVAILABLE')).kind).toBe('transient');
    expect(classify(coded('RECORD_INVALID')).kind).toBe('invalid');
    expect(classify(new LoadError('m')).kind).toBe('fatal');
  });

  it.each([undefined, null, 'text', 7, {}, new Error('boom'), new RangeError('range'), coded('WHO_KNOWS')])(
    'takes what it does not know for fatal: %s',
    (error) => {
      const { kind, message } = classify(error);
      expect(kind).toBe('fatal');
      expect(message).not.toBe('');
    },
  );
});
