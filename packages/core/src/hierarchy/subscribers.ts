import { condition, log } from '@temporalio/workflow';
import type { Subscription, SubscriptionInfo, Unsubscription } from '../contract/hierarchy';
import type { ChangeSet, MergeStrategy } from '../contract/wire';
import { forEach } from '../state/json';
import { getOrAdd, keys } from '../state/objects';
import { iso } from '../workflow/iso';
import type { EntityStore } from '../state/entity-store';
import { type CarriedFeed, Feed, type Way } from './feed';
import { fieldsIn } from './fields-in';
import { type Peer, peerOf, type Post } from './peer';
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
  readonly peer: Peer;
  readonly feed: Feed;
  readonly strategy: MergeStrategy | undefined;
  readonly subscriptions: Map<string, readonly [asked: Subscription, selector: Selector]>;
  sentAt?: number;
}

/** Workflows that hear of the changes they asked for. */
export interface Subscribers {
  readonly isEmpty: boolean;
  readonly infos: SubscriptionInfo[];
  add(subscription: Subscription): void;
  remove(subscriptions: Unsubscription): void;
  /** Passes on what changed, to those who asked for it, but not to whom it has come through. */
  changed(changes: ChangeSet, via: Way): void;
  /** Waits until everybody has been told everything, or is gone, or takes nothing for now. */
  flush(): Promise<unknown>;
  carry(): CarriedSubscribers;
}

export function subscribersOf(
  post: Post,
  store: EntityStore,
  entityName: string,
  { subscriptions: carried = [], gone: formerly = [], feeds = [], count = 0 }: CarriedSubscribers,
): Subscribers {
  const { workflowId: self, runId } = post;
  const bySend = new Map<string, Subscriber>();
  const gone = [...formerly];
  const left = new Map(feeds);
  let made = count;

  const isGone = (workflowId: string): void => {
    for (const [key, subscriber] of bySend) {
      if (subscriber.peer.workflowId !== workflowId) continue;
      bySend.delete(key);
      gone.push(...infosOf({ ...subscriber, sentAt: Date.now() }, 'gone'));
    }
    gone.splice(0, gone.length - KEPT);
    log.warn(`The subscriber ${workflowId} is not there any more: its subscriptions are removed.`);
  };

  const mark = ({ feed, subscriptions, strategy }: Subscriber, changes: ChangeSet, via: Way): void => {
    const selectors = (signal: Subscription['signalName']): Selector[] =>
      [...subscriptions.values()].flatMap(([asked, covers]) => (asked.signalName === signal ? [covers] : []));
    const updates = selectors('update');
    const deletes = selectors('delete');
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      const covered = (field: string): boolean => updates.some((covers) => covers(store, ref, field));
      const changed = fieldsIn(changes, ref).filter(covered);
      if (changed.length === 0) return;
      // One that replaces what it has is given all that it asked for.
      const fields = strategy === '$replace' ? keys(store.get(name, id) ?? {}).filter(covered) : changed;
      feed.mark(ref, fields, via);
    });
    const gone = changes.deletes.filter((ref) => deletes.some((covers) => covers(store, ref)));
    for (const ref of gone) feed.remove(ref, via);
    // Who is told that it is gone takes it out of the relations that lead to it; it may be listed here still.
    if (gone.length === 0 || updates.length === 0) return;
    for (const [holder, field] of store.relationsTo(gone))
      if (updates.some((covers) => covers(store, holder, field))) feed.mark(holder, [field], via);
  };

  const remove = ({ workflowId, subscriptionId }: Unsubscription): void => {
    for (const [key, { peer, subscriptions }] of bySend) {
      if (peer.workflowId !== workflowId) continue;
      if (subscriptionId === undefined) subscriptions.clear();
      else subscriptions.delete(subscriptionId);
      if (subscriptions.size === 0) bySend.delete(key);
    }
  };

  const add = (subscription: Subscription): void => {
    const { workflowId, subscriptionId, selector, strategy } = subscription;
    remove({ workflowId, subscriptionId });
    const key = `${strategy ?? ''} ${workflowId}`;
    const { subscriptions } = getOrAdd(bySend, key, (): Subscriber => {
      const onGone = (): void => isGone(workflowId);
      const begun = left.get(key) ?? { link: `${runId}#${++made}`, number: 0, marks: [] };
      const feed = new Feed({ workflowId: self, entityName, strategy, store }, begun);
      return { feed, peer: peerOf(workflowId, post, feed, onGone), strategy, subscriptions: new Map() };
    });
    subscriptions.set(subscriptionId, [subscription, selectorOf(selector)]);
  };

  for (const subscription of carried) add(subscription);
  for (const key of left.keys()) void send(bySend.get(key));
  return {
    get isEmpty() {
      return bySend.size === 0;
    },
    get infos() {
      return [...[...bySend.values()].flatMap((subscriber) => infosOf(subscriber, 'active')), ...gone];
    },
    add,
    remove,
    changed(changes, via) {
      for (const subscriber of bySend.values()) {
        const { peer } = subscriber;
        if (via.includes(peer.workflowId)) continue;
        mark(subscriber, changes, via);
        if (!peer.isIdle) void send(subscriber);
      }
    },
    flush: () =>
      Promise.all(
        [...bySend.values()].map((subscriber) =>
          Promise.race([send(subscriber), condition(() => subscriber.peer.isRefusing)]),
        ),
      ),
    carry() {
      const subscriptions: Subscription[] = [];
      const waiting: [key: string, feed: CarriedFeed][] = [];
      for (const [key, subscriber] of bySend) {
        for (const [asked] of subscriber.subscriptions.values()) subscriptions.push(asked);
        waiting.push([key, subscriber.feed.carry()]);
      }
      return { subscriptions, gone, feeds: waiting, count: made };
    },
  };
}

async function send(subscriber: Subscriber | undefined): Promise<void> {
  if (await subscriber?.peer.send()) (subscriber as Subscriber).sentAt = Date.now();
}

const infosOf = (
  { peer, subscriptions, sentAt }: Subscriber,
  status: SubscriptionInfo['status'],
): SubscriptionInfo[] =>
  [...subscriptions.values()].map(([asked]) => ({
    ...asked,
    status,
    lastSentAt: iso(sentAt),
    error: status === 'active' ? peer.problem : undefined,
  }));
