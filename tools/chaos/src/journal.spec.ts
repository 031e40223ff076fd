import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from './journal';

describe('Journal', () => {
  let journal: Journal;
  beforeEach(async () => {
    journal = await Journal.listen();
  });
  afterEach(() => journal.stop());

  const report = (once: string, version: number, chain = 'run 1'): Promise<Response> =>
    fetch(journal.url, {
      method: 'POST',
      body: JSON.stringify({ chain, once, changes: [{ key: 'Customer c1', version }] }),
    });

  it('counts an attempt that is repeated once', async () => {
    await report('run 1 activity 1', 1);
    await report('run 1 activity 1', 1);
    expect(journal).toMatchObject({ reports: 1, repeatedAttempts: 1, doubled: [] });
  });

  it('finds a version that a workflow reports again, or after a newer one', async () => {
    await report('run 1 activity 1', 1);
    await report('run 2 activity 1', 1);
    expect(journal.doubled).toEqual(['run 1 Customer c1: reported the versions 1, 1']);
    await report('run 3 activity 1', 3, 'run 3');
    await report('run 3 activity 2', 2, 'run 3');
    expect(journal.doubled).toContain('run 3 Customer c1: reported the versions 3, 2');
  });

  it('has another workflow of the same entity report for itself', async () => {
    await report('run 1 activity 1', 1);
    await report('run 9 activity 1', 1, 'run 9');
    expect(journal.doubled).toEqual([]);
    expect(journal.of('run 9', 'Customer c1')).toEqual([1]);
  });
});
