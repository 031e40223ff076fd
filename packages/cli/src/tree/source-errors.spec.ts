import { describe, expect, it } from 'vitest';
import { sourceErrors } from './source-errors';

const at = '2026-03-01T12:00:00.000Z';

describe('sourceErrors', () => {
  it('is nothing when nothing is wrong', () => {
    expect(sourceErrors({})).toBeUndefined();
    expect(
      sourceErrors({ profile: { adapter: 'rest', lastOutcome: 'unchanged', watch: {} } }),
    ).toBeUndefined();
  });

  it('names each source with what is wrong with it', () => {
    expect(
      sourceErrors({
        profile: {
          adapter: 'rest',
          lastError: { kind: 'transient', message: 'answered 503', at, failures: 3 },
        },
        orders: { adapter: 'rest', lastError: { kind: 'gone', message: 'answered 404', at, failures: 1 } },
        good: { adapter: 'rest', lastOutcome: 'delta' },
        watched: { adapter: 'rest', lastOutcome: 'delta', watch: { failure: 'timed out' } },
        swept: { adapter: 'rest', refusedSweep: { deletes: 9, of: 12, at } },
      }),
    ).toBe(
      'profile: answered 503 (3 times in a row); orders: answered 404; watched: timed out; ' +
        'swept: a sweep was refused, as it would have removed 9 of 12',
    );
  });
});
