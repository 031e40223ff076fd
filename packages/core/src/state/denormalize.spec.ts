import { describe, expect, it } from 'vitest';
import { defineSchema, many, one } from '../contract/schema';
import { EntityStore } from './entity-store';

const schema = defineSchema({
  Customer: { relations: { contacts: many('Contact'), account: one('Account') } },
  Contact: { relations: { employer: one('Customer') } },
  Account: {},
  Node: { relations: { next: many('Node') } },
});

/** A graph of nodes, each with the ids it leads to. */
function graph(edges: Record<string, readonly string[]>): EntityStore {
  const nodes = Object.entries(edges).map(([id, next]) => [id, { id, next }]);
  return new EntityStore(schema, { Node: Object.fromEntries(nodes) as Record<string, { id: string }> });
}

describe('denormalize', () => {
  it('gives back what was taken in', () => {
    const store = new EntityStore(schema);
    const given = {
      id: 'c_1',
      name: 'Ada',
      account: { id: 'a_1', open: true },
      contacts: [
        { id: 'k_1', name: 'Grace' },
        { id: 'k_2', name: 'Edsger', employer: { id: 'c_2', account: { id: 'a_1', open: true } } },
      ],
    };
    store.upsert('Customer', [given]);
    expect(store.denormalize('Customer', 'c_1')).toEqual(given);
  });

  it('leaves out of a list what leads nowhere, and gives null for one', () => {
    const store = new EntityStore(schema, {
      Customer: { c_1: { id: 'c_1', contacts: ['k_1', 'k_none'], account: 'a_none' } },
      Contact: { k_1: { id: 'k_1' } },
    });
    expect(store.denormalize('Customer', 'c_1')).toEqual({
      id: 'c_1',
      contacts: [{ id: 'k_1' }],
      account: null,
    });
    expect(store.denormalize('Customer', 'c_none')).toBeUndefined();
  });

  it('keeps null relations, and fields without a relation as they are', () => {
    const store = new EntityStore(schema, {
      Customer: { c_1: { contacts: null, account: null, tags: ['k_1'] } },
      Contact: { k_1: { id: 'k_1' } },
    });
    expect(store.denormalize('Customer', 'c_1')).toEqual({ contacts: null, account: null, tags: ['k_1'] });
  });

  it('is made once per version', () => {
    const store = graph({ a: ['b'], b: [] });
    const first = store.denormalize('Node', 'a');
    expect(store.denormalize('Node', 'a')).toBe(first);
    store.upsert('Node', [{ id: 'b', next: [] }]);
    expect(store.denormalize('Node', 'a')).toBe(first);
    store.upsert('Node', [{ id: 'b', name: 'changed' }]);
    expect(store.denormalize('Node', 'a')).toEqual({
      id: 'a',
      next: [{ id: 'b', name: 'changed', next: [] }],
    });
  });

  it('keeps entities apart in its cache', () => {
    const store = graph({ a: [], b: [] });
    expect(store.denormalize('Node', 'a')).toEqual({ id: 'a', next: [] });
    expect(store.denormalize('Node', 'b')).toEqual({ id: 'b', next: [] });
    expect(store.denormalize('Node', 'a')).toEqual({ id: 'a', next: [] });
  });

  it('gives the id where a relation leads back', () => {
    expect(graph({ a: ['a'] }).denormalize('Node', 'a')).toEqual({ id: 'a', next: ['a'] });
    expect(graph({ a: ['b'], b: ['c'], c: ['a'] }).denormalize('Node', 'a')).toEqual({
      id: 'a',
      next: [{ id: 'b', next: [{ id: 'c', next: ['a'] }] }],
    });
  });

  it('fills in an entity on a circle once, and one beside it everywhere', () => {
    const store = graph({ a: ['b', 'c'], b: ['a', 'd'], c: ['b', 'd'], d: [] });
    expect(store.denormalize('Node', 'a')).toEqual({
      id: 'a',
      next: [
        { id: 'b', next: ['a', { id: 'd', next: [] }] },
        { id: 'c', next: ['b', { id: 'd', next: [] }] },
      ],
    });
  });

  it('grows with a dense graph of circles, not with the paths through it', () => {
    const ids = Array.from({ length: 60 }, (_, i) => `n${i}`);
    const store = graph(Object.fromEntries(ids.map((id) => [id, ids])));
    const text = JSON.stringify(store.denormalize('Node', 'n0'));
    expect(text.match(/"id":/g)).toHaveLength(60);
  });

  it('grows with a dense graph without circles, not with the paths through it', () => {
    // Forty layers of two: a trillion paths.
    const edges: Record<string, string[]> = {};
    for (let layer = 0; layer < 40; layer++) {
      const next = layer < 39 ? [`${layer + 1}a`, `${layer + 1}b`] : [];
      edges[`${layer}a`] = edges[`${layer}b`] = next;
    }
    const text = JSON.stringify(graph(edges).denormalize('Node', '0a'));
    expect(text.length).toBeLessThan(10_000_000);
    for (const id of Object.keys(edges).slice(2)) expect(text).toContain(`"id":"${id}"`);
  });
});
