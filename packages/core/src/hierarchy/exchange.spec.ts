import { beforeEach, describe, expect, it } from 'vitest';
import { defineSchema, type Entities, type Fields, many, one } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import type { CarriedView } from '../state/source-view';
import type { CarriedExchange } from './carried-exchange';
import { Exchange } from './exchange';
import type { ExchangeHost } from './host';
import type { Message, Start, Tell } from './word';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment'), desk: one('Desk') } },
  Comment: {},
});

const options = { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 };
const T1 = { name: 'Ticket', id: 't_1' };

/** What a workflow was at some time. */
interface Snapshot {
  readonly entities: Entities;
  readonly views: Readonly<Record<string, CarriedView>>;
  readonly exchange: CarriedExchange;
}

/** A workflow with a fake host: what it sends is asked for, and arrives where the test says. */
class Fake {
  readonly state: EntityState;
  readonly exchange: Exchange;
  readonly left: string[] = [];
  make: (item: Fields) => Fields = (item) => item;

  constructor(
    readonly id: string,
    readonly root: { name: string; id: string },
    start?: Start,
    before?: Snapshot,
  ) {
    this.state = new EntityState(root, schema, before?.entities, before?.views);
    const host: ExchangeHost = {
      changed: () => {},
      wake: () => {},
      left: (peer) => void this.left.push(peer),
      paused: () => {},
      has: () => true,
      make: (item) => this.make(this.get(item.name, item.id) ?? {}),
    };
    this.exchange = new Exchange({ workflowId: id, runId: `${id}-run` }, this.state, host, before?.exchange);
    if (start) this.exchange.begin(start);
  }

  /** What it is now. */
  snapshot(): Snapshot {
    const { store } = this.state;
    const now = { entities: store.entities, views: this.state.carryViews(), exchange: this.exchange.carry() };
    return JSON.parse(JSON.stringify(now)) as Snapshot;
  }

  /** It as it was, told that it was reset. */
  resetTo(before: Snapshot): Fake {
    const reset = new Fake(this.id, this.root, undefined, before);
    reset.exchange.reset(1_000);
    return reset;
  }

  get(name: string, id: string): Fields | undefined {
    return this.state.store.get(name, id);
  }

  load(source: string, entities: Record<string, Record<string, Fields>>): void {
    this.exchange.load(source, { entities, complete: true }, options);
  }

  write(name: string, id: string, fields: Fields): void {
    this.exchange.update({ entityName: name, updates: { [name]: { [id]: fields } } });
  }

  /** The next message to somebody, which arrives. */
  say(to: Fake): Message | undefined {
    const message =
      this.exchange.outgoing.next(to.id, 'stranger') ??
      this.exchange.outgoing.next(to.id, 'parent') ??
      this.exchange.outgoing.next(to.id, 'child');
    if (message) this.exchange.outgoing.accepted(to.id, message);
    return message;
  }

  hear(message: Message | undefined): void {
    if (message) this.exchange.receive(JSON.parse(JSON.stringify(message)) as Message);
  }
}

/** Everything arrives. @returns how many messages that took */
function settle(...all: Fake[]): number {
  let count = 0;
  for (let moved = true; moved;) {
    moved = false;
    for (const from of all)
      for (const to of all) {
        const message = from === to ? undefined : from.say(to);
        if (!message) continue;
        moved = true;
        count++;
        to.hear(message);
      }
  }
  return count;
}

describe('Exchange', () => {
  let desk: Fake;
  let ticket: Fake;

  beforeEach(() => {
    desk = new Fake('Desk-1', { name: 'Desk', id: '1' });
    desk.load('tickets', {
      Desk: { 1: { tickets: ['t_1'] } },
      Ticket: { t_1: { title: 'a', comments: ['k_1'] } },
      Comment: { k_1: { text: 'x' } },
    });
    desk.exchange.open('Ticket-t_1', T1);
    ticket = new Fake('Ticket-t_1', T1, desk.exchange.start('Ticket-t_1'));
  });

  it('begins with the portion, and has nothing to say of it', () => {
    expect(ticket.state.store.entities).toEqual({
      Ticket: { t_1: { title: 'a', comments: ['k_1'] } },
      Comment: { k_1: { text: 'x' } },
    });
    expect(settle(desk, ticket)).toBe(0);
  });

  it('shows a contribution at once, sends it once, and hears nothing of what was taken as said', () => {
    desk.write('Ticket', 't_1', { note: 1 });
    expect(desk.get('Ticket', 't_1')).toMatchObject({ note: 1 });
    expect(settle(desk, ticket)).toBe(1);
    expect(ticket.get('Ticket', 't_1')).toMatchObject({ note: 1 });
  });

  it('lets the word stand that arrives last at the home', () => {
    desk.write('Ticket', 't_1', { note: 'desk' });
    ticket.write('Ticket', 't_1', { note: 'ticket' });
    const [down, up] = [desk.say(ticket), ticket.say(desk)];
    desk.hear(up);
    expect(desk.get('Ticket', 't_1')).toMatchObject({ note: 'desk' });
    ticket.hear(down);
    settle(desk, ticket);
    for (const one of [desk, ticket]) expect(one.get('Ticket', 't_1')).toMatchObject({ note: 'desk' });
  });

  describe('of lists that something is added to, or taken out of', () => {
    const add = (at: Fake, id: string): void =>
      void at.exchange.update({ entityName: 'Ticket', id: 't_1', add: { comments: [{ id, text: id }] } });
    const remove = (at: Fake, id: string): void =>
      void at.exchange.update({ entityName: 'Ticket', id: 't_1', remove: { comments: [id] } });
    const lists = (): unknown[] => [desk, ticket].map((one) => one.get('Ticket', 't_1')?.['comments']);

    it('loses none of two that are added at a time, above and below', () => {
      add(desk, 'k_2');
      add(ticket, 'k_3');
      remove(ticket, 'k_1');
      const [down, up] = [desk.say(ticket), ticket.say(desk)];
      desk.hear(up);
      ticket.hear(down);
      settle(desk, ticket);
      expect(lists()).toEqual([
        ['k_3', 'k_2'],
        ['k_3', 'k_2'],
      ]);
      for (const one of [desk, ticket]) {
        expect(one.get('Comment', 'k_2')).toEqual({ id: 'k_2', text: 'k_2' });
        expect(one.get('Comment', 'k_3')).toEqual({ id: 'k_3', text: 'k_3' });
      }
    });

    it('says nothing back of what came to what is shown above', () => {
      add(desk, 'k_2');
      expect(settle(desk, ticket)).toBe(1);
      remove(desk, 'k_1');
      expect(settle(desk, ticket)).toBe(1);
      expect(lists()).toEqual([['k_2'], ['k_2']]);
    });

    it('adds up what waits, the last word of each id; a list that is written whole is told whole', () => {
      add(desk, 'k_2');
      remove(desk, 'k_2');
      add(desk, 'k_3');
      add(ticket, 'k_2');
      settle(ticket, desk);
      settle(desk, ticket);
      expect(lists()).toEqual([
        ['k_1', 'k_3'],
        ['k_1', 'k_3'],
      ]);
      add(desk, 'k_4');
      desk.write('Ticket', 't_1', { comments: ['k_3'] });
      remove(desk, 'k_none');
      add(ticket, 'k_5');
      settle(desk, ticket);
      expect(lists()).toEqual([['k_3'], ['k_3']]);
    });

    it('says again what was not taken, before what was done since', () => {
      add(desk, 'k_2');
      const lost = desk.exchange.outgoing.next(ticket.id, 'parent') as Message;
      remove(desk, 'k_2');
      add(desk, 'k_3');
      desk.exchange.outgoing.refused(ticket.id, lost);
      add(ticket, 'k_4');
      settle(desk, ticket);
      for (const list of lists()) expect((list as string[]).toSorted()).toEqual(['k_1', 'k_3', 'k_4']);
    });

    it('goes up to the list of an ancestor, with what is added', () => {
      const item = { id: 't_2', title: 'from below' };
      ticket.exchange.update({ entityName: 'Desk', id: '1', add: { tickets: [item] } });
      desk.exchange.update({ entityName: 'Desk', add: { tickets: ['t_3'] } });
      settle(desk, ticket);
      expect(desk.get('Desk', '1')).toEqual({ tickets: ['t_1', 't_3', 't_2'] });
      expect(desk.get('Ticket', 't_2')).toEqual(item);
      // What it shows of an ancestor is no copy: what was taken out since is added again.
      desk.exchange.update({ entityName: 'Desk', remove: { tickets: ['t_2'] } });
      ticket.exchange.update({ entityName: 'Desk', id: '1', add: { tickets: ['t_2'] } });
      settle(desk, ticket);
      expect(desk.get('Desk', '1')).toEqual({ tickets: ['t_1', 't_3', 't_2'] });
    });
  });

  it('takes away only what no other source gives', () => {
    ticket.load('own', { Ticket: { t_1: { title: 'a', size: 3 } } });
    settle(desk, ticket);
    desk.load('tickets', { Desk: { 1: { tickets: ['t_1'] } }, Ticket: { t_1: { comments: ['k_1'] } } });
    settle(desk, ticket);
    for (const one of [desk, ticket]) {
      expect(one.get('Ticket', 't_1')).toMatchObject({ title: 'a', size: 3 });
      expect(one.get('Comment', 'k_1')).toBeUndefined();
    }
  });

  it('gives back what was removed above and its own source gives', () => {
    ticket.load('own', {
      Ticket: { t_1: { comments: ['k_1', 'k_2'] } },
      Comment: { k_1: { text: 'x' }, k_2: {} },
    });
    settle(desk, ticket);
    desk.load('tickets', { Desk: { 1: { tickets: ['t_1'] } }, Ticket: { t_1: { title: 'a' } } });
    settle(desk, ticket);
    expect(desk.get('Ticket', 't_1')).toEqual({ title: 'a', comments: ['k_1', 'k_2'] });
    expect(desk.get('Comment', 'k_1')).toEqual({ text: 'x' });
  });

  it('leaves nothing behind when an item goes', () => {
    ticket.write('Ticket', 't_1', { comments: ['k_1', 'k_2'] });
    ticket.write('Comment', 'k_2', { text: 'y' });
    settle(desk, ticket);
    desk.load('tickets', { Desk: { 1: { tickets: [] } } });
    desk.exchange.close('Ticket-t_1');
    settle(desk, ticket);
    expect(desk.state.store.entities).toMatchObject({ Ticket: {}, Comment: {} });
    expect(Object.keys(desk.state.store.entities['Comment'] ?? {})).toEqual([]);
    expect(ticket.left).toEqual(['Desk-1']);
  });

  it('leaves aside a late word about what is in no list any more, also after continue-as-new', () => {
    desk.write('Comment', 'k_1', { text: 'late' });
    const late = desk.say(ticket);
    ticket.write('Ticket', 't_1', { comments: [] });
    expect(ticket.get('Comment', 'k_1')).toBeUndefined();
    const carried = JSON.parse(JSON.stringify(ticket.exchange.carry())) as ReturnType<Exchange['carry']>;
    const views = ticket.state.carryViews();
    const next = new EntityState(T1, schema, structuredClone(ticket.state.store.entities), views);
    const host: ExchangeHost = {
      changed: () => {},
      wake: () => {},
      left: () => {},
      paused: () => {},
      has: () => true,
      make: (item) => item as never,
    };
    const exchange = new Exchange({ workflowId: 'Ticket-t_1', runId: 'Ticket-t_1-run' }, next, host, carried);
    if (late) exchange.receive(late);
    expect(next.store.get('Comment', 'k_1')).toBeUndefined();
  });

  it('leaves aside what comes twice', () => {
    desk.write('Ticket', 't_1', { note: 1 });
    const message = desk.say(ticket);
    ticket.hear(message);
    ticket.write('Ticket', 't_1', { note: 2 });
    ticket.hear(message);
    expect(ticket.get('Ticket', 't_1')).toMatchObject({ note: 2 });
  });

  it('has two parents agree on what their sources give', () => {
    const other = new Fake('Desk-2', { name: 'Desk', id: '2' });
    other.load('tickets', { Desk: { 2: { tickets: ['t_1'] } }, Ticket: { t_1: { title: 'b' } } });
    other.exchange.open('Ticket-t_1', T1);
    other.exchange.attach('Ticket-t_1');
    settle(desk, ticket, other);
    const title = ticket.get('Ticket', 't_1')?.['title'];
    for (const one of [desk, other])
      expect(one.get('Ticket', 't_1')).toMatchObject({ title, comments: ['k_1'] });
    expect([...ticket.exchange.parents]).toEqual(['Desk-1', 'Desk-2']);
  });

  it('has a pause go with the parent that gave it', () => {
    const other = new Fake('Desk-2', { name: 'Desk', id: '2' });
    other.exchange.open('Ticket-t_1', T1);
    other.exchange.attach('Ticket-t_1');
    desk.exchange.pause(true);
    settle(desk, ticket, other);
    expect(ticket.exchange.pauses.isPaused).toBe(true);
    desk.exchange.close('Ticket-t_1');
    settle(desk, ticket, other);
    expect(ticket.exchange.pauses.isPaused).toBe(false);
    expect([...ticket.exchange.parents]).toEqual(['Desk-2']);
  });

  it('has a holder join a child that began anew without it', () => {
    const anew = new Fake('Ticket-t_1', T1);
    desk.write('Ticket', 't_1', { note: 1 });
    settle(desk, anew);
    expect([...anew.exchange.parents]).toEqual(['Desk-1']);
    expect(anew.get('Ticket', 't_1')).toMatchObject({ title: 'a', note: 1 });
    expect(desk.get('Ticket', 't_1')).toEqual(anew.get('Ticket', 't_1'));
  });

  it.each(['holder', 'home'])('begins anew with the other end when the workflow was reset: a %s', (which) => {
    const before = { holder: desk.snapshot(), home: ticket.snapshot() };
    for (let note = 1; note <= 3; note++) {
      desk.write('Ticket', 't_1', { note });
      ticket.write('Ticket', 't_1', { size: note });
      settle(desk, ticket);
    }
    if (which === 'holder') desk = desk.resetTo(before.holder);
    else ticket = ticket.resetTo(before.home);
    settle(desk, ticket);
    expect(desk.get('Ticket', 't_1')).toEqual(ticket.get('Ticket', 't_1'));
    desk.write('Ticket', 't_1', { note: 'desk' });
    ticket.write('Ticket', 't_1', { size: 'ticket' });
    settle(desk, ticket);
    for (const one of [desk, ticket])
      expect(one.get('Ticket', 't_1')).toMatchObject({ title: 'a', note: 'desk', size: 'ticket' });
  });

  it('lets a child go that it has forgotten, once it has loaded and is asked', () => {
    const forgetful = new Fake('Desk-1', { name: 'Desk', id: '1' });
    forgetful.hear({ do: 'ask', from: 'Ticket-t_1', link: ticket.exchange.linkTo('Desk-1') ?? '' });
    expect(forgetful.say(ticket)).toBeUndefined();
    forgetful.load('tickets', { Desk: { 1: { tickets: [] } } });
    forgetful.exchange.loaded();
    settle(forgetful, ticket);
    expect(ticket.left).toEqual(['Desk-1']);
  });

  it('does not let a child go that it has come to have again', () => {
    const forgetful = new Fake('Desk-1', { name: 'Desk', id: '1' });
    forgetful.hear({ do: 'ask', from: 'Ticket-t_1', link: ticket.exchange.linkTo('Desk-1') ?? '' });
    forgetful.exchange.open('Ticket-t_1', T1);
    forgetful.exchange.loaded();
    expect(settle(forgetful, ticket)).toBe(0);
    expect(ticket.left).toEqual([]);
  });

  it('lets no child go before its parents have said again what they give', () => {
    const before = ticket.snapshot();
    ticket = ticket.resetTo(before);
    const comment = new Fake('Comment-k_1', { name: 'Comment', id: 'k_1' });
    ticket.hear({ do: 'ask', from: comment.id, link: 'run#1' });
    ticket.exchange.loaded();
    expect(ticket.exchange.outgoing.isDue(comment.id, 'stranger')).toBe(false);
    settle(desk, ticket);
    expect(ticket.exchange.outgoing.next(comment.id, 'stranger')).toMatchObject({ do: 'leave' });
  });

  it('hands what a child says of an ancestor to that one', () => {
    ticket.load('own', { Ticket: { t_1: { desk: '1' } }, Desk: { 1: { mood: 'good' } } });
    settle(desk, ticket);
    expect(desk.get('Desk', '1')).toEqual({ tickets: ['t_1'], mood: 'good' });
    ticket.load('own', { Ticket: { t_1: { desk: '1' } } });
    settle(desk, ticket);
    expect(desk.get('Desk', '1')).toEqual({ tickets: ['t_1'] });
  });

  it('says what is made of an item, and hears what the child itself wrote', () => {
    const made = new Fake('Desk-3', { name: 'Desk', id: '3' });
    made.make = ({ title }) => ({ id: 't_1', label: `<${JSON.stringify(title)}>` });
    made.load('tickets', { Desk: { 3: { tickets: ['t_1'] } }, Ticket: { t_1: { title: 'a' } } });
    made.exchange.open('Ticket-t_1', T1, true);
    const child = new Fake('Ticket-t_1', T1, made.exchange.start('Ticket-t_1'));
    expect(child.get('Ticket', 't_1')).toEqual({ id: 't_1', label: '<"a">' });
    child.write('Ticket', 't_1', { note: 1 });
    made.write('Ticket', 't_1', { title: 'b' });
    expect(settle(made, child)).toBe(2);
    expect(made.get('Ticket', 't_1')).toEqual({ title: 'b', note: 1 });
    expect(child.get('Ticket', 't_1')).toEqual({ id: 't_1', label: '<"b">', note: 1 });
  });

  it('does not keep for ever what a home that says nothing may not have seen', () => {
    const sizes: number[] = [];
    let answers = 0;
    for (let i = 0; i < 4_000; i++) {
      desk.load('tickets', {
        Desk: { 1: { tickets: ['t_1'] } },
        Ticket: { t_1: { title: 'a', comments: [`k_${i}`] } },
        Comment: { [`k_${i}`]: { text: 'x' } },
      });
      answers += settle(desk, ticket) - 1;
      if (i % 1_000 === 999) sizes.push(JSON.stringify(desk.exchange.carry()).length);
    }
    expect(ticket.get('Ticket', 't_1')).toEqual({ title: 'a', comments: ['k_3999'] });
    for (const size of sizes) expect(size).toBeLessThan(300_000);
    // Now and then it is asked.
    expect(answers).toBeLessThan(100);
  });

  it('tells a joining parent the whole, and nothing before', () => {
    const other = new Fake('Desk-2', { name: 'Desk', id: '2' });
    other.exchange.open('Ticket-t_1', T1);
    other.exchange.attach('Ticket-t_1');
    ticket.hear(other.say(ticket));
    const whole = ticket.say(other) as Tell;
    expect(whole).toMatchObject({ do: 'tell', as: 'child', number: 1, whole: true });
    expect(other.exchange.childOf(T1)?.state).toBe('joining');
    other.hear(whole);
    expect(other.exchange.childOf(T1)?.state).toBe('joined');
  });
});
