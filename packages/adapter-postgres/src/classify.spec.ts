import { CredentialError, type FaultKind, InvalidInputError } from '@stateful-workflow/core';
import { describe, expect, it } from 'vitest';
import { classify } from './classify';
import { PostgresFault } from './postgres-fault';

const server = (code: string, message = 'what happened', detail = 'Key (email)=(ada@example.com)'): Error =>
  Object.assign(new Error(message), { code, severity: 'ERROR', detail });
const network = (code: string): Error => Object.assign(new Error('connect'), { code });

describe('classify', () => {
  it.each<[FaultKind, string]>([
    ...[
      '08000',
      '08006',
      '40001',
      '40P01',
      '53100',
      '53200',
      '55P03',
      '57014',
      '57P01',
      '57P02',
      '57P03',
      '57P05',
      '25P03',
      '58030',
      '55006',
    ].map((code): [FaultKind, string] => ['transient', code]),
    ['throttled', '53300'],
    ...['28000', '28P01'].map((code): [FaultKind, string] => ['unauthorized', code]),
    ...[
      '23505',
      '42601',
      '42P01',
      '42703',
      '42501',
      '0A000',
      '25006',
      '3D000',
      '3F000',
      '57P04',
      '26000',
    ].map((code): [FaultKind, string] => ['invalid', code]),
    ['fatal', 'XX001'],
  ])('%s: SQLSTATE %s', (kind, code) => {
    const fault = classify(server(code));
    expect(fault.kind).toBe(kind);
    expect(fault.message).toContain(`what happened (${code}). `);
    expect(fault.message).not.toContain('ada@example.com');
  });

  it.each(['22003', '22012', '22P02', '22XXX'])(
    'repeats nothing of a data exception: SQLSTATE %s',
    (code) => {
      const fault = classify(server(code));
      expect(fault.kind).toBe('invalid');
      expect(fault.message).toContain(`(${code})`);
      expect(fault.message).not.toContain('what happened');
    },
  );

  it.each<[FaultKind, string, string?]>([
    ['throttled', 'no more connections allowed (max_client_conn)', '08P01'],
    ['throttled', 'MaxClientsInSessionMode: max clients reached', 'XX000'],
    ['throttled', 'Timed-out waiting to acquire database connection', '08006'],
    ['transient', 'query_wait_timeout', '08P01'],
    [
      'transient',
      'server login has been failing, cached error: connect failed (server_login_retry)',
      '08P01',
    ],
    ['transient', 'server conn crashed?', '08P01'],
    ['unauthorized', 'password authentication failed', '08P01'],
    ['unauthorized', 'SASL authentication failed', '08P01'],
    ['unauthorized', 'Tenant or user not found', 'XX000'],
    ['invalid', 'unsupported startup parameter: search_path', '08P01'],
    ['invalid', 'transaction blocks not allowed in statement pooling mode', '08P01'],
    ['transient', 'something else', '08P01'],
  ])('%s: a pooler that says "%s"', (kind, message, code = '08P01') => {
    expect(classify(server(code, message)).kind).toBe(kind);
  });

  it.each<[FaultKind, Error]>([
    ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN'].map(
      (code): [FaultKind, Error] => ['transient', network(code)],
    ),
    ['transient', new AggregateError([network('ECONNREFUSED')], '')],
    ['transient', new Error('Connection terminated unexpectedly')],
    ['transient', new Error('Connection terminated due to connection timeout')],
    ['transient', new Error('timeout exceeded when trying to connect')],
    ['transient', new Error('Client has encountered a connection error and is not queryable')],
    ['unauthorized', new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')],
    ['invalid', new Error('The server does not support SSL connections')],
    ['fatal', network('CERT_HAS_EXPIRED')],
    ['fatal', network('DEPTH_ZERO_SELF_SIGNED_CERT')],
    ['fatal', network('ERR_TLS_CERT_ALTNAME_INVALID')],
    ['fatal', new TypeError('x is not a function')],
    ['invalid', new PostgresFault('invalid', 'said here')],
    ['invalid', new InvalidInputError('id', 'is empty', 'Give one')],
    ['unauthorized', new CredentialError('CREDENTIAL_MISSING', 'none')],
  ])('%s: %s', (kind, error) => {
    expect(classify(error).kind).toBe(kind);
  });

  it.each([undefined, null, 'text', 5, {}])('is total: %j', (thrown) => {
    expect(classify(thrown).kind).toBe('fatal');
  });
});
