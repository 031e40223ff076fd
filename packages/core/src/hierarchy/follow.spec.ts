import {
  CancelledFailure,
  ChildWorkflowFailure,
  RetryState,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { follow, type HowItEnded, nextChild } from './follow';

/** How the SDK waits for a child, and gives what comes of it. */
class Sdk {
  readonly waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  readonly #completed: Promise<unknown>;

  constructor(readonly child: number) {
    this.#completed = new Promise((resolve, reject) => this.waiting.set(child, { resolve, reject }));
    this.#completed.catch(() => {});
  }

  async result(): Promise<unknown> {
    return await this.#completed;
  }
}

const causes = {
  completed: undefined,
  cancelled: new CancelledFailure('on demand'),
  terminated: new TerminatedFailure('by hand'),
  timedOut: new TimeoutFailure('too late', undefined, 'START_TO_CLOSE'),
  failed: new Error('out of paper'),
} as const;

describe('who follows a child', () => {
  const scope = globalThis as { __TEMPORAL_ACTIVATOR__?: unknown };
  const nobody = scope.__TEMPORAL_ACTIVATOR__;
  let sdk: Sdk;
  let heard: (readonly [run: string, how: HowItEnded])[];
  const follower = {
    closed: (run: string, how: HowItEnded): void => void heard.push([run, how]),
  };

  beforeEach(() => {
    sdk = new Sdk(7);
    heard = [];
    scope.__TEMPORAL_ACTIVATOR__ = {
      nextSeqs: { childWorkflow: 7 },
      completions: { childWorkflowComplete: sdk.waiting },
      // Another file may have run a worker here, whose hook takes every promise for one of this workflow.
      info: { runId: 'parent-run' },
      promiseStackStore: { childToParent: new Map(), promiseToStack: new Map() },
    };
  });
  afterEach(() => {
    scope.__TEMPORAL_ACTIVATOR__ = nobody;
  });

  /** The child ends. @returns after how many moments that is heard */
  const end = async (how: keyof typeof causes, waits = sdk.waiting.get(7)): Promise<number> => {
    const cause = causes[how];
    if (cause)
      waits?.reject(
        new ChildWorkflowFailure(undefined, { workflowId: '' }, '', RetryState.NON_RETRYABLE_FAILURE, cause),
      );
    else waits?.resolve({ id: 't_1' });
    for (let moments = 0; ; moments++) {
      if (heard.length > 0 || moments === 10) return moments;
      await Promise.resolve();
    }
  };

  it.each(Object.keys(causes) as (keyof typeof causes)[])('hears that it has %s', async (how) => {
    follow(nextChild(), sdk, 'run', follower);
    await end(how);
    const error = causes[how]?.message;
    const result = how === 'completed' ? { id: 't_1' } : undefined;
    expect(heard).toEqual([['run', { status: how, error, result }]]);
  });

  it.each(['completed', 'failed'] as const)(
    'hears in the moment in which the SDK says so: %s',
    async (how) => {
      follow(nextChild(), sdk, 'run', follower);
      const moments = await end(how);
      heard = [];
      sdk = new Sdk(8);
      // No child of that number is waited for: it is followed as the SDK has it.
      follow(8, sdk, 'run', follower);
      expect(await end(how, sdk.waiting.get(8))).toBe(moments);
    },
  );

  it('hears of one that has ended already, and of one outside of workflows', async () => {
    const waits = sdk.waiting.get(7);
    sdk.waiting.clear();
    follow(7, sdk, 'run', follower);
    await end('completed', waits);
    expect(heard).toHaveLength(1);
    scope.__TEMPORAL_ACTIVATOR__ = nobody;
    expect(nextChild()).toBeUndefined();
  });
});
