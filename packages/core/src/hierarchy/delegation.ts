import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import { keyOf } from '../state/refs';
import { type CarriedPeer, type Peer, peerOf, type Post } from './peer';

/** A {@link Delegation} as it travels through continue-as-new: what an ancestor has not been told yet. */
export type CarriedDelegation = readonly (readonly [
  key: string,
  workflowId: string,
  name: string,
  peer: CarriedPeer,
])[];

/** Items that a workflow above is the home of: no child is started for them, that workflow is told instead. */
export interface Delegation {
  /** From now on a change of those that have appeared is news; what one was when it appeared is not. */
  settle(): void;
  /** Sends what the run before left over. */
  begin(carried?: CarriedDelegation): void;
  add(item: EntityRef, home: Ancestor): void;
  /** An entity changed: its home is told, if it is such an item, unless it said so itself. */
  changed(item: EntityRef, fields: readonly string[], from: string | undefined): void;
  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedDelegation | undefined;
}

export function delegationOf(post: Post): Delegation {
  const ancestors = new Map<string, Peer>();
  const appeared = new Set<string>();

  const addPeer = (key: string, workflowId: string, entityName: string, carried?: CarriedPeer): Peer => {
    // It has ended, and with it what it is the home of.
    const peer = peerOf(workflowId, post, { entityName }, () => peer.clear(), carried);
    ancestors.set(key, peer);
    return peer;
  };

  return {
    settle: () => appeared.clear(),
    begin(carried = []) {
      for (const delegated of carried) void addPeer(...delegated).send();
    },
    add(item, { workflowId }) {
      const key = keyOf(item);
      if (ancestors.has(key)) return;
      addPeer(key, workflowId, item.name);
      appeared.add(key);
    },
    changed(item, fields, from) {
      if (ancestors.size === 0) return;
      const key = keyOf(item);
      const peer = ancestors.get(key);
      if (!peer || appeared.has(key) || peer.workflowId === from) return;
      peer.dirty.mark(item.name, item.id, fields);
      void peer.send();
    },
    carry() {
      const waiting = [...ancestors].flatMap(([key, peer]) => {
        const carried = peer.carry();
        return carried ? [[key, peer.workflowId, peer.entityName, carried] as const] : [];
      });
      return waiting.length > 0 ? waiting : undefined;
    },
  };
}
