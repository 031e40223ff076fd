import { beforeEach, describe, expect, it, vi } from 'vitest';
import { defineSchema, many } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import { type Received, receive } from './receive';
import { Stamps } from './stamps';

const schema = defineSchema({ Desk: { relations: { tickets: many('Ticket') } }, Ticket: {} });
const NOTHING = { upserts: {}, unset: {}, deletes: [] };

describe('receive', () => {
  let state: EntityState;
  let stamps: Stamps;
  beforeEach(() => {
    state = new EntityState({ name: 'Desk', id: 'd' }, schema, {
      Desk: { d: { name: 'd', tickets: ['t', 'u'] } },
      Ticket: { t: { title: 'x', note: 'n' }, u: { title: 'y' } },
    });
    stamps = new Stamps();
  });
  const take = (what: Received, at?: number, more: object = {}) =>
    receive(state, stamps, what, { from: 'other', ...(at !== undefined && { at }), ...more });
  const ticket = (id = 't') => state.store.get('Ticket', id);
  const title = (value: string): Received => ({ updates: { Ticket: { t: { title: value } } } });

  it('takes in fields and says what changed, from whom', () => {
    const { changes } = take(
      { updates: { Ticket: { t: { title: 'X' }, v: { id: 'v' } } }, unset: { Ticket: { t: ['note'] } } },
      5,
    );
    expect(changes).toEqual({
      upserts: { Ticket: { t: { title: 'X' }, v: { id: 'v' } } },
      unset: { Ticket: { t: ['note'] } },
      deletes: [],
      origin: 'other',
    });
    expect(ticket()).toEqual({ title: 'X' });
    expect(stamps.of('Ticket', 't', 'note')).toBe(5);
  });

  it('of two changes to one field the later one stands, whichever comes first', () => {
    take(title('late'), 9);
    expect(take(title('early'), 5)).toMatchObject({ changes: NOTHING, confirmed: NOTHING, written: NOTHING });
    take(title('latest'), 10);
    expect(ticket()).toMatchObject({ title: 'latest' });
  });

  it('of two that are equally late the greater one stands, whichever comes first', () => {
    take(title('b'), 5);
    take(title('a'), 5);
    expect(ticket()).toMatchObject({ title: 'b' });
    take(title('c'), 5);
    expect(ticket()).toMatchObject({ title: 'c' });
    take({ updates: { Ticket: { t: {} } }, unset: { Ticket: { t: ['title'] } } }, 5);
    expect(ticket()).toMatchObject({ title: 'c' });
  });

  it('knows the times of fields that differ, but none later than the message', () => {
    stamps.write('Ticket', 't', 'note', 6);
    const fields = { title: 'X', note: 'old', status: 's' };
    take({ updates: { Ticket: { t: fields } } }, 9, { stamps: { Ticket: { t: { note: 5, status: 99 } } } });
    expect(ticket()).toEqual({ title: 'X', note: 'n', status: 's' });
    expect(stamps.of('Ticket', 't', 'status')).toBe(9);
  });

  it('passes on what it holds already but is newer: others may hear something older', () => {
    const { changes, confirmed } = take(title('x'), 9);
    expect(changes).toMatchObject(NOTHING);
    expect(confirmed).toEqual({ upserts: { Ticket: { t: { title: 'x' } } }, unset: {}, deletes: [] });
    expect(take(title('x'), 9).confirmed).toEqual(NOTHING);
  });

  it('leaves alone entities that the schema does not have, and names of no entity', () => {
    const { changes } = take(
      {
        updates: { Nothing: { n: { a: 1 } }, constructor: { n: { a: 1 } } },
        deletions: { Nothing: ['n'], toString: ['n'] },
      },
      5,
    );
    expect(changes).toMatchObject(NOTHING);
    expect(Object.keys(state.store.entities)).toEqual(['Desk', 'Ticket']);
  });

  it.each([
    ['$merge', { title: 'X', note: 'n' }],
    ['$set', { title: 'X', note: 'n' }],
    ['$replace', { title: 'X' }],
  ] as const)('takes in fields by the strategy %s', (strategy, expected) => {
    take({ ...title('X'), strategy }, 5);
    expect(ticket()).toEqual(expected);
  });

  describe('what is removed', () => {
    const removal: Received = { deletions: { Ticket: ['t'] } };

    it('goes, with what leads to it; that everybody has to hear of', () => {
      const { changes, written } = take(removal, 5);
      expect(changes.deletes).toEqual([{ name: 'Ticket', id: 't' }]);
      expect(written).toEqual({ upserts: { Desk: { d: { tickets: ['u'] } } }, unset: {}, deletes: [] });
      expect(stamps.of('Desk', 'd', 'tickets')).toBeGreaterThan(5);
      // Nothing was left to do where the sender's list came first.
      state.update({ entityName: 'Desk', updates: { Desk: { d: { tickets: [] } } } });
      expect(take({ deletions: { Ticket: ['u'] } }, 6).written).toEqual(NOTHING);
    });

    it('does not come back by what is older, but by what is later', () => {
      take(removal, 5);
      expect(take(title('old'), 4).changes).toMatchObject(NOTHING);
      expect(ticket()).toBeUndefined();
      take(title('new'), 6);
      expect(ticket()).toEqual({ title: 'new' });
    });

    it('stays whole where it was changed later, and the sender is given it back', () => {
      stamps.write('Ticket', 't', 'title', 9);
      const { changes, written } = take(removal, 5);
      expect(changes).toMatchObject(NOTHING);
      expect(written.upserts).toEqual({ Ticket: { t: { title: 'x', note: 'n' } } });
      expect(stamps.of('Ticket', 't', 'note')).toBeGreaterThan(9);
      // What it did not have then is gone: who still has it is told so.
      const late = take({ updates: { Ticket: { t: { status: 'older' } } } }, 4);
      expect(late.written).toMatchObject({ unset: { Ticket: { t: ['status'] } } });
      expect(ticket()).toEqual({ title: 'x', note: 'n' });
    });

    it('stays where a source gives it, however late', () => {
      const entities = { Ticket: { t: { title: 'x' } } };
      state.integrate(
        'tickets',
        { entities, complete: true },
        { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 },
      );
      const { changes, written } = take(removal, 99);
      expect(changes).toMatchObject(NOTHING);
      expect(written.upserts).toMatchObject({ Ticket: { t: { title: 'x' } } });
    });

    it('is remembered of one that is not there yet', () => {
      const unknown: Received = { deletions: { Ticket: ['later'] } };
      expect(take(unknown, 5).confirmed.deletes).toEqual([{ name: 'Ticket', id: 'later' }]);
      expect(take(unknown, 5).confirmed.deletes).toEqual([]);
      take({ updates: { Ticket: { later: { title: 'old' } } } }, 4);
      expect(ticket('later')).toBeUndefined();
    });

    it('is never the root', () => {
      expect(take({ deletions: { Desk: ['d'] } }, 99).changes).toMatchObject(NOTHING);
    });

    it('takes what has no field left, and what was known of its fields stays known', () => {
      take({ updates: { Ticket: { v: { note: 'a' } } } }, 5);
      take({ updates: { Ticket: { v: {} } }, unset: { Ticket: { v: ['note'] } } }, 9);
      expect(ticket('v')).toEqual({});
      expect(take({ deletions: { Ticket: ['v'] } }, 7).changes.deletes).toEqual([
        { name: 'Ticket', id: 'v' },
      ]);
      take({ updates: { Ticket: { v: { note: 'b', title: 'c' } } } }, 8);
      expect(ticket('v')).toEqual({ title: 'c' });
    });

    it('and is only no part any more, goes from here and may come back as it was', () => {
      stamps.write('Ticket', 't', 'title', 5);
      const { changes, written } = take(removal);
      expect(changes.deletes).toEqual([{ name: 'Ticket', id: 't' }]);
      expect(written).toEqual(NOTHING);
      expect(state.store.get('Desk', 'd')).toMatchObject({ tickets: ['t', 'u'] });
      take({ updates: { Ticket: { t: { title: 'x' } } } }, 5);
      expect(ticket()).toEqual({ title: 'x' });
    });
  });

  it('does not take back a part that went while it was on its way, until a relation leads to it', () => {
    take({ updates: { Desk: { d: { tickets: ['u'] } } } }, 5);
    take({ deletions: { Ticket: ['t'] } });
    const crossing: Received = {
      updates: { Desk: { d: { tickets: ['t', 'u'] } }, Ticket: { t: { title: 'x' } } },
    };
    expect(take(crossing, 0).changes).toMatchObject(NOTHING);
    expect(ticket()).toBeUndefined();
    take({ updates: { Ticket: { t: { title: 'y' } }, Desk: { d: { tickets: ['u', 't'] } } } }, 6);
    expect(ticket()).toEqual({ title: 'y' });
    take(title('z'), 7);
    expect(ticket()).toEqual({ title: 'z' });
  });

  it('believes no time that is far ahead', () => {
    const now = Date.now();
    take(title('far'), now + 3_600_000);
    expect(stamps.of('Ticket', 't', 'title')).toBeLessThan(now + 600_000);
    expect(vi.isFakeTimers()).toBe(false);
  });
});
