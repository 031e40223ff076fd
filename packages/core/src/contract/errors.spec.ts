import { describe, expect, it, vi } from 'vitest';
import type * as errorsModule from './errors';
import { CredentialError, InvalidInputError, LoadError, StatefulWorkflowError } from './errors';

describe('errors', () => {
  it('say what happened, why, and what to do', () => {
    const error = new InvalidInputError('apiUrl', 'is not an absolute URL', 'Give an absolute one');
    expect(error.message).toBe('apiUrl: is not an absolute URL. Give an absolute one.');
    expect(error).toMatchObject({ code: 'INPUT_INVALID', field: 'apiUrl', context: { field: 'apiUrl' } });
  });

  it('have a base, a name, a code and a cause', () => {
    const cause = new Error('underneath');
    const errors = [
      new StatefulWorkflowError('WORKFLOW_ENDED', 'a', { cause, retryable: true }),
      new InvalidInputError('f', 'r', 'x', 'SCHEMA_INVALID'),
      new CredentialError('CREDENTIAL_MISBOUND', 'c', { origin: 'o' }),
      new LoadError('d', { context: { source: 's' } }),
    ];
    expect(errors.every((error) => error instanceof StatefulWorkflowError)).toBe(true);
    expect(errors.map(({ name, code, retryable }) => [name, code, retryable])).toEqual([
      ['StatefulWorkflowError', 'WORKFLOW_ENDED', true],
      ['InvalidInputError', 'SCHEMA_INVALID', false],
      ['CredentialError', 'CREDENTIAL_MISBOUND', false],
      ['LoadError', 'LOAD_FAILED', false],
    ]);
    expect(errors[0]?.cause).toBe(cause);
    expect(Object.hasOwn(errors[1] as Error, 'cause')).toBe(false);
  });

  it('are known to another copy of the package, each class by itself', async () => {
    // A file of its own to the bundler, as a second copy of the package is.
    const copy = await vi.importActual<typeof errorsModule>('./errors?copy');
    expect(copy.LoadError).not.toBe(LoadError);
    const theirs = new copy.LoadError('m');
    expect(theirs).toBeInstanceOf(LoadError);
    expect(theirs).toBeInstanceOf(StatefulWorkflowError);
    expect(theirs).not.toBeInstanceOf(CredentialError);
    expect(new copy.StatefulWorkflowError('WORKFLOW_BUSY', 'm')).not.toBeInstanceOf(LoadError);

    class OfAnAdapter extends StatefulWorkflowError {}
    const ofAnAdapter = new OfAnAdapter('LOAD_FAILED', 'm');
    expect(ofAnAdapter).toBeInstanceOf(OfAnAdapter);
    expect(ofAnAdapter).toBeInstanceOf(copy.StatefulWorkflowError);
    expect(new StatefulWorkflowError('LOAD_FAILED', 'm')).not.toBeInstanceOf(OfAnAdapter);
    for (const other of [
      undefined,
      null,
      'text',
      {},
      Object.create(null),
      { constructor: 1 },
      new Error('m'),
    ])
      expect(other).not.toBeInstanceOf(StatefulWorkflowError);
  });
});
