import { describe, expect, it } from 'vitest';
import type { ChangeSet } from '../contract/wire';
import { ChangeLog } from './change-log';
import { NO_CHANGES } from './change-set';

const changes = (given: Partial<ChangeSet>): ChangeSet => ({ ...NO_CHANGES, ...given });
const ref = (id: string): { name: string; id: string } => ({ name: 'Contact', id });

/** Two changes, one after the other, as one. */
function mergeChanges(first: ChangeSet, second: ChangeSet): ChangeSet {
  const log = new ChangeLog(first);
  log.add(second);
  return log.changes;
}

describe('ChangeLog', () => {
  it('gives the other one where one is empty', () => {
    const some = changes({ upserts: { Contact: { k_1: { name: 'Grace' } } }, origin: 'profile' });
    expect(mergeChanges(NO_CHANGES, some)).toEqual(some);
    expect(mergeChanges(some, NO_CHANGES)).toEqual(some);
    expect(mergeChanges(NO_CHANGES, NO_CHANGES)).toEqual(NO_CHANGES);
  });

  it('adds up fields; the later value counts', () => {
    const first = changes({ upserts: { Contact: { k_1: { name: 'Grace', rank: 1 } } } });
    const second = changes({
      upserts: { Contact: { k_1: { rank: 2 }, k_2: { id: 'k_2' } }, Account: { a: {} } },
    });
    expect(mergeChanges(first, second)).toEqual({
      upserts: { Contact: { k_1: { name: 'Grace', rank: 2 }, k_2: { id: 'k_2' } }, Account: { a: {} } },
      unset: {},
      deletes: [],
    });
  });

  it('lets a field that went take its value along, and a field that comes back end its absence', () => {
    const set = changes({ upserts: { Contact: { k_1: { name: 'Grace', rank: 1 } } } });
    const unset = changes({ upserts: { Contact: { k_1: {} } }, unset: { Contact: { k_1: ['name'] } } });
    expect(mergeChanges(set, unset)).toMatchObject({
      upserts: { Contact: { k_1: { rank: 1 } } },
      unset: { Contact: { k_1: ['name'] } },
    });
    expect(mergeChanges(set, unset).upserts['Contact']?.['k_1']).not.toHaveProperty('name');
    expect(mergeChanges(unset, set)).toEqual(set);
  });

  it('forgets what was done to an entity that was then removed', () => {
    const set = changes({
      upserts: { Contact: { k_1: { name: 'Grace' } } },
      unset: { Contact: { k_1: ['rank'] } },
    });
    expect(mergeChanges(set, changes({ deletes: [ref('k_1')] }))).toEqual({
      upserts: {},
      unset: {},
      deletes: [ref('k_1')],
    });
  });

  it('tells an entity that went and came back from one that changed: what it had before is gone', () => {
    const removed = changes({ deletes: [ref('k_1')] });
    const back = changes({ upserts: { Contact: { k_1: { id: 'k_1' } } } });
    expect(mergeChanges(removed, back)).toEqual({
      upserts: { Contact: { k_1: { id: 'k_1' } } },
      unset: {},
      deletes: [ref('k_1')],
    });
  });

  it('names a removed entity once', () => {
    const removed = changes({ deletes: [ref('k_1'), ref('k_2')] });
    expect(mergeChanges(removed, changes({ deletes: [ref('k_1')] })).deletes).toEqual([
      ref('k_1'),
      ref('k_2'),
    ]);
  });

  it('keeps an origin that both share', () => {
    const from = (origin?: string): ChangeSet =>
      changes({ deletes: [ref('k_1')], ...(origin && { origin }) });
    expect(mergeChanges(from('profile'), from('profile')).origin).toBe('profile');
    expect(mergeChanges(from('profile'), from('contacts')).origin).toBeUndefined();
    expect(mergeChanges(from('profile'), from()).origin).toBeUndefined();
  });

  it('leaves both as they were', () => {
    const first = changes({
      upserts: { Contact: { k_1: { name: 'Grace' } } },
      unset: { Contact: { k_1: ['x'] } },
    });
    const second = changes({ upserts: { Contact: { k_1: { x: 1 } } }, deletes: [ref('k_2')] });
    const before = structuredClone([first, second]);
    mergeChanges(first, second);
    expect([first, second]).toEqual(before);
  });

  it.each(['constructor', '__proto__', 'toString'])('takes %s for an id like any other', (id) => {
    // As a continue-as-new brings it: from JSON, with a prototype.
    const carried = JSON.parse(
      `{"upserts":{"Contact":{"k_1":{"a":1},"${id}":{"name":"x"}}},"unset":{"Contact":{"k_1":["b"]}},"deletes":[]}`,
    ) as ChangeSet;
    const merged = mergeChanges(carried, changes({ deletes: [ref('k_9')] }));
    expect(JSON.parse(JSON.stringify(merged))).toEqual({ ...carried, deletes: [ref('k_9')] });
  });

  it('hands over what waits, and begins anew', () => {
    const log = new ChangeLog(changes({ deletes: [ref('k_1')], origin: 'profile' }));
    expect(log.isEmpty).toBe(false);
    expect(log.take()).toEqual(changes({ deletes: [ref('k_1')], origin: 'profile' }));
    expect(log.isEmpty).toBe(true);
    expect(log.take()).toEqual(NO_CHANGES);
    log.add(changes({ deletes: [ref('k_2')], origin: 'contacts' }));
    expect(log.changes).toEqual(changes({ deletes: [ref('k_2')], origin: 'contacts' }));
  });

  it('gives what later changes do not touch', () => {
    const log = new ChangeLog(changes({ upserts: { Contact: { k_1: { name: 'Grace' } } } }));
    const before = log.changes;
    log.add(changes({ upserts: { Contact: { k_1: { name: 'G.' }, k_2: {} } }, deletes: [ref('k_3')] }));
    expect(before).toEqual(changes({ upserts: { Contact: { k_1: { name: 'Grace' } } } }));
  });

  it('costs what is added, not what waits', () => {
    const log = new ChangeLog();
    const began = performance.now();
    for (let i = 0; i < 20_000; i++) log.add(changes({ upserts: { Contact: { [`k_${i}`]: { i } } } }));
    // It takes tens of milliseconds; copying what waits at each one would take minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(Object.keys(log.changes.upserts['Contact'] ?? {})).toHaveLength(20_000);
  });

  it('does not add up what comes and goes while nobody looks, and forgets nothing that was there before', () => {
    const log = new ChangeLog();
    const came = (id: string, to = log): void =>
      to.add(changes({ upserts: { Contact: { [id]: { id } } } }), new Set([`Contact:${id}`]));
    const went = (id: string, from = log): void => from.add(changes({ deletes: [ref(id)] }));
    went('old');
    came('old');
    went('old');
    for (let i = 0; i < 5_000; i++) {
      const later = new ChangeLog();
      came(`k_${i}`, later);
      later.add(changes({ upserts: { Contact: { [`k_${i}`]: { name: 'changed' } } } }));
      if (i % 2) went(`k_${i}`, later);
      log.addAll(later);
      if (i % 2 === 0) went(`k_${i}`);
    }
    const { upserts, deletes } = log.changes;
    expect(upserts).toEqual({});
    expect(deletes).toHaveLength(1_001);
    expect(deletes).toEqual(expect.arrayContaining([ref('old'), ref('k_4999'), ref('k_4000')]));
    // Who was told that it came is told that it went, whatever else comes and goes.
    came('told');
    log.take();
    went('told');
    for (let i = 0; i < 2_000; i++) {
      came('again');
      went('again');
    }
    expect(log.changes.deletes).toEqual([ref('told'), ref('again')]);
  });
});
