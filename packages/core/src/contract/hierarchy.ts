import type { EntityRef } from './adapter';
import type { CredentialReference } from './credential-reference';
import type { MergeStrategy } from './merge-strategy';
import type { Entities } from './schema';

/** A workflow that hears of the changes it asked for. Payload of `subscribe`; start argument `subscriptions`. */
export interface Subscription {
  /** Who hears of the changes. */
  readonly workflowId: string;
  /** Tells apart the subscriptions of one workflow; a second one of the same id takes the first one's place. */
  readonly subscriptionId: string;
  /** Whether it hears of changed entities or of removed ones, by the signal of that name. */
  readonly signalName: 'update' | 'delete';
  /**
   * Which changes: dotted, from an entity's name down, `*` for any (`Ticket.*.status`, `Customer.c_42`,
   * `Customer.c_42.tickets`, `*`). It covers everything below it; a relation leads to the entities it holds. `*`
   * stands for a whole name or id; a dot in an id is written `%2E`, a star `%2A`. One that names no entity of the
   * workflow, or leaves a part of a name open, is refused.
   */
  readonly selector: string;
  /** How the subscriber takes in what it is sent. @default the subscriber's own */
  readonly strategy?: MergeStrategy;
}

/** Payload of `unsubscribe`. Without a `subscriptionId`: all of that workflow. */
export type Unsubscription = Pick<Subscription, 'workflowId'> & Partial<Subscription>;

/** Answer of the query `subscriptions`, one each. */
export interface SubscriptionInfo extends Subscription {
  /** `gone`: a signal to the subscriber failed, so it was removed; the last 20 of these are kept to be seen. */
  readonly status: 'active' | 'gone';
  /** When it was last sent something, or found gone: ISO 8601. */
  readonly lastSentAt?: string;
  /** Why what it asked for does not reach it. It is kept, and sent again. */
  readonly error?: string;
}

/** How a child is doing, as far as its parent knows. */
export type ChildStatus =
  | 'starting'
  /** Another workflow has its id; it has been asked whether it is the one. */
  | 'attaching'
  | 'running'
  /** It ended by itself. Its last data is kept and it is not started again. */
  | 'completed'
  /** Somebody else ended it; it is started again. */
  | 'cancelled'
  /** It failed, or could not be started; see `error`. It is tried again when its item changes. */
  | 'failed';

/** Answer of the query `children`, one each. */
export interface ChildInfo {
  readonly workflowId: string;
  readonly workflowType: string;
  /** The entity it is the home of. */
  readonly entityName: string;
  readonly id: string;
  /** The managed path that its item is on. */
  readonly path: string;
  readonly status: ChildStatus;
  /** When something last went to it or came from it: ISO 8601. */
  readonly lastSyncedAt?: string;
  /** What is wrong with it, why and what to do. */
  readonly error?: string;
}

/** How a child ended: what a parent's `onChildEnded()` hears. */
export interface ChildEnd {
  readonly workflowId: string;
  /** The item that it was the workflow of, as the parent calls it. */
  readonly entityName: string;
  readonly id: string;
  /** The managed path that the item is on. */
  readonly path: string;
  /**
   * `terminated` is also said of one that is not there when it is sent something, where the run of the parent that started
   * it has continued as new since: it was terminated, or timed out.
   */
  readonly status: 'completed' | 'cancelled' | 'failed' | 'terminated' | 'timedOut';
  /**
   * What a workflow that completed gave, which is its root entity with its relations filled in. Absent where the parent
   * has continued as new since it started the child, or since the child ended: its last data is with the item, see `dataOf`.
   */
  readonly result?: unknown;
  /** Why it failed, or was ended. */
  readonly error?: string;
}

/** Answer of the query `managedPaths`, one per path. */
export interface ManagedPathInfo {
  readonly workflowType: string;
  readonly entityName: string;
  readonly autoStart: boolean;
  readonly credentials: string;
  readonly apiUrl: 'inherit' | 'own';
  readonly loads: 'own' | 'parent';
  /** How many items the path holds, and how many of them have a child. */
  readonly items: number;
  readonly children: number;
}

/** One workflow in the line from the top of a hierarchy down. */
export interface Ancestor {
  readonly workflowId: string;
  readonly entityName: string;
  readonly id: string;
}

/** What a child does when its parent was terminated or failed. */
export type OrphanPolicy = 'cancel' | 'keep';

/**
 * What a workflow is told of a parent: the start argument `parent`, and the signal `parent` for one that runs
 * already. Parents send it, clients do not.
 */
export interface ParentLink {
  /** From the top of the hierarchy to the parent itself. */
  readonly ancestry: readonly Ancestor[];
  /** The parent's first run: a later workflow of its id is another parent. */
  readonly runId?: string;
  /** The entity that the parent takes the workflow to be the home of; in the signal. */
  readonly entity?: { readonly name: string; readonly id: string };
  /** The kinds of entity whose changes the parent wants to hear of. */
  readonly wants: readonly string[];
  /** The connection of the two: what comes by another one is left aside. */
  readonly link: string;
  /** Whether the parent has the workflow pause. @default false */
  readonly pauses?: boolean;
  /** Whether the workflow's root entity is made from the parent's item, and so is no copy of it. @default false */
  readonly isMade?: boolean;
  /** What the parent's sources say of the item and what hangs from it; in the start argument. */
  readonly sources?: Readonly<Record<string, Word>>;
  /** `parent`: the workflow does not load, the parent does. @default 'own' */
  readonly loads?: 'own' | 'parent';
  /** @default 'cancel' */
  readonly orphanPolicy?: OrphanPolicy;
  /** How often to see whether the parent is still there, in milliseconds. */
  readonly checkEveryMs?: number;
  /** For a workflow that runs already and has none of its own. */
  readonly apiUrl?: string;
  readonly apiToken?: CredentialReference;
}

/** Payload of the signal `child`, by which a workflow tells a parent how it is. */
export interface ChildNotice {
  readonly workflowId: string;
  readonly runId: string;
  /** `stranger`: it knows no such parent; who says so began after the one that did. */
  readonly status: 'running' | 'completed' | 'cancelled' | 'failed' | 'refused' | 'stranger';
  /** What ended one that could not say so itself: of what the worker has seen. */
  readonly was?: 'terminated' | 'timedOut';
  readonly message?: string;
  /** Whether the workflow lives for this parent alone. @default as before, and at first no */
  readonly isSole?: boolean;
  /** Whether it asks to be let go, should it be no child any more: the parent was reset. @default false */
  readonly asks?: boolean;
}

/** Payload of the signal `cancel` of a parent that has the server cancel the workflow as well. */
export const CANCEL_REQUESTED = 'requested';

/** What somebody says of entities. */
export interface Word {
  readonly set?: Entities;
  /** Fields that went. */
  readonly unset?: { readonly [entityName: string]: { readonly [id: string]: readonly string[] } };
  /** Entities that went. */
  readonly deletes?: readonly EntityRef[];
}

/** What is added to a list of ids, and what is taken out of it, whatever else it holds. */
export interface ListEdit {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  /** What was given of that which is added, for a home that hears of it by nothing else. */
  readonly items?: Entities;
}

/** Edits of lists: by the entity's name, its id, and the relation. */
export type ListEdits = {
  readonly [entityName: string]: { readonly [id: string]: { readonly [relation: string]: ListEdit } };
};

/**
 * What two workflows of a hierarchy tell each other besides what was written or is, which is the payload; see
 * `docs/architecture/one-home.md`.
 */
export interface Told {
  /** Whether it comes from a child, the home of the portion. */
  readonly as?: 'child';
  /** The number of the last message that the sender has taken. */
  readonly seen: number;
  /** Contributions of sources, by the source. */
  readonly sources?: Readonly<Record<string, Word>>;
  /** A copy of what came into the portion, for a home that has no such fields: it may come from another home. */
  readonly fills?: Word;
  /** Lists that something was added to, or taken out of, and were not written whole; `shows` is what came of it. */
  readonly edits?: ListEdits;
  /** Whether the sources say nothing else of the portion. */
  readonly offers?: true;
  /** How the sender shows what its sources give otherwise, and lists that lost an id with something that was removed. */
  readonly shows?: Word;
  /** Entities of which all fields are given. */
  readonly entire?: readonly EntityRef[];
  /** Whether nothing else is in the portion; then all are entire. */
  readonly whole?: true;
  /** The kinds of entity that the sender of a whole portion knows. */
  readonly kinds?: readonly string[];
  /** What is to be told entire: some entities, or all. */
  readonly asks?: true | readonly EntityRef[];
  /** Whether the holder has the child pause, where that is another than before. */
  readonly pauses?: boolean;
}

/**
 * Second argument of the wire contract's signals when a workflow of this library sends them to another. Who leaves it
 * out is a client.
 */
export interface Envelope extends Partial<Told> {
  /** The sender's workflow id. */
  readonly from: string;
  /** The connection that it belongs to. */
  readonly link?: string;
  /** One more than that of the message before it, by the same connection. */
  readonly number?: number;
  /** Which part of the message it is, of how many, where that is too large for one signal. */
  readonly part?: readonly [index: number, count: number];
  /** The source that gives what the payload says; none where it was written, or is. */
  readonly source?: string;
  /** Entities that went, where others changed as well. */
  readonly deletes?: readonly EntityRef[];
  /** The workflows that it has come through, so that it goes round no circle. */
  readonly via?: readonly string[];
}
