import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, many } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import { type CarriedFeed, Feed } from './feed';
import { Heard } from './heard';

const schema = defineSchema({ Desk: { relations: { tickets: many('Ticket') } }, Ticket: {} });
const IDS = ['s_1'];
/** Fields that one subscription asked for. */
const asked = (...fields: string[]): (readonly [string, string[]])[] => fields.map((field) => [field, IDS]);
const T1 = { name: 'Ticket', id: 't_1' };
const T2 = { name: 'Ticket', id: 't_2' };

describe('Feed', () => {
  let state: EntityState;
  let feed: Feed;
  beforeEach(() => {
    state = new EntityState({ name: 'Desk', id: '1' }, schema, {
      Ticket: { t_1: { title: 'a', note: 'n' }, t_2: { title: 'b' } },
    });
    feed = begun();
  });

  const begun = (carried: CarriedFeed = { link: 'run#1', number: 0, marks: [] }): Feed =>
    new Feed({ workflowId: 'Desk-1', entityName: 'Desk', strategy: '$set', store: state.store }, carried);
  const write = (id: string, fields: object): void =>
    void state.update({ entityName: 'Ticket', updates: { Ticket: { [id]: fields as never } } });
  /** What is sent next, and arrives. */
  const sent = (from = feed): unknown[] => {
    const parcel = from.next();
    parcel?.accepted();
    return (parcel?.signals ?? []).map(({ signal, payload, envelope }) => {
      const { updates, deletions } = payload as { updates?: unknown; deletions?: unknown };
      return [envelope.number, signal, updates ?? deletions, envelope.via];
    });
  };

  it('says fields as they are when they are sent', () => {
    feed.mark(T1, asked('title'), []);
    write('t_1', { title: 'A' });
    expect(feed.isDue).toBe(true);
    expect(sent()).toEqual([[1, 'update', { Ticket: { t_1: { title: 'A' } } }, undefined]]);
    expect(feed.isDue).toBe(false);
  });

  it('takes away what came back first, and what is gone last', () => {
    feed.remove(T1, IDS, []);
    feed.mark(T1, asked('title'), []);
    feed.mark(T2, asked('title'), []);
    feed.remove(T2, IDS, []);
    state.remove([T2]);
    expect(sent()).toEqual([
      [1, 'delete', { Ticket: ['t_1'] }, undefined],
      [2, 'update', { Ticket: { t_1: { title: 'a' } } }, undefined],
      [3, 'delete', { Ticket: ['t_2'] }, undefined],
    ]);
  });

  it('says after what is gone which lists lead to it still: who takes it away takes it out of them', () => {
    state.update({ entityName: 'Desk', data: { tickets: ['t_1', 't_2'], name: 'd' } });
    feed.mark({ name: 'Desk', id: '1' }, asked('tickets', 'name'), []);
    feed.remove(T2, IDS, []);
    state.remove([T2]);
    state.update({ entityName: 'Desk', data: { tickets: ['t_2'] } });
    expect(sent()).toEqual([
      [1, 'update', { Desk: { 1: { name: 'd' } } }, undefined],
      [2, 'delete', { Ticket: ['t_2'] }, undefined],
      [3, 'update', { Desk: { 1: { tickets: ['t_2'] } } }, undefined],
    ]);
  });

  it('says what came by another way in a message of its own; of a field the last way counts', () => {
    feed.mark(T1, asked('title', 'note'), ['Queue-1']);
    feed.mark(T1, asked('title'), ['Queue-2']);
    feed.mark(T2, asked('title'), ['Queue-2']);
    expect(sent()).toEqual([
      [1, 'update', { Ticket: { t_1: { title: 'a' }, t_2: { title: 'b' } } }, ['Queue-2']],
      [2, 'update', { Ticket: { t_1: { note: 'n' } } }, ['Queue-1']],
    ]);
  });

  it('says again what was not taken, with what came meanwhile', () => {
    feed.mark(T1, asked('title'), []);
    const lost = feed.next();
    feed.mark(T1, asked('note'), []);
    lost?.refused(true);
    expect(sent()).toEqual([[2, 'update', { Ticket: { t_1: { title: 'a', note: 'n' } } }, undefined]]);
  });

  it('names the subscriptions that asked for what a signal says, of this version and the first', () => {
    const named = (from = feed): unknown[] =>
      (from.next()?.signals ?? []).map(
        ({ payload }) => (payload as { subscriptionIds: readonly string[] }).subscriptionIds,
      );
    feed.mark(T1, [['title', ['a']]], []);
    feed.mark(T1, [['note', ['b', 'a']]], []);
    feed.mark(T2, [['title', ['c']]], ['Queue-1']);
    feed.remove({ name: 'Ticket', id: 't_3' }, ['d'], []);
    expect(named()).toEqual([['a', 'b'], ['c'], ['d']]);
    feed.mark(T1, [['title', ['e']]], []);
    // What was under way waits again.
    const next = begun(JSON.parse(JSON.stringify(feed.carry())) as CarriedFeed);
    expect(named(next)).toEqual([['a', 'e', 'b'], ['c'], ['d']]);
    const first = begun({ link: 'run#1', number: 0, marks: [[T1, null, [['title', []]]]] });
    expect(named(first)).toEqual([[]]);
  });

  it('goes through continue-as-new with what is under way and what waits', () => {
    feed.remove(T1, IDS, []);
    feed.mark(T1, asked('title'), []);
    feed.next();
    feed.mark(T2, asked('title'), ['Queue-1']);
    const next = begun(JSON.parse(JSON.stringify(feed.carry())) as CarriedFeed);
    expect(sent(next)).toEqual([
      [3, 'delete', { Ticket: ['t_1'] }, undefined],
      [4, 'update', { Ticket: { t_2: { title: 'b' } } }, ['Queue-1']],
      [5, 'update', { Ticket: { t_1: { title: 'a' } } }, undefined],
    ]);
  });

  it('sets aside what is too large, and tries it again with what comes next', () => {
    write('t_1', { title: 'x'.repeat(2_000_000) });
    feed.mark(T1, asked('title'), []);
    feed.mark(T2, asked('title'), []);
    expect(sent()).toEqual([[1, 'update', { Ticket: { t_2: { title: 'b' } } }, undefined]]);
    expect(feed.problem).toContain('Hold less');
    write('t_1', { title: 'short' });
    feed.mark(T2, asked('title'), []);
    expect(JSON.stringify(sent())).toContain('short');
    expect(feed.problem).toBeUndefined();
  });
});

describe('Heard', () => {
  it('takes each number of a feed once, also after continue-as-new', () => {
    const heard = new Heard();
    expect([1, 2, 2, 1].map((number) => heard.take('run#1', number))).toEqual([true, true, false, false]);
    expect(heard.take('run#2', 1)).toBe(true);
    expect(new Heard(heard.carry()).take('run#1', 2)).toBe(false);
  });

  it('remembers the latest thousand', () => {
    const heard = new Heard();
    for (let i = 0; i <= 1_000; i++) heard.take(`run#${i}`, 1);
    expect([heard.take('run#1000', 1), heard.take('run#0', 1)]).toEqual([false, true]);
  });
});
