import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  RetryState,
  TimeoutFailure,
} from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { LoadError } from '../contract/errors';
import { faultFrom } from './load-fault';

const failed = (cause: Error): ActivityFailure =>
  new ActivityFailure(
    'Activity task failed',
    'rest.loadData',
    '1',
    RetryState.NON_RETRYABLE_FAILURE,
    'worker',
    cause,
  );

describe('faultFrom()', () => {
  it('reads the fault that the harness wrote', () => {
    const details = { kind: 'throttled', retryAfterMs: 500, credential: 'abcd1234' };
    const cause = ApplicationFailure.create({
      type: 'fault.throttled',
      message: 'slow down',
      details: [details],
    });
    expect(faultFrom('profile', failed(cause))).toEqual({
      source: 'profile',
      message: 'slow down',
      ...details,
    });
  });

  it('takes a failure that the harness did not write for fatal', () => {
    const cause = ApplicationFailure.nonRetryable('boom', 'SomeError', { kind: 'nonsense' });
    expect(faultFrom('profile', failed(cause))).toEqual({
      source: 'profile',
      kind: 'fatal',
      message: 'The load failed with SomeError: boom',
    });
  });

  it('takes a timeout for transient, and says what to look at', () => {
    const fault = faultFrom('profile', failed(new TimeoutFailure('timed out', undefined, 'START_TO_CLOSE')));
    expect(fault.kind).toBe('transient');
    expect(fault.message).toContain('The load of source "profile" timed out (START_TO_CLOSE)');
  });

  it('takes a source that never holds still, and a load given back, for transient', () => {
    expect(faultFrom('s', new LoadError('never the same'))).toEqual({
      source: 's',
      kind: 'transient',
      message: 'never the same',
    });
    expect(faultFrom('s', failed(new CancelledFailure('the worker stops')))).toMatchObject({
      kind: 'transient',
    });
  });

  it('throws on what is no fault of a source', () => {
    const bug = new TypeError('x is undefined');
    expect(() => faultFrom('s', bug)).toThrow(bug);
  });
});
