import { log } from '@temporalio/workflow';
import type { Subscription, SubscriptionInfo, Unsubscription } from '../contract/hierarchy';
import type { ChangeSet, MergeStrategy } from '../contract/wire';
import { forEach } from '../state/json';
import { getOrAdd, keys } from '../state/objects';
import { iso } from '../workflow/iso';
import { fieldsIn } from './fields-in';
import { type CarriedPeer, Peer, type Post } from './peer';
import { Selector } from './selector';

/** How many subscriptions of subscribers that are gone are kept to be seen. */
const KEPT = 20;

/** {@link Subscribers} as they travel through continue-as-new. */
export interface CarriedSubscribers {
  readonly subscriptions?: readonly Subscription[];
  readonly gone?: readonly SubscriptionInfo[];
  readonly peers?: readonly (readonly [key: string, peer: CarriedPeer])[];
}

/** A workflow's subscriptions that are taken in the same way. */
interface Subscriber {
  readonly peer: Peer;
  readonly strategy: MergeStrategy | undefined;
  readonly subscriptions: Map<string, readonly [asked: Subscription, selector: Selector]>;
  sentAt?: number;
}

/** Workflows that hear of the changes they asked for. */
export class Subscribers {
  readonly #post: Post;
  readonly #entityName: string;
  readonly #bySend = new Map<string, Subscriber>();
  readonly #gone: SubscriptionInfo[];
  readonly #carried: ReadonlyMap<string, CarriedPeer>;

  constructor(
    post: Post,
    entityName: string,
    { subscriptions = [], gone = [], peers = [] }: CarriedSubscribers = {},
  ) {
    this.#post = post;
    this.#entityName = entityName;
    this.#gone = [...gone];
    this.#carried = new Map(peers);
    for (const subscription of subscriptions) this.add(subscription);
    for (const key of this.#carried.keys()) void send(this.#bySend.get(key));
  }

  get isEmpty(): boolean {
    return this.#bySend.size === 0;
  }

  add(subscription: Subscription): void {
    const { workflowId, subscriptionId, selector, strategy } = subscription;
    this.remove({ workflowId, subscriptionId });
    const key = `${strategy ?? ''} ${workflowId}`;
    const { subscriptions } = getOrAdd(this.#bySend, key, (): Subscriber => {
      const receiver = { entityName: this.#entityName, strategy };
      const onGone = (): void => this.#isGone(workflowId);
      const peer = new Peer(workflowId, this.#post, receiver, onGone, this.#carried.get(key));
      return { peer, strategy, subscriptions: new Map() };
    });
    subscriptions.set(subscriptionId, [subscription, new Selector(selector)]);
  }

  remove({ workflowId, subscriptionId }: Unsubscription): void {
    for (const [key, { peer, subscriptions }] of this.#bySend) {
      if (peer.workflowId !== workflowId) continue;
      if (subscriptionId === undefined) subscriptions.clear();
      else subscriptions.delete(subscriptionId);
      if (subscriptions.size === 0) this.#bySend.delete(key);
    }
  }

  /** Passes on what changed, to those who asked for it, but not to `from`. */
  changed(changes: ChangeSet, from?: string): void {
    for (const subscriber of this.#bySend.values()) {
      const { peer } = subscriber;
      if (peer.workflowId === from || peer.workflowId === changes.origin) continue;
      this.#mark(subscriber, changes);
      if (!peer.isIdle) void send(subscriber);
    }
  }

  /** Waits until everybody has been told everything, or is gone. */
  async flush(): Promise<void> {
    await Promise.all([...this.#bySend.values()].map(send));
  }

  get infos(): SubscriptionInfo[] {
    return [
      ...[...this.#bySend.values()].flatMap((subscriber) => infosOf(subscriber, 'active')),
      ...this.#gone,
    ];
  }

  carry(): CarriedSubscribers {
    const subscriptions: Subscription[] = [];
    const peers: [key: string, peer: CarriedPeer][] = [];
    for (const [key, subscriber] of this.#bySend) {
      for (const [asked] of subscriber.subscriptions.values()) subscriptions.push(asked);
      const peer = subscriber.peer.carry();
      if (peer) peers.push([key, peer]);
    }
    return { subscriptions, gone: this.#gone, peers };
  }

  #mark({ peer, subscriptions, strategy }: Subscriber, changes: ChangeSet): void {
    const { store } = this.#post;
    const selectors = (signal: Subscription['signalName']): Selector[] =>
      [...subscriptions.values()].flatMap(([asked, selector]) =>
        asked.signalName === signal ? [selector] : [],
      );
    const updates = selectors('update');
    forEach(changes.upserts, (name, id) => {
      const covered = (field: string): boolean =>
        updates.some((selector) => selector.covers(store, name, id, field));
      const changed = fieldsIn(changes, { name, id }).filter(covered);
      if (changed.length === 0) return;
      // One that replaces what it has is given all that it asked for.
      const fields = strategy === '$replace' ? keys(store.get(name, id) ?? {}).filter(covered) : changed;
      peer.dirty.mark(name, id, fields);
    });
    const deletes = selectors('delete');
    for (const ref of changes.deletes)
      if (deletes.some((selector) => selector.coversRemoval(store, ref))) peer.dirty.remove(ref);
  }

  #isGone(workflowId: string): void {
    for (const [key, subscriber] of this.#bySend) {
      if (subscriber.peer.workflowId !== workflowId) continue;
      this.#bySend.delete(key);
      this.#gone.push(...infosOf({ ...subscriber, sentAt: Date.now() }, 'gone'));
    }
    this.#gone.splice(0, this.#gone.length - KEPT);
    log.warn(`The subscriber ${workflowId} is not there any more: its subscriptions are removed.`);
  }
}

async function send(subscriber: Subscriber | undefined): Promise<void> {
  if (await subscriber?.peer.send()) (subscriber as Subscriber).sentAt = Date.now();
}

function infosOf(
  { subscriptions, sentAt }: Subscriber,
  status: SubscriptionInfo['status'],
): SubscriptionInfo[] {
  return [...subscriptions.values()].map(([asked]) => ({ ...asked, status, lastSentAt: iso(sentAt) }));
}
