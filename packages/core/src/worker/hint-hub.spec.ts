import { ActivityNotFoundError, type Client } from '@temporalio/client';
import type { ApplicationFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HintHub, type Wait } from './hint-hub';

/** A client that notes the ends of attempts, by their token. */
function noting(fail: (token: string) => Promise<void> = async () => {}) {
  const ends: [token: string, pause: unknown][] = [];
  const client = {
    activity: {
      fail: async (taskToken: Uint8Array, failure: ApplicationFailure) => {
        const token = Buffer.from(taskToken).toString();
        ends.push([token, failure.nextRetryDelay]);
        await fail(token);
      },
    },
  } as unknown as Client;
  return { client, ends };
}

describe('waits for hints', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const warnings: string[] = [];
  const never = (): Promise<void> => new Promise(() => {});
  const wait = (client: Client, source: string, more: Partial<Wait> = {}): Wait => ({
    source,
    taskToken: Buffer.from(source),
    client,
    every: 60_000,
    hint: never,
    log: { warn: (message) => void warnings.push(message) },
    ...more,
  });

  it('are over with the hint, or with the interval', async () => {
    const hub = new HintHub();
    const { client, ends } = noting();
    hub.take(wait(client, 'hinted', { hint: async () => {} }));
    let signal: AbortSignal | undefined;
    hub.take(wait(client, 'quiet', { hint: (given) => ((signal = given), never()) }));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(ends).toEqual([['hinted', 1]]);
    expect(signal?.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(ends).toEqual([
      ['hinted', 1],
      ['quiet', 1],
    ]);
    expect(signal?.aborted).toBe(true);
    expect(hub.size).toBe(0);
  });

  it('take as long as an interval may be that no timer lasts', async () => {
    const hub = new HintHub();
    const { client, ends } = noting();
    hub.take(wait(client, 'monthly', { every: 31 * 24 * 3_600_000 }));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(ends).toEqual([]);
  });

  it('are left to the server where nobody can say, which is logged', async () => {
    const hub = new HintHub();
    const { client, ends } = noting();
    hub.take(wait(client, 'deaf', { hint: () => Promise.reject(new Error('no connection')) }));
    await vi.advanceTimersByTimeAsync(0);
    expect(ends).toEqual([['deaf', 60_000]]);
    expect(warnings.splice(0)).toEqual([
      expect.stringContaining('Waiting for a hint failed; looking at the interval instead'),
    ]);
  });

  it('are forgotten with the next one of the same source', async () => {
    const hub = new HintHub();
    const { client, ends } = noting();
    hub.take(wait(client, 'a', { taskToken: Buffer.from('cancelled') }));
    hub.take(wait(client, 'a'));
    await vi.advanceTimersByTimeAsync(0);
    expect(ends).toEqual([['cancelled', 1]]);
    expect(hub.size).toBe(1);
  });

  it('are so many at most, and those of a worker that stops are ended', async () => {
    const hub = new HintHub();
    const [here, there] = [noting(), noting()];
    for (let i = 0; i < 9_999; i++) expect(hub.take(wait(here.client, `s${i}`))).toBe(true);
    expect(hub.take(wait(there.client, 'last'))).toBe(true);
    expect(hub.take(wait(there.client, 'one more'))).toBe(false);
    const left = hub.leave(here.client);
    await vi.advanceTimersByTimeAsync(10_000);
    await left;
    expect(here.ends).toHaveLength(9_999);
    expect(there.ends).toEqual([]);
    expect(hub.size).toBe(1);
  });

  it('do not keep a worker that stops, where the server does not answer', async () => {
    const hub = new HintHub();
    const { client } = noting(never);
    hub.take(wait(client, 'a'));
    const left = hub.leave(client);
    await vi.advanceTimersByTimeAsync(5_200);
    await left;
  });

  it('of a workflow that has ended are nobody’s business; another failure is logged', async () => {
    const hub = new HintHub();
    const { client, ends } = noting(async (token) => {
      if (token === 'gone') throw new ActivityNotFoundError('not found');
      throw new Error('unavailable');
    });
    for (const source of ['gone', 'lost']) hub.take(wait(client, source, { hint: async () => {} }));
    await vi.advanceTimersByTimeAsync(0);
    expect(ends).toHaveLength(2);
    expect(warnings.splice(0)).toEqual([expect.stringContaining('could not be ended')]);
  });
});
