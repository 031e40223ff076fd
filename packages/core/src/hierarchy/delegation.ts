import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import { keyOf } from './dirty';
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
    for (const [key, workflowId, name, left] of carried) {
      const peer = new Peer(workflowId, this.#post, { entityName: name }, left);
      this.#ancestors.set(key, peer);
      void send(peer);
    }
  }

  /** The items that are known already; what one was when it appeared is no change. */
  get known(): ReadonlySet<string> {
    return new Set(this.#ancestors.keys());
  }

  add(item: EntityRef, { workflowId }: Ancestor): void {
    const key = keyOf(item);
    if (!this.#ancestors.has(key))
      this.#ancestors.set(key, new Peer(workflowId, this.#post, { entityName: item.name }));
  }

  /** An item changed: its home is told, unless it said so itself. */
  changed(item: EntityRef, fields: readonly string[], from: string | undefined): void {
    const peer = this.#ancestors.get(keyOf(item));
    if (peer === undefined || peer.workflowId === from) return;
    peer.dirty.mark(item.name, item.id, fields);
    void send(peer);
  }

  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedDelegation | undefined {
    const waiting = [...this.#ancestors].flatMap(([key, peer]) => {
      const carried = peer.carry();
      return carried ? [[key, peer.workflowId, peer.entityName, carried] as const] : [];
    });
    return waiting.length > 0 ? waiting : undefined;
  }
}

async function send(peer: Peer): Promise<void> {
  try {
    await peer.send();
  } catch {
    // It has ended, and with it what it is the home of.
    peer.clear();
  }
}
