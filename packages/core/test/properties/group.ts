import { vi } from 'vitest';
import { defineSchema, type Entities, type Fields, many } from '../../src/contract/schema';
import type { ChangeSet, DeletePayload, UpdatePayload } from '../../src/contract/wire';
import { Dirty } from '../../src/hierarchy/dirty';
import { type Message, messagesOf } from '../../src/hierarchy/messages';
import { receive } from '../../src/hierarchy/receive';
import { type CarriedStamps, Stamps } from '../../src/hierarchy/stamps';
import { isEmpty } from '../../src/state/change-set';
import { EntityState } from '../../src/state/entity-state';

/** What every member of a group holds. */
export const schema = defineSchema({ Desk: { relations: { tickets: many('Ticket') } }, Ticket: {} });
export const ROOT = { name: 'Desk', id: 'd_1' } as const;
/** What one member's source gives, so that nobody else takes it away. */
export const GIVEN = 't_given';

/** Who is told by whom, by the numbers of the members. */
export const TOPOLOGIES = {
  pair: [[0, 1]],
  line: [
    [0, 1],
    [1, 2],
  ],
  tree: [
    [0, 1],
    [0, 2],
    [2, 3],
  ],
  diamond: [
    [0, 1],
    [0, 2],
    [1, 3],
    [2, 3],
  ],
} as const satisfies Record<string, readonly (readonly [number, number])[]>;

/** One that holds a copy: state, times, and what its neighbours have not been told yet. */
class Member {
  readonly state = new EntityState(ROOT, schema);
  stamps = new Stamps();
  readonly waiting = new Map<number, Dirty>();
  /** What is on its way from a neighbour, as text, in order. */
  readonly inboxes = new Map<number, string[]>();

  constructor(readonly number: number) {}
}

/**
 * Workflows that hold the same entities, without Temporal: what each does is theirs to do, and what they send
 * arrives when the test says, in order from each to each.
 */
export class Group {
  readonly members: readonly Member[];
  /** How many changes were made, and messages delivered. */
  readonly done = { changes: 0, deliveries: 0 };

  constructor(links: readonly (readonly [number, number])[]) {
    const size = Math.max(...links.flat()) + 1;
    this.members = Array.from({ length: size }, (_, number) => new Member(number));
    for (const [one, other] of links) {
      this.#connect(one, other);
      this.#connect(other, one);
    }
    // They begin alike: that is not what is tested.
    const entities: Entities = {
      Desk: { d_1: { name: 'd', tickets: ['t_1', 't_2', GIVEN] } },
      Ticket: {
        t_1: { id: 't_1', title: '1', note: '1' },
        t_2: { id: 't_2', title: '2' },
        [GIVEN]: { id: GIVEN, title: 'g' },
      },
    };
    const source = { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 };
    for (const { number, state } of this.members)
      if (number === 0) state.integrate('tickets', { entities, complete: true }, source);
      else state.seed({ state: entities });
    // Only the one entity is a source's; the rest is like what signals brought.
    const view = this.at(0).state.view('tickets');
    for (const ref of [...view.refs()]) if (ref.id !== GIVEN) view.forget(ref.name, ref.id);
  }

  at(number: number): Member {
    return this.members[number % this.members.length] as Member;
  }

  /** A member changes something by itself, by its own clock. */
  change(number: number, now: number, make: (state: EntityState) => ChangeSet): void {
    const member = this.at(number);
    vi.setSystemTime(now);
    const changes = make(member.state);
    if (isEmpty(changes)) return;
    this.done.changes++;
    member.stamps.note(changes, member.stamps.tick(), member.state.store);
    this.#spread(member, changes);
  }

  /** A member sends a neighbour what waits for it. */
  send(number: number, to: number): void {
    const member = this.at(number);
    const neighbours = [...member.waiting.keys()];
    const neighbour = neighbours[to % neighbours.length] as number;
    const dirty = (member.waiting.get(neighbour) as Dirty).take();
    const { state, stamps } = member;
    const sender = { workflowId: String(member.number), store: state.store, stamps };
    const inbox = this.at(neighbour).inboxes.get(member.number) as string[];
    for (const message of messagesOf(sender, dirty, { entityName: ROOT.name }))
      inbox.push(JSON.stringify(message));
  }

  /** The next message from a neighbour arrives at a member. */
  deliver(number: number, from: number, now: number): boolean {
    const member = this.at(number);
    const inboxes = [...member.inboxes.values()];
    const text = inboxes[from % inboxes.length]?.shift();
    if (text === undefined) return false;
    vi.setSystemTime(now);
    this.done.deliveries++;
    const { payload, envelope } = JSON.parse(text) as Message;
    const { updates, unset, deletions } = payload as UpdatePayload & DeletePayload;
    const what = { updates, unset, deletions };
    const { changes, confirmed, written } = receive(member.state, member.stamps, what, envelope);
    const sender = Number(envelope.from);
    this.#spread(member, changes, sender);
    this.#spread(member, confirmed, sender);
    this.#spread(member, written);
    return true;
  }

  /** A member's times go through continue-as-new. */
  continueAsNew(number: number): void {
    const member = this.at(number);
    const { store } = member.state;
    const { clock } = member.stamps;
    const carried = JSON.parse(JSON.stringify(member.stamps.carry(store))) as CarriedStamps;
    member.stamps = new Stamps(clock, carried, store);
  }

  /** Sends and delivers until nothing is on its way. @throws when that takes too long */
  settle(now: number): void {
    for (let round = 0; round < 100; round++) {
      let moved = false;
      for (const { number, waiting } of this.members)
        for (const to of waiting.keys()) this.send(number, [...waiting.keys()].indexOf(to));
      for (const { number, inboxes } of this.members)
        for (let from = 0; from < inboxes.size; from++) while (this.deliver(number, from, now)) moved = true;
      if (!moved) return;
    }
    throw new Error('They never stop telling each other.');
  }

  /** What each holds, without what is not there any more. */
  get contents(): Record<string, Fields>[] {
    return this.members.map(({ state }) =>
      Object.fromEntries(
        Object.entries(state.store.entities).flatMap(([name, entities]) =>
          Object.entries(entities).map(([id, fields]) => [`${name} ${id}`, { ...fields }]),
        ),
      ),
    );
  }

  #connect(one: number, other: number): void {
    this.at(one).waiting.set(other, new Dirty());
    this.at(other).inboxes.set(one, []);
  }

  #spread(member: Member, changes: ChangeSet, from?: number): void {
    for (const [neighbour, dirty] of member.waiting) {
      if (neighbour === from) continue;
      for (const [name, entities] of Object.entries(changes.upserts))
        for (const [id, set] of Object.entries(entities))
          dirty.mark(name, id, [...Object.keys(set), ...(changes.unset[name]?.[id] ?? [])]);
      for (const ref of changes.deletes) dirty.remove(ref);
    }
  }
}
