import { describe, expect, it } from 'vitest';
import type { ChangeSet } from '../contract/wire';
import { beforeIn } from '../state/before';
import { EntityState } from '../state/entity-state';
import { PendingChanges } from './pending-changes';

const ROOT = { name: 'Customer', id: 'c_1' };

/** A workflow's state and what waits for its `execute()`, through as many runs as a test likes. */
class Runs {
  state = new EntityState(ROOT, { Customer: {}, Contact: {} });
  pending = new PendingChanges();

  come(...ids: string[]): void {
    this.#took(this.state.update({ entityName: 'Contact', data: ids.map((id) => ({ id })) }));
  }

  go(...ids: string[]): void {
    this.#took(this.state.delete({ entityName: 'Contact', deletions: { Contact: ids } }));
  }

  write(fields: object): void {
    this.#took(this.state.update({ entityName: 'Contact', data: { ...fields }, strategy: '$replace' }));
  }

  /** What contacts were before all that waits. */
  before(...ids: string[]): unknown[] {
    void this.tell();
    const handed = this.pending.take();
    const before = beforeIn(handed.changes, handed.earlier);
    this.pending.giveBack(handed);
    return ids.map((id) => before('Contact', id));
  }

  /** What `onChange()` heard waits apart from what it did not. */
  async tell(): Promise<void> {
    await this.pending.tell(undefined);
  }

  continueAsNew(): void {
    const { state, pending } = JSON.parse(
      JSON.stringify({
        state: this.state.store.entities,
        pending: this.pending.carry(this.state.store, 100_000),
      }),
    ) as { state: EntityState['store']['entities']; pending: ReturnType<PendingChanges['carry']> };
    this.state = new EntityState(ROOT, { Customer: {}, Contact: {} }, state);
    this.pending = PendingChanges.from(pending, this.state.store);
  }

  #took(changes: ChangeSet): void {
    this.pending.add(changes, this.state.takeTrace());
  }
}

const ids = (run: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `k_${run}_${i}`);

describe('changes that wait through continue-as-new', () => {
  it.each([false, true])('do not add up by what comes and goes; heard: %s', async (isHeard) => {
    const runs = new Runs();
    runs.come('k_there');
    runs.pending.take();
    await runs.tell();
    runs.pending.take();
    runs.go('k_there');
    for (let run = 0; run < 4; run++) {
      runs.come(...ids(run, 900));
      if (isHeard) await runs.tell();
      runs.go(...ids(run, 900));
      if (isHeard) await runs.tell();
      runs.continueAsNew();
    }
    const { deletes } = runs.pending.changes;
    // The last thousand of what came and went, and what was there before.
    expect(deletes.length).toBeLessThanOrEqual(1_001);
    expect(deletes).toContainEqual({ name: 'Contact', id: 'k_there' });
    expect(deletes).toContainEqual({ name: 'Contact', id: 'k_3_899' });
  });

  it('also where it comes in one run and goes in another', () => {
    const runs = new Runs();
    for (let run = 0; run < 4; run++) {
      runs.come(...ids(run, 900));
      runs.continueAsNew();
      runs.go(...ids(run, 900));
      runs.continueAsNew();
    }
    expect(runs.pending.changes.deletes).toHaveLength(1_000);
  });

  it('are the same before and after', () => {
    const runs = new Runs();
    runs.come('k_1', 'k_2');
    runs.go('k_2');
    const before = runs.pending.changes;
    runs.continueAsNew();
    expect(JSON.parse(JSON.stringify(runs.pending.changes))).toEqual(JSON.parse(JSON.stringify(before)));
  });
});

describe('what was before changes that wait', () => {
  const begun = (): Runs => {
    const runs = new Runs();
    runs.write({ id: 'k_1', name: 'a', plan: 'free', note: 'n' });
    runs.write({ id: 'k_2', name: 'b' });
    runs.come('k_3');
    void runs.tell();
    runs.pending.take();
    return runs;
  };

  it.each([false, true])(
    'is the fields that changed; of what went, all; through continue-as-new: %s',
    (isRolled) => {
      const runs = begun();
      const roll = (): void => (isRolled ? runs.continueAsNew() : undefined);
      runs.write({ id: 'k_1', name: 'a', plan: 'pro' });
      roll();
      void runs.tell();
      runs.write({ id: 'k_1', name: 'a', plan: 'team', since: 1 });
      runs.go('k_2');
      roll();
      runs.write({ id: 'k_9', name: 'z' });
      runs.write({ id: 'k_9', name: 'zz' });
      roll();
      expect(runs.before('k_1', 'k_2', 'k_3', 'k_9')).toEqual([
        { plan: 'free', note: 'n' },
        { id: 'k_2', name: 'b' },
        undefined,
        undefined,
      ]);
      runs.pending.take();
      runs.write({ id: 'k_1', name: 'b', plan: 'team', since: 1 });
      expect(runs.before('k_1')).toEqual([{ name: 'a' }]);
    },
  );

  it('is what it was first where something went, came back and changed again', () => {
    const runs = begun();
    runs.go('k_2');
    runs.write({ id: 'k_2', name: 'new' });
    runs.come('k_9');
    void runs.tell();
    runs.go('k_9');
    runs.come('k_9');
    runs.write({ id: 'k_9', name: 'z' });
    expect(runs.before('k_2', 'k_9')).toEqual([{ id: 'k_2', name: 'b' }, undefined]);
  });

  it('is not known rather than wrong where a run could not hand it over', () => {
    const runs = begun();
    runs.write({ id: 'k_1', name: 'x'.repeat(200_000) });
    runs.write({ id: 'k_2', name: 'B' });
    expect(runs.before('k_1')).toEqual([{ name: 'a', plan: 'free', note: 'n' }]);
    runs.pending.take();
    runs.write({ id: 'k_1', name: 'a' });
    runs.continueAsNew();
    runs.write({ id: 'k_1', name: 'c' });
    expect(runs.before('k_1')).toEqual([undefined]);
    expect(JSON.stringify(runs.pending.carry(runs.state.store, 100_000)).length).toBeLessThan(1_000);
  });

  it('does not add up by what comes and goes', () => {
    const runs = begun();
    for (let run = 0; run < 4; run++) {
      runs.come(...ids(run, 900));
      runs.go(...ids(run, 900));
    }
    void runs.tell();
    expect(runs.pending.take().earlier.size).toBeLessThanOrEqual(1_000);
  });
});
