import { log } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Subscription, SubscriptionInfo, Unsubscription } from '../contract/hierarchy';
import type { ChangeSet, MergeStrategy } from '../contract/wire';
import { forEach } from '../state/json';
import { getOrAdd, keys } from '../state/objects';
import { iso } from '../base/iso';
import type { EntityStore } from '../state/entity-store';
import { type CarriedFeed, Feed, type Way } from './feed';
import { fieldsIn } from './fields-in';
import { linkId, short } from './link-id';
import { type ChannelOwner, type SendContext, SignalChannel } from './signal-channel';
import { type Selector, selectorOf } from './selector';

/** How many subscriptions of subscribers that are gone are kept to be seen. */
const KEPT = 20;

/** {@link Subscribers} as they travel through continue-as-new. */
export interface CarriedSubscribers {
  readonly subscriptions?: readonly Subscription[];
  readonly gone?: readonly SubscriptionInfo[];
  readonly feeds?: readonly (readonly [key: string, feed: CarriedFeed])[];
  /** How many feeds there were. */
  readonly count?: number;
}

/** A workflow's subscriptions that are taken in the same way. */
interface Subscriber {
  readonly channel: SignalChannel;
  readonly feed: Feed;
  readonly strategy: MergeStrategy | undefined;
  readonly subscriptions: Map<string, readonly [asked: Subscription, selector: Selector]>;
  sentAt?: number;
}

/** Workflows that hear of the changes they asked for. */
export class Subscribers implements ChannelOwner {
  readonly #context: SendContext;
  readonly #store: EntityStore;
  readonly #entityName: string;
  /** By their strategy and workflow id; most workflows have none. */
  readonly #subscribers = new Map<string, Subscriber>();
  #gone: readonly SubscriptionInfo[];
  /** Feeds of the run before whose subscribers have not been added yet. */
  readonly #left: Map<string, CarriedFeed>;
  #count: number;

  constructor(
    context: SendContext,
    store: EntityStore,
    entityName: string,
    { subscriptions = [], gone = [], feeds = [], count = 0 }: CarriedSubscribers,
  ) {
    this.#context = context;
    this.#store = store;
    this.#entityName = entityName;
    this.#gone = gone;
    this.#count = count;
    this.#left = new Map(feeds);
    for (const subscription of subscriptions) this.add(subscription);
    for (const [key] of feeds) void send(this.#subscribers.get(key));
  }

  get isEmpty(): boolean {
    return this.#subscribers.size === 0;
  }

  get infos(): SubscriptionInfo[] {
    const active = [...this.#subscribers.values()].flatMap((subscriber) => infosOf(subscriber, 'active'));
    return [...active, ...this.#gone];
  }

  add(subscription: Subscription): void {
    const { workflowId, subscriptionId, selector, strategy } = subscription;
    this.remove({ workflowId, subscriptionId });
    const key = `${strategy ?? ''} ${workflowId}`;
    const { subscriptions } = getOrAdd(this.#subscribers, key, (): Subscriber => {
      const { workflowId: self } = this.#context;
      const left = this.#left.get(key);
      // A subscriber that leaves and comes back gets a feed of another name, of which it knows no numbers.
      this.#left.delete(key);
      const begun = left ?? { link: this.#linkId(), number: 0, marks: [] };
      const options = { workflowId: self, entityName: this.#entityName, strategy, store: this.#store };
      const feed = new Feed(options, begun);
      const channel = new SignalChannel(workflowId, this.#context, feed, this);
      return { feed, channel, strategy, subscriptions: new Map() };
    });
    subscriptions.set(subscriptionId, [subscription, selectorOf(selector)]);
  }

  remove({ workflowId, subscriptionId }: Unsubscription): void {
    for (const [key, { channel, subscriptions }] of this.#subscribers) {
      if (channel.workflowId !== workflowId) continue;
      if (subscriptionId === undefined) subscriptions.clear();
      else subscriptions.delete(subscriptionId);
      if (subscriptions.size === 0) this.#subscribers.delete(key);
    }
  }

  /** Passes a change on to those who asked for it, except workflows that the change has come through. */
  changed(changes: ChangeSet, via: Way): void {
    for (const subscriber of this.#subscribers.values()) {
      const { channel } = subscriber;
      if (via.includes(channel.workflowId)) continue;
      this.#mark(subscriber, changes, via);
      if (!channel.isIdle) void send(subscriber);
    }
  }

  /** This workflow was reset: what it tells from now on goes by other numbers than what it has forgotten. */
  reset(now: number): void {
    this.#count = now;
    for (const { feed } of this.#subscribers.values()) feed.begin(this.#linkId());
  }

  /** Waits until everybody has been told everything, or is gone, or takes nothing for now. */
  flush(): Promise<unknown> {
    return Promise.all(
      [...this.#subscribers.values()].map((subscriber) =>
        Promise.race([send(subscriber), this.#context.condition(() => subscriber.channel.isRefusing)]),
      ),
    );
  }

  carry(): CarriedSubscribers {
    const subscriptions: Subscription[] = [];
    const feeds: [key: string, feed: CarriedFeed][] = [];
    for (const [key, subscriber] of this.#subscribers) {
      for (const [asked] of subscriber.subscriptions.values()) subscriptions.push(asked);
      feeds.push([key, subscriber.feed.carry()]);
    }
    return { subscriptions, gone: this.#gone, feeds, count: this.#count };
  }

  #linkId(): string {
    return linkId(short(this.#context.runId), ++this.#count);
  }

  unreachable(workflowId: string): void {
    const gone = [...this.#gone];
    for (const [key, subscriber] of this.#subscribers) {
      if (subscriber.channel.workflowId !== workflowId) continue;
      this.#subscribers.delete(key);
      gone.push(...infosOf({ ...subscriber, sentAt: Date.now() }, 'gone'));
    }
    this.#gone = gone.slice(-KEPT);
    log.warn(`The subscriber ${workflowId} is not there any more: its subscriptions are removed.`);
  }

  #mark({ feed, subscriptions, strategy }: Subscriber, changes: ChangeSet, via: Way): void {
    const store = this.#store;
    /** The ids of the subscriptions to a signal that ask for a field, or for something of an entity that is gone. */
    const asking = (signal: Subscription['signalName'], ref: EntityRef, field?: string): string[] =>
      [...subscriptions].flatMap(([id, [asked, covers]]) =>
        asked.signalName === signal && covers(store, ref, field) ? [id] : [],
      );
    const asked = (ref: EntityRef, fields: readonly string[]): (readonly [string, string[]])[] =>
      fields
        .map((field) => [field, asking('update', ref, field)] as const)
        .filter(([, ids]) => ids.length > 0);
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      const changed = asked(ref, fieldsIn(changes, ref));
      if (changed.length === 0) return;
      // A subscriber that replaces its entities is given all fields that it asked for.
      feed.mark(ref, strategy === '$replace' ? asked(ref, keys(store.get(name, id) ?? {})) : changed, via);
    });
    const gone: EntityRef[] = [];
    for (const ref of changes.deletes) {
      const ids = asking('delete', ref);
      if (ids.length === 0) continue;
      gone.push(ref);
      feed.remove(ref, ids, via);
    }
    // A subscriber that is told of a removal takes the id out of its relations; here a relation may hold it still.
    if (gone.length === 0) return;
    for (const [holder, field] of store.relationsTo(gone)) {
      const ids = asking('update', holder, field);
      if (ids.length > 0) feed.mark(holder, [[field, ids]], via);
    }
  }
}

async function send(subscriber: Subscriber | undefined): Promise<void> {
  if (await subscriber?.channel.send()) (subscriber as Subscriber).sentAt = Date.now();
}

const infosOf = (
  { channel, subscriptions, sentAt }: Subscriber,
  status: SubscriptionInfo['status'],
): SubscriptionInfo[] =>
  [...subscriptions.values()].map(([asked]) => ({
    ...asked,
    status,
    lastSentAt: iso(sentAt),
    error: status === 'active' ? channel.problem : undefined,
  }));
