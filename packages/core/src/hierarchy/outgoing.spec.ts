import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, many } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import type { End } from './host';
import { Kin } from './kin';
import { Link } from './link';
import { Outgoing } from './outgoing';
import type { Message, Tell } from './word';

const schema = defineSchema({ Desk: { relations: { tickets: many('Ticket') } }, Ticket: {} });
const T1 = { name: 'Ticket', id: 't_1' };
const PEER = 'Ticket-t_1';

describe('Outgoing', () => {
  let state: EntityState;
  let kin: Kin;
  let outgoing: Outgoing;
  let link: Link;
  let woken: (readonly [string, End])[];

  beforeEach(() => {
    state = new EntityState({ name: 'Desk', id: '1' }, schema, {
      Desk: { 1: { tickets: ['t_1'] } },
      Ticket: { t_1: { title: 'a' } },
    });
    kin = new Kin(state);
    woken = [];
    outgoing = new Outgoing(state, kin, { wake: (...one) => void woken.push(one) });
    link = new Link({ self: 'Desk-1', peer: PEER, ancestry: [] }, 'apart');
    kin.add({ link, item: T1, isHome: false });
    link.started('run#1');
  });

  /** What is to be sent next to the child. */
  const next = (): Message => outgoing.next(PEER, 'parent') as Message;

  it('wakes for whom there is something, as what it is to them, and for nobody else', () => {
    outgoing.wake();
    expect(woken).toEqual([]);
    link.waiting.mark(T1, ['title']);
    const stranger = { do: 'stranger', from: 'Desk-1', link: 'run#9' } as const;
    outgoing.strangers.set('Desk-9', stranger);
    outgoing.wake();
    expect(woken).toEqual([
      ['Desk-9', 'stranger'],
      [PEER, 'parent'],
    ]);
    expect([outgoing.isDue(PEER, 'parent'), outgoing.isDue(PEER, 'child')]).toEqual([true, false]);
  });

  it('says fields as they are when they are sent, one message at a time', () => {
    link.waiting.mark(T1, ['title']);
    state.update({ entityName: 'Ticket', data: { id: 't_1', title: 'A' } });
    const message = next();
    expect(message).toMatchObject({
      do: 'tell',
      number: 2,
      word: { set: { Ticket: { t_1: { title: 'A' } } } },
    });
    link.waiting.mark(T1, ['note']);
    expect(outgoing.next(PEER, 'parent')).toBeUndefined();
    outgoing.accepted(PEER, message);
    expect(next()).toMatchObject({ number: 3 });
  });

  it('says again what certainly did not arrive, under the same number, and what perhaps did under another', () => {
    link.waiting.mark(T1, ['title']);
    const first = next();
    outgoing.refused(PEER, first, true);
    const again = next();
    expect(again).toMatchObject({ number: 2, word: { set: { Ticket: { t_1: { title: 'a' } } } } });
    outgoing.refused(PEER, again);
    expect(next()).toMatchObject({ number: 3, word: { set: { Ticket: { t_1: { title: 'a' } } } } });
    expect(woken).toHaveLength(2);
  });

  it('tells who is let go so, and then has nothing for it any more', () => {
    const [below] = kin.childrenWith(T1);
    if (below) kin.remove(below);
    link.leave();
    outgoing.leaving.push(link);
    expect(outgoing.isEmpty).toBe(false);
    const message = next();
    expect(message).toEqual({ do: 'leave', from: 'Desk-1', link: 'run#1' });
    outgoing.accepted(PEER, message);
    expect([outgoing.isEmpty, outgoing.isDue(PEER, 'parent')]).toEqual([true, false]);
  });

  it('forgets who is there no more', () => {
    link.leave();
    outgoing.leaving.push(link);
    outgoing.strangers.set(PEER, { do: 'stranger', from: 'Desk-1', link: 'run#9' });
    outgoing.forget(PEER);
    expect(outgoing.isEmpty).toBe(true);
  });

  it('holds back what is too large until something is tried again', () => {
    link.waiting.mark(T1, ['title']);
    const message = next();
    outgoing.setAside(PEER, message, [T1]);
    expect([outgoing.holdsBack(PEER), outgoing.isDue(PEER, 'parent')]).toEqual([true, false]);
    outgoing.tryAgain();
    expect([outgoing.holdsBack(PEER), outgoing.isDue(PEER, 'parent')]).toEqual([false, true]);
    expect(next()).toMatchObject({ number: 2 });
  });

  it('tells a parent that has joined the whole portion, and which kinds it knows', () => {
    const parent = new Link({ self: 'Desk-1', peer: 'Office-1', ancestry: [] }, 'owing', { id: 'run#5' });
    kin.above.set('Office-1', parent);
    kin.moveMine();
    const tell = outgoing.next('Office-1', 'child') as Tell;
    expect(tell).toMatchObject({ as: 'child', number: 1, seen: 0, whole: true, kinds: ['Desk', 'Ticket'] });
    expect(tell.word?.set).toEqual({ Desk: { 1: { tickets: ['t_1'] } }, Ticket: { t_1: { title: 'a' } } });
    expect(parent.state).toBe('telling');
  });
});
