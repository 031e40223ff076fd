import type { CredentialReference, MergeStrategy } from './wire';

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
  readonly status: 'running' | 'completed' | 'cancelled' | 'failed' | 'refused';
  readonly message?: string;
  /** Whether the workflow lives for this parent alone. @default as before, and at first no */
  readonly isSole?: boolean;
}

/** Payload of the signal `cancel` of a parent that has the server cancel the workflow as well. */
export const CANCEL_REQUESTED = 'requested';

/** When fields were written; see {@link Envelope}. */
export type Stamps = {
  readonly [entityName: string]: { readonly [id: string]: number | { readonly [field: string]: number } };
};

/**
 * Second argument of the wire contract's signals when one workflow of a hierarchy sends them to another. Who
 * leaves it out is a client, and what it says is new.
 */
export interface Envelope {
  /** The sender's workflow id. */
  readonly from: string;
  /** When the changes were made, in milliseconds: of two changes to one field the later one stands. */
  readonly at?: number;
  /** Times that differ from `at`. */
  readonly stamps?: Stamps;
  /** The workflows that a token or an address has come through, so that it goes round no circle. */
  readonly via?: readonly string[];
  /** What the sender takes itself to be: what a workflow says that is no child any more is no news. */
  readonly as?: 'child';
}
