import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { WholeResult } from '../contract/load';
import { SourceState } from './source-state';

const partialErrors = [{ message: 'no subject', path: 'tickets.1.subject' }];
const snapshot = (more: object): WholeResult => ({
  outcome: 'snapshot',
  entities: {},
  complete: false,
  checkpoint: {},
  ...more,
});

describe('partial errors of a source', () => {
  const state = (): SourceState =>
    new SourceState('tickets', { adapter: 'graphql', package: 'p', query: {} }, 'tickets');

  it('show as long as the source gives the same part', () => {
    const source = state();
    source.succeeded(snapshot({ partialErrors, checkpoint: { part: 'p' } }), 1, true);
    expect(source.info.partialErrors).toEqual(partialErrors);
    source.succeeded({ outcome: 'unchanged' }, 2, false);
    expect(source.info.partialErrors).toEqual(partialErrors);
  });

  it.each<readonly [string, WholeResult]>([
    ['a whole load', snapshot({ complete: true, checkpoint: { digest: 'd' } })],
    ['a load that has nothing new', { outcome: 'unchanged', checkpoint: { cursor: 1 } }],
    ['a change', { outcome: 'delta', changes: {}, checkpoint: { digest: 'd' } }],
  ])('go with %s', (_, result) => {
    const source = state();
    source.succeeded(snapshot({ partialErrors, checkpoint: { part: 'p' } }), 1, true);
    source.succeeded(result, 2, false);
    expect(source.info.partialErrors).toBeUndefined();
  });
});

describe('a credential that was refused', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
  afterEach(() => void vi.useRealTimers());

  const source = new SourceState('profile', { adapter: 'rest', package: 'p', query: {} }, undefined);
  const refuse = (credential: string, wasSent: boolean): void =>
    source.failed({ source: 'profile', kind: 'unauthorized', message: '401', credential }, 5_000, wasSent);
  const pause = (): number => (source.known.refusals?.until ?? 0) - Date.now();

  it('is sent again by itself, after pauses that double up to an hour', () => {
    const pauses: number[] = [];
    for (let i = 0; i < 12; i++) {
      refuse('a', true);
      pauses.push(pause());
      expect(source.isRefusalOver).toBe(false);
      expect(source.known.retryAt).toBeLessThanOrEqual(Date.now() + pause());
      vi.advanceTimersByTime(pause());
      expect(source.isRefusalOver).toBe(true);
    }
    expect(pauses.slice(0, 4)).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(pauses.slice(-2)).toEqual([3_600_000, 3_600_000]);
  });

  it('that is the password of a worker waits as long, and every load sends it', () => {
    const own = new SourceState('invoices', { adapter: 'postgres', package: 'p', query: {} }, 'invoices');
    const fault = { source: 'invoices', kind: 'unauthorized', message: '28P01', refused: true } as const;
    const pauses = Array.from({ length: 12 }, () => {
      own.failed(fault, 5_000);
      return (own.known.retryAt ?? 0) - Date.now();
    });
    expect(pauses.slice(0, 4)).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(pauses.slice(-2)).toEqual([3_600_000, 3_600_000]);
    own.failed({ ...fault, kind: 'transient', refused: undefined }, 5_000);
    own.failed(fault, 5_000);
    expect((own.known.retryAt ?? 0) - Date.now()).toBe(10_000);
  });

  it('waits no longer for loads that did not send it, and begins anew with another', () => {
    refuse('b', true);
    vi.advanceTimersByTime(4_000);
    refuse('b', false);
    expect(pause()).toBe(6_000);
    refuse('c', false);
    expect(pause()).toBe(10_000);
    source.succeeded(snapshot({}), Date.now(), true);
    expect(source.known).not.toHaveProperty('refusals');
  });
});
