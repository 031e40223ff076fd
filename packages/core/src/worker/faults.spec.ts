import { describe, expect, it } from 'vitest';
import type { DataSourceAdapter } from '../contract/adapter';
import { CredentialError, InvalidInputError, LoadError, StatefulWorkflowError } from '../contract/errors';
import { faultOf } from './faults';

const adapter = {
  classify: () => ({ kind: 'gone', message: 'of the adapter' }),
} as unknown as DataSourceAdapter;

describe('faultOf', () => {
  it.each([
    ['unauthorized', new CredentialError('CREDENTIAL_MISSING', 'm')],
    ['transient', new CredentialError('CREDENTIAL_UNAVAILABLE', 'm')],
    ['fatal', new LoadError('m')],
    ['transient', new LoadError('m', { retryable: true })],
    ['invalid', new InvalidInputError('query', 'is wrong', 'Correct it')],
    ['invalid', new StatefulWorkflowError('STATE_TOO_LARGE', 'm')],
    ['gone', new Error('m')],
  ])('takes for %s: %o', (kind, error) => {
    expect(faultOf(adapter, error).kind).toBe(kind);
  });
});
