import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import { keyOf } from '../state/refs';
import { type CarriedPeer, Peer, type Post } from './peer';

/** A {@link Delegation} as it travels through continue-as-new: what an ancestor has not been told yet. */
export type CarriedDelegation = readonly (readonly [
  key: string,
  workflowId: string,
  name: string,
  peer: CarriedPeer,
])[];

/** Items that a workflow above is the home of: no child is started for them, that workflow is told instead. */
export class Delegation {
  readonly #post: Post;
  readonly #ancestors = new Map<string, Peer>();

  constructor(post: Post) {
    this.#post = post;
  }

  /** Sends what the run before left over. */
  begin(carried: CarriedDelegation = []): void {
    for (const delegated of carried) void this.#add(...delegated).send();
  }

  /** The items that are known already; what one was when it appeared is no change. */
  get known(): ReadonlySet<string> {
    return new Set(this.#ancestors.keys());
  }

  add(item: EntityRef, { workflowId }: Ancestor): void {
    const key = keyOf(item);
    if (!this.#ancestors.has(key)) this.#add(key, workflowId, item.name);
  }

  /** An item changed: its home is told, unless it said so itself. */
  changed(item: EntityRef, fields: readonly string[], from: string | undefined): void {
    const peer = this.#ancestors.get(keyOf(item));
    if (!peer || peer.workflowId === from) return;
    peer.dirty.mark(item.name, item.id, fields);
    void peer.send();
  }

  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedDelegation | undefined {
    const waiting = [...this.#ancestors].flatMap(([key, peer]) => {
      const carried = peer.carry();
      return carried ? [[key, peer.workflowId, peer.entityName, carried] as const] : [];
    });
    return waiting.length > 0 ? waiting : undefined;
  }

  #add(key: string, workflowId: string, entityName: string, carried?: CarriedPeer): Peer {
    // It has ended, and with it what it is the home of.
    const onGone = (): void => peer.clear();
    const peer = new Peer(workflowId, this.#post, { entityName }, onGone, carried);
    this.#ancestors.set(key, peer);
    return peer;
  }
}
