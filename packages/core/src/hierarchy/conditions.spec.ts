import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, type Fields, many } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import { ChildEnds } from './child-ends';
import { ManagedChildren } from './children';
import { Exchange } from './exchange';
import { managedPaths } from './managed-path';
import type { SendContext } from './signal-channel';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment'), related: many('Ticket') } },
  Comment: { relations: { answers: many('Comment') } },
});
const context = { has: () => true } as Partial<SendContext> as SendContext;
const COUNT = 1_000;
const ids = Array.from({ length: COUNT }, (_, i) => `${i}`);

describe('the conditions of a path', () => {
  let state: EntityState;
  let exchange: Exchange;
  /** The items that were asked for, since the last look. */
  let asked: string[];
  beforeEach(() => {
    asked = [];
    const root = { name: 'Desk', id: 'd' };
    state = new EntityState(root, schema, {
      Desk: { d: { id: 'd', tickets: ids } },
      Ticket: Object.fromEntries(ids.map((id) => [id, { id, comments: [`k${id}`] }])),
      Comment: Object.fromEntries(ids.map((id) => [`k${id}`, { id: `k${id}`, text: 'x' }])),
    });
    exchange = new Exchange({ workflowId: 'Desk-d', runId: 'run' }, state, {
      changed: (changes) => children.changed(changes),
      wake: () => {},
      left: () => {},
      paused: () => {},
      has: () => true,
      make: ({ id }) => ({ id }),
    });
    const paths = managedPaths(
      { tickets: { condition: ({ id }) => asked.push(id as string) < 0 } },
      schema,
      'Desk',
    );
    const host = { schema, root, state, apiUrl: undefined, apiToken: undefined, took: () => {} };
    const hears = { ends: new ChildEnds(context, () => {}), joined: () => {} };
    const children = new ManagedChildren(host, context, exchange, paths, [], hears);
    children.begin();
  });

  const change = (name: string, id: string, fields: Fields): string[] => {
    asked = [];
    exchange.update({ entityName: name, updates: { [name]: { [id]: fields } }, strategy: '$set' });
    return asked.toSorted();
  };

  it('are all asked at the start, each once, and when a field of the root entity changes', () => {
    expect(asked).toEqual(ids);
    expect(change('Desk', 'd', { id: 'd', tickets: ids, name: 'x' })).toHaveLength(COUNT);
  });

  it('are asked for the item that changed, and for no other', () => {
    expect(change('Ticket', '7', { id: '7', comments: ['k7'], title: 'x' })).toEqual(['7']);
  });

  it('are asked for the item from which hangs what changed: as many times as something did', () => {
    let count = 0;
    for (const id of ids) count += change('Comment', `k${id}`, { id: `k${id}`, text: 'y' }).length;
    expect(count).toBe(COUNT);
  });

  it('are asked as often for changes that come together', () => {
    asked = [];
    const texts = Object.fromEntries(ids.map((id) => [`k${id}`, { id: `k${id}`, text: 'y' }]));
    exchange.update({ entityName: 'Comment', updates: { Comment: texts } });
    expect(asked.toSorted()).toEqual(ids.toSorted());
  });

  it('follow what moves, what hangs deeper, and what goes', () => {
    expect(change('Comment', 'k1', { id: 'k1', answers: ['a'] })).toEqual(['1']);
    expect(change('Comment', 'a', { id: 'a', text: 'x' })).toEqual(['1']);
    expect(change('Ticket', '2', { id: '2', comments: ['k2', 'k1'] })).toEqual(['2']);
    expect(change('Comment', 'a', { id: 'a', text: 'y' })).toEqual(['1', '2']);
    expect(change('Ticket', '1', { id: '1', comments: [] })).toEqual(['1']);
    expect(change('Comment', 'a', { id: 'a', text: 'z' })).toEqual(['2']);
    asked = [];
    exchange.delete({ entityName: 'Comment', deletions: { Comment: ['a'] } });
    expect(asked).toEqual(['2']);
  });

  it('see what hangs from an item without a workflow, through the items that lead to it', () => {
    expect(change('Ticket', '1', { id: '1', related: ['2'] })).toEqual(['1']);
    expect(change('Ticket', '3', { id: '3', related: ['1'] })).toEqual(['3']);
    expect(change('Comment', 'k2', { id: 'k2', text: 'y' })).toEqual(['1', '2', '3']);
    expect(change('Ticket', '2', { id: '2', comments: ['k2'], title: 'y' })).toEqual(['1', '2', '3']);
    // An item of the list no longer, it is a part like any other.
    change('Desk', 'd', { id: 'd', tickets: ids.filter((id) => id !== '2') });
    expect(change('Comment', 'k2', { id: 'k2', text: 'z' })).toEqual(['1', '3']);
    change('Desk', 'd', { id: 'd', tickets: ids });
    expect(change('Comment', 'k2', { id: 'k2', text: 'y' })).toEqual(['1', '2', '3']);
    // With a workflow of its own it is seen by nobody else.
    exchange.open('Ticket-2', { name: 'Ticket', id: '2' });
    expect(change('Comment', 'k2', { id: 'k2', text: 'z' })).toEqual(['2']);
  });
});
