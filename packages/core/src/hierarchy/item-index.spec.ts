import { beforeEach, describe, expect, it } from 'vitest';
import type { EntityRef } from '../contract/adapter';
import { defineSchema, type Fields, many, one } from '../contract/schema';
import { EntityStore } from '../state/entity-store';
import { type ItemIndex, itemIndexOf } from './item-index';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment'), next: one('Ticket'), desk: one('Desk') } },
  Comment: { relations: { answers: many('Comment') } },
});
const ticket = (id: string): EntityRef => ({ name: 'Ticket', id });
const comment = (id: string): EntityRef => ({ name: 'Comment', id });

describe('ItemIndex', () => {
  let store: EntityStore;
  let homes: Set<string>;
  let reach: ItemIndex;
  beforeEach(() => {
    store = new EntityStore(schema, {
      Desk: { d: { tickets: ['a', 'b'] } },
      Ticket: {
        a: { comments: ['k1', 'k2'], next: 'b', desk: 'd' },
        b: { comments: ['k2'] },
        c: { comments: ['k3'] },
      },
      Comment: { k1: { answers: ['k1a'] }, k1a: { answers: ['k1'] }, k2: {} },
    });
    homes = new Set(['Desk d', 'Ticket a', 'Ticket b']);
    reach = itemIndexOf(store, ({ name, id }) => homes.has(`${name} ${id}`));
    for (const id of ['a', 'b']) reach.update(ticket(id));
  });
  const set = (name: string, id: string, fields: Fields): void =>
    void store.upsert(name, [{ id, ...fields }], '$set');
  const parts = (id: string): string[] => [...reach.partsOf(ticket(id))].map((part) => part.id);

  it('follows relations, round circles too, but not past an entity that has a workflow of its own', () => {
    expect(parts('a')).toEqual(['k1', 'k1a', 'k2']);
    expect(parts('b')).toEqual(['k2']);
    expect([...reach.itemsOf(comment('k2'))]).toEqual(['Ticket:a', 'Ticket:b']);
    expect([...reach.itemsOf(ticket('b'))]).toEqual([]);
    homes.delete('Ticket b');
    set('Ticket', 'a', { next: 'c' });
    expect(reach.update(ticket('a')).added.map(({ id }) => id)).toEqual(['c', 'k3']);
  });

  it('says what became part of an item and what no longer is', () => {
    set('Ticket', 'a', { comments: ['k2', 'k3'] });
    expect(reach.update(ticket('a'))).toEqual({
      added: [comment('k3')],
      removed: [comment('k1'), comment('k1a')],
    });
    expect([...reach.itemsOf(comment('k1'))]).toEqual([]);
    // Its entity is not there yet.
    expect([...reach.itemsOf(comment('k3'))]).toEqual(['Ticket:a']);
    expect(reach.update(ticket('a'))).toEqual({ added: [], removed: [] });
  });

  it('tells changes that move something from others', () => {
    const changes = {
      upserts: { Ticket: { a: { comments: ['k1'] }, b: { title: 'x' } }, Comment: { k1: { text: 'x' } } },
      unset: { Ticket: { b: ['next'] } },
      deletes: [],
    };
    expect(reach.isMovedBy(changes, { name: 'Ticket', id: 'a' })).toBe(true);
    expect(reach.isMovedBy(changes, { name: 'Ticket', id: 'b' })).toBe(true);
    expect(reach.isMovedBy(changes, { name: 'Comment', id: 'k1' })).toBe(false);
    expect(reach.isMovedBy({ ...changes, unset: {} }, ticket('b'))).toBe(false);
  });

  it('forgets an item, and what was part of it alone', () => {
    reach.forget(ticket('a'));
    expect(parts('a')).toEqual([]);
    expect([...reach.itemsOf(comment('k1'))]).toEqual([]);
    expect([...reach.itemsOf(comment('k2'))]).toEqual(['Ticket:b']);
  });
});
