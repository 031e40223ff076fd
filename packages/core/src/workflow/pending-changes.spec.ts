import { describe, expect, it } from 'vitest';
import type { ChangeSet } from '../contract/wire';
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

  /** What `onChange()` heard waits apart from what it did not. */
  async tell(): Promise<void> {
    await this.pending.tell(undefined);
  }

  continueAsNew(): void {
    const { state, pending } = JSON.parse(
      JSON.stringify({ state: this.state.store.entities, pending: this.pending.carry(this.state.store) }),
    ) as { state: EntityState['store']['entities']; pending: ReturnType<PendingChanges['carry']> };
    this.state = new EntityState(ROOT, { Customer: {}, Contact: {} }, state);
    this.pending = PendingChanges.from(pending, this.state.store);
  }

  #took(changes: ChangeSet): void {
    this.pending.add(changes, this.state.takeCreated());
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
