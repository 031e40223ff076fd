import { log } from '@temporalio/workflow';
import type { Subscription, SubscriptionInfo, Unsubscription } from '../contract/hierarchy';
import type { ChangeSet, MergeStrategy } from '../contract/wire';
import { own } from '../state/json';
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
  readonly subscriptions: Map<string, Subscription & { readonly matcher: Selector }>;
  readonly strategy: MergeStrategy | undefined;
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
    for (const key of this.#carried.keys()) void this.#send(key);
  }

  get isEmpty(): boolean {
    return this.#bySend.size === 0;
  }

  add(subscription: Subscription): void {
    const { workflowId, subscriptionId, selector, strategy } = subscription;
    this.remove({ workflowId, subscriptionId });
    const key = `${strategy ?? ''} ${workflowId}`;
    let subscriber = this.#bySend.get(key);
    if (subscriber === undefined) {
      const receiver = { entityName: this.#entityName, strategy };
      const peer = new Peer(workflowId, this.#post, receiver, this.#carried.get(key));
      this.#bySend.set(key, (subscriber = { peer, strategy, subscriptions: new Map() }));
    }
    subscriber.subscriptions.set(subscriptionId, { ...subscription, matcher: new Selector(selector) });
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
    for (const [key, subscriber] of this.#bySend) {
      const { peer } = subscriber;
      if (peer.workflowId === from || peer.workflowId === changes.origin) continue;
      this.#mark(subscriber, changes);
      if (!peer.isIdle) void this.#send(key);
    }
  }

  /** Waits until everybody has been told everything, or is gone. */
  async flush(): Promise<void> {
    await Promise.all([...this.#bySend.keys()].map((key) => this.#send(key)));
  }

  get infos(): SubscriptionInfo[] {
    const active = [...this.#bySend.values()].flatMap((subscriber) =>
      [...subscriber.subscriptions.values()].map((item) => infoOf(item, 'active', subscriber.sentAt)),
    );
    return [...active, ...this.#gone];
  }

  carry(): CarriedSubscribers {
    const peers = [...this.#bySend].flatMap(([key, { peer }]) => {
      const carried = peer.carry();
      return carried === undefined ? [] : [[key, carried] as const];
    });
    const subscriptions = [...this.#bySend.values()].flatMap((subscriber) =>
      [...subscriber.subscriptions.values()].map(({ matcher: _, ...subscription }) => subscription),
    );
    return { subscriptions, gone: this.#gone, peers };
  }

  #mark({ peer, subscriptions, strategy }: Subscriber, changes: ChangeSet): void {
    const { store } = this.#post;
    const asked = [...subscriptions.values()];
    const updates = asked.filter(({ signalName }) => signalName === 'update');
    for (const [name, entities] of Object.entries(changes.upserts)) {
      for (const [id, set] of Object.entries(entities)) {
        const covered = (field: string): boolean =>
          updates.some(({ matcher }) => matcher.covers(store, name, id, field));
        const changed = [...Object.keys(set), ...(own(own(changes.unset, name), id) ?? [])].filter(covered);
        if (changed.length === 0) continue;
        // One that replaces what it has is given all that it asked for.
        const fields =
          strategy === '$replace' ? Object.keys(store.get(name, id) ?? {}).filter(covered) : changed;
        peer.dirty.mark(name, id, fields);
      }
    }
    const deletes = asked.filter(({ signalName }) => signalName === 'delete');
    for (const ref of changes.deletes)
      if (deletes.some(({ matcher }) => matcher.coversRemoval(store, ref))) peer.dirty.remove(ref);
  }

  async #send(key: string): Promise<void> {
    const subscriber = this.#bySend.get(key);
    if (subscriber === undefined) return;
    try {
      if (await subscriber.peer.send()) subscriber.sentAt = Date.now();
    } catch {
      this.#isGone(subscriber.peer.workflowId);
    }
  }

  #isGone(workflowId: string): void {
    for (const [key, { peer, subscriptions }] of this.#bySend) {
      if (peer.workflowId !== workflowId) continue;
      this.#bySend.delete(key);
      for (const item of subscriptions.values()) this.#gone.push(infoOf(item, 'gone', Date.now()));
    }
    this.#gone.splice(0, this.#gone.length - KEPT);
    log.warn(`The subscriber ${workflowId} is not there any more: its subscriptions are removed.`);
  }
}

function infoOf(
  { workflowId, subscriptionId, signalName, selector, strategy }: Subscription,
  status: SubscriptionInfo['status'],
  sentAt: number | undefined,
): SubscriptionInfo {
  return {
    workflowId,
    subscriptionId,
    signalName,
    selector,
    ...(strategy && { strategy }),
    status,
    ...(sentAt !== undefined && { lastSentAt: new Date(sentAt).toISOString() }),
  };
}
