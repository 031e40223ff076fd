import type { EntityRef } from '../../../src/contract/adapter';
import type { ChangeSet } from '../../../src/contract/wire';
import { type CarriedFeed, Feed, type Way } from '../../../src/hierarchy/feed';
import { fieldsIn } from '../../../src/hierarchy/fields-in';
import { type CarriedHeard, Heard } from '../../../src/hierarchy/heard';
import { idsOf, type Signal } from '../../../src/hierarchy/signals';
import type { Parcel } from '../../../src/hierarchy/signal-channel';
import { refsOf } from '../../../src/state/change-set';
import { EntityState } from '../../../src/state/entity-state';
import type { EntityStore } from '../../../src/state/entity-store';
import { forEach } from '../../../src/state/json';
import { schema } from './schema';

/** What one workflow tells another that is subscribed to it, and what of that is under way. */
export class Channel {
  feed: Feed;
  readonly #store: EntityStore;
  #flight?: { readonly parcel: Parcel; readonly left: Signal[] };

  constructor(
    readonly from: string,
    readonly to: Listener,
    store: EntityStore,
    carried: CarriedFeed = { link: `${from}#1`, number: 0, marks: [] },
  ) {
    this.#store = store;
    this.feed = new Feed({ workflowId: from, entityName: 'Shop', strategy: undefined, store }, carried);
  }

  get isDue(): boolean {
    return !!this.#flight || this.feed.isDue;
  }

  /** Something changed; who has passed it on already does not hear of it again. */
  changed(changes: ChangeSet, via: Way): void {
    if (via.includes(this.to.id)) return;
    const asked = (fields: readonly string[]): (readonly [string, string[]])[] =>
      fields.map((field) => [field, ['all']]);
    forEach(changes.upserts, (name, id) =>
      this.feed.mark({ name, id }, asked(fieldsIn(changes, { name, id })), via),
    );
    for (const ref of changes.deletes) this.feed.remove(ref, ['all'], via);
    for (const [holder, field] of this.#store.relationsTo(changes.deletes))
      this.feed.mark(holder, asked([field]), via);
  }

  /** A parcel begins its way, one of its signals arrives, or its sender hears that all did. */
  step(): void {
    if (!this.#flight) {
      const parcel = this.feed.next();
      if (parcel) this.#flight = { parcel, left: [...parcel.signals] };
      return;
    }
    const { parcel, left } = this.#flight;
    const signal = left.shift();
    if (signal) return this.to.arrived(signal);
    parcel.accepted();
    this.#flight = undefined;
  }

  /** The sender continues as new: what of a parcel is under way arrives, or is sent again by the next run. */
  cut(store: EntityStore): Channel {
    const carried = JSON.parse(JSON.stringify(this.feed.carry())) as CarriedFeed;
    return new Channel(this.from, this.to, store, carried);
  }
}

/** A workflow that is subscribed to another one, and may have subscribers itself. */
export class Listener {
  state = new EntityState({ name: 'Shop', id: 'listener' }, schema);
  readonly inbox: Signal[] = [];
  readonly heardOf: Signal[] = [];
  /** What came back to whom it had come from. */
  readonly echoes: string[] = [];
  channels: Channel[] = [];
  #heard = new Heard();

  constructor(readonly id: string) {}

  arrived(signal: Signal): void {
    if (signal.envelope.via?.includes(this.id)) this.echoes.push(JSON.stringify(signal));
    this.inbox.push(signal);
    this.heardOf.push(signal);
  }

  /** Takes a signal in, as a workflow does that is subscribed. */
  process(): boolean {
    const next = this.inbox.shift();
    if (!next) return false;
    const { signal, envelope } = next;
    const { from, link = '', number = 0, via = [], deletes = [] } = envelope;
    if (!this.#heard.take(link, number)) return true;
    const payload = next.payload as { updates?: never; unset?: never; deletions?: never };
    const { updates, unset, deletions } = payload;
    const removed: EntityRef[] = [...refsOf(deletions), ...deletes];
    const changes =
      signal === 'update'
        ? this.state.update({ entityName: 'Shop', updates, unset })
        : this.state.delete({ entityName: 'Shop', deletions: idsOf(removed) });
    for (const channel of this.channels) channel.changed(changes, [...via, from]);
    return true;
  }

  /** Continues as new. */
  cut(): void {
    this.state = new EntityState(this.state.root, schema, structuredClone(this.state.store.entities));
    this.#heard = new Heard(JSON.parse(JSON.stringify(this.#heard.carry())) as CarriedHeard);
    this.channels = this.channels.map((channel) => channel.cut(this.state.store));
  }
}

/** One that hears of a workflow, and one that hears of that one and tells it what it hears. */
export function listeners(): [Listener, Listener] {
  const [one, other] = [new Listener('one'), new Listener('other')];
  one.channels = [new Channel('one', other, one.state.store)];
  other.channels = [new Channel('other', one, other.state.store)];
  return [one, other];
}
