import { describe, expect, it } from 'vitest';
import { defineSchema, many } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import { findUnreferenced } from './unreferenced';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment'), related: many('Ticket') } },
  Comment: {},
});
const root = { name: 'Desk', id: '1' };
const ticket = (id: string): { name: string; id: string } => ({ name: 'Ticket', id });

const stateOf = (tickets: string[], related: Record<string, string[]> = {}): EntityState =>
  new EntityState(root, schema, {
    Desk: { 1: { tickets } },
    Ticket: {
      t_1: { comments: ['k_1'], related: related['t_1'] ?? [] },
      t_2: { comments: ['k_1', 'k_2'], related: related['t_2'] ?? [] },
    },
    Comment: { k_1: {}, k_2: {} },
  });

describe('findUnreferenced', () => {
  it('finds what nothing refers to, with what hangs from it', () => {
    expect(findUnreferenced(stateOf(['t_1']), [ticket('t_2')])).toEqual([
      ticket('t_2'),
      { name: 'Comment', id: 'k_2' },
    ]);
  });

  it('looks at nothing else', () => {
    expect(findUnreferenced(stateOf([]), [ticket('t_1')])).toEqual([
      ticket('t_1'),
      { name: 'Comment', id: 'k_1' },
    ]);
    expect(findUnreferenced(stateOf([]), [])).toEqual([]);
  });

  it('is not fooled by entities that refer to each other', () => {
    const state = stateOf([], { t_1: ['t_2'], t_2: ['t_1'] });
    expect(findUnreferenced(state, [ticket('t_1')])).toContainEqual(ticket('t_2'));
  });

  it('keeps what a source of the workflow gives, and what that refers to, but not what a parent’s gave', () => {
    const state = stateOf([]);
    const options = { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 };
    const entities = { Ticket: { t_1: { comments: ['k_1'] } } };
    state.integrate('Shop-1/tickets', { entities, complete: true }, options);
    expect(findUnreferenced(state, [ticket('t_1')])).not.toEqual([]);
    state.integrate('tickets', { entities, complete: true }, options);
    expect(findUnreferenced(state, [ticket('t_1')])).toEqual([]);
  });

  it('leaves out ids without an entity', () => {
    expect(findUnreferenced(stateOf(['t_1']), [ticket('t_9')])).toEqual([]);
  });
});
