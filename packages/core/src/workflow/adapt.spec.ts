import { describe, expect, it } from 'vitest';
import { defineSchema, many, one } from '../contract/schema';
import { defineSource } from '../contract/source';
import { adapted } from './adapt';
import type { Carried } from './carry';
import type { Declaration } from './class-check';
import { declaredOf } from './declared';

const root = { name: 'Desk', id: 'd' };
const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { author: one('Agent') } },
  Agent: {},
});
const source = (query: object) => defineSource({ adapter: 'rest', package: 'x' }, query);
const profile = source({ path: '/desks/{id}' });
const tickets = source({ path: '/tickets' });
const before: Declaration = { schema, sources: { profile, tickets }, managedPaths: { tickets: true } };
const view = (name: string, ...ids: string[]) => ({
  checkedAt: 1,
  given: { [name]: [{ shape: ['id'], at: 1, ids }] },
});
const carried: Carried = {
  declared: declaredOf(before),
  sources: {
    profile: { checkedAt: 1, checkpoint: { digest: 'p' } },
    tickets: { checkedAt: 1, checkpoint: { digest: 't' } },
  },
  views: { profile: view('Desk', 'd'), tickets: view('Ticket', 't'), 'other/made': view('Ticket', 't') },
  inbox: [],
};
const state = {
  Desk: { d: { id: 'd', tickets: ['t'] } },
  Ticket: { t: { id: 't', author: 'a' } },
  Agent: { a: { id: 'a', name: 'Ada' } },
};
const over = (now: Declaration) => adapted({ carried, state }, declaredOf({ ...before, ...now }), root);

describe('what a run is handed', () => {
  it('stays as it is where the class is what it was', () => {
    const handed = over({});
    expect(handed).toEqual({ carried, state, formerPaths: [] });
  });

  it('stays as it is where nobody knows what the class was', () => {
    const unknown = { ...carried, declared: undefined };
    expect(adapted({ carried: unknown, state }, declaredOf(before), root).carried).toBe(unknown);
  });

  it('has a source that is new loaded at once', () => {
    const handed = over({ sources: { profile, tickets, orders: source({ path: '/orders' }) } });
    expect(handed.carried.inbox).toEqual(['start']);
    expect(handed.carried.sources).toEqual(carried.sources);
  });

  it('keeps what a source gave that is gone, as if somebody had written it', () => {
    const handed = over({ sources: { tickets } });
    expect(handed.state).toEqual(state);
    expect(Object.keys(handed.carried.sources ?? {})).toEqual(['tickets']);
    expect(Object.keys(handed.carried.views ?? {})).toEqual(['tickets', 'other/made']);
    expect(handed.carried.inbox).toEqual([]);
  });

  it('knows a source that has another name and asks for the same', () => {
    const handed = over({ sources: { details: profile, tickets } });
    expect(handed.carried.sources?.['details']).toEqual(carried.sources?.['profile']);
    expect(handed.carried.views?.['details']).toEqual(carried.views?.['profile']);
    expect(handed.carried.inbox).toEqual([]);
  });

  it('has a source that asks for something else read from the start, and compared with what it gave', () => {
    const handed = over({ sources: { profile, tickets: source({ path: '/tickets', query: { open: 1 } }) } });
    expect(handed.carried.sources?.['tickets']).toEqual({ checkedAt: 1 });
    expect(handed.carried.sources?.['profile']).toEqual(carried.sources?.['profile']);
    expect(handed.carried.views).toEqual(carried.views);
    expect(handed.carried.inbox).toEqual(['start']);
  });

  it('accepts no deletions of a source that asks for something else, though it did before', () => {
    const accepting: Carried = { ...carried, sources: { tickets: { checkedAt: 1, acceptsDeletions: true } } };
    const sources = { profile, tickets: source({ path: '/letters' }) };
    const handed = adapted({ carried: accepting, state }, declaredOf({ ...before, sources }), root);
    expect(handed.carried.sources).toEqual({ tickets: { checkedAt: 1 } });
  });

  it('knows a source that has other limits of time', () => {
    const handed = over({ sources: { profile: { ...profile, timeout: '2 minutes' }, tickets } });
    expect(handed.carried.sources).toEqual(carried.sources);
    expect(handed.carried.inbox).toEqual([]);
  });

  it('nests what is no relation any more, and takes apart what is one now', () => {
    const flat = { Desk: schema.Desk, Ticket: {} };
    const handed = over({ schema: flat });
    expect(handed.state).toEqual({
      Desk: state.Desk,
      Ticket: { t: { id: 't', author: { id: 'a', name: 'Ada' } } },
    });
    const back = adapted(
      { carried: { ...carried, declared: declaredOf({ ...before, schema: flat }) }, state: handed.state },
      declaredOf(before),
      root,
    );
    expect(back.state).toEqual(state);
  });

  it('has entities by the ids that they have now, and forgets who gave them by the old ones', () => {
    const numbered = { ...schema, Agent: { idAttribute: 'name' } };
    const handed = over({ schema: numbered });
    expect(handed.state).toEqual({
      Desk: state.Desk,
      Ticket: { t: { id: 't', author: 'Ada' } },
      Agent: { Ada: { id: 'a', name: 'Ada' } },
    });
    expect(handed.carried.views?.['tickets']).toEqual(carried.views?.['tickets']);
  });

  it.each<Declaration['managedPaths']>([undefined, {}, { tickets: { retired: true } }])(
    'lets the children of a path go that is none any more: %j',
    (managedPaths) => {
      const [path, ...others] = over({ managedPaths }).formerPaths;
      expect(path).toMatchObject({ field: 'tickets', target: 'Ticket', onRemoved: 'keep' });
      expect(others).toEqual([]);
    },
  );

  describe('of children', () => {
    const children = { paths: { tickets: [{ item: 't', status: 'running' as const }] } };
    const parent: Carried = {
      ...carried,
      hierarchy: { version: 2, children } as unknown as Carried['hierarchy'],
    };
    const called = (now: Declaration, isNew = true) =>
      adapted({ carried: parent, state }, declaredOf({ ...before, ...now }), root, () => isNew);

    it.each([{ entityName: 'Case' }, { includeParentId: true }, { idAttribute: ['id', 'number'] }])(
      'keeps their names where their path calls them otherwise: %j',
      (path) => {
        const { carried: handed, formerPaths } = called({ managedPaths: { tickets: path } });
        expect(formerPaths).toEqual([]);
        expect(handed.hierarchy?.children?.paths['tickets']).toEqual([
          { item: 't', id: 't', status: 'running', named: { workflowId: 'Ticket-t', entityName: 'Ticket' } },
        ]);
      },
    );

    it('lets those go whose items have become another entity', () => {
      const cases = { ...schema, Desk: { relations: { tickets: many('Case') } }, Case: {} };
      expect(called({ schema: cases }).formerPaths).toMatchObject([
        { field: 'tickets', target: 'Ticket', onRemoved: 'keep' },
      ]);
    });

    it('stays as it is in runs that took them by the names that they would get', () => {
      const { carried: handed } = called({ managedPaths: { tickets: { includeParentId: true } } }, false);
      expect(handed.hierarchy).toBe(parent.hierarchy);
    });
  });
});
