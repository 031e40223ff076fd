import type { Schema } from '../contract/schema';
import type { Duration, SourceDefinition } from '../contract/source';
import type {
  ChangeSet,
  ChangeSummary,
  CredentialReference,
  DeletePayload,
  UpdatePayload,
  WorkflowStatus,
} from '../contract/wire';
import type { BeforeOf, ChangesOf, DeleteOf, UpdateOf } from '../contract/typed-wire';
import type { ChildEnd, ChildInfo } from '../contract/hierarchy';
import type { EntitiesOf, TakenFor } from '../contract/entity-types';
import type { ManagedPaths } from '../hierarchy/managed-path';
import { sizeOf } from '../state/change-set';
import type { Provenance } from '../state/entity-state';
import type { TriggerName } from './inbox';
import type { LoadFault } from './load-fault';
import type { Loader } from './loader';
import type { DeepReadonly } from '../state/read-only';
import type { RefreshPolicy } from './refresh';
import { isWithin } from './scopes';
import type { Session } from './session';

/**
 * What a cycle tells `execute()`.
 *
 * @typeParam S the schema, as in `Cycle<typeof schema>`: then the changes have its types
 */
export interface Cycle<S extends Schema = Schema> {
  /** What started it. Triggers that arrive together make one cycle. */
  readonly triggers: ReadonlySet<TriggerName>;
  /** What changed since the last `execute()`, by loads, signals and updates. */
  readonly changes: ChangesOf<S>;
  /**
   * What it was before: the fields of an entity that changed, or went, as they were at the last `execute()`; all fields of
   * one that was removed. `undefined` for an entity that was not there, that has not changed, or of which nothing is
   * known any more: a run hands the first 50,000 bytes of this to the next, if its state leaves room for them.
   */
  readonly before: BeforeOf<S>;
  /** How children ended since the last `execute()`; the last 1,000 of them. */
  readonly endedChildren: readonly ChildEnd[];
}

/**
 * A workflow whose state stays in step with its sources. Extend it, declare `schema` and `sources`, write
 * `execute()`, and export `defineWorkflow(YourClass)`.
 *
 * ## Rules
 * - Every cycle loads, takes in what came, then runs `execute()`. After a load that failed, `execute()`
 *   waits for the next one that succeeds; what changed meanwhile is handed to it then.
 * - The code runs in Temporal's sandbox: it is deterministic and does no I/O of its own.
 * - An `ApplicationFailure` thrown from a hook fails the workflow. Any other error, and any from the functions of a
 *   managed path, fails the workflow task, which Temporal retries until corrected code is deployed, as in
 *   any workflow; nothing of what the task did is kept.
 *
 * `workflowClass` gives one that has the types of a schema.
 *
 * @typeParam Data the root entity with its relations filled in: what `this.data` is
 * @typeParam S the schema, as in `typeof schema`: what changed, and what is given, is of its types
 * @example
 * class Customer extends StatefulWorkflow<CustomerData> {
 *   override readonly sources = { profile: rest({ path: '/customers/{id}' }) };
 *   override readonly refresh = { every: '1 minute' };
 *   override async execute() { … }
 * }
 * export const CustomerWorkflow = defineWorkflow(Customer);
 */
export abstract class StatefulWorkflow<Data = unknown, S extends Schema = Schema> {
  /** The entities this workflow holds and their relations. @default only the root entity, without relations */
  declare readonly schema?: Schema;
  /** Where its data comes from, by a name of your choice. @default none */
  declare readonly sources?: Readonly<Record<string, SourceDefinition>>;
  /**
   * Relations of the root entity whose items each get a child workflow; `true` for all of them.
   * @default none
   */
  declare readonly managedPaths?: true | ManagedPaths;
  /** When it loads without being told to. @default only on signals and updates */
  declare readonly refresh?: RefreshPolicy;
  /** The largest part of a source's entities that one sweep may remove, above 10 entities. @default 0.5 */
  declare readonly maxDeleteRatio?: number;
  /**
   * Takes a token in plaintext from whoever sends it, for development: it is in the history of the workflow for anybody
   * to read, and the query `sources` and the log say so. The worker has to allow it, too.
   * @default false: a token in plaintext is dropped, counted and explained
   */
  declare readonly allowPlaintextTokens?: boolean;
  /**
   * Lists the workflow by what it does: the search attributes `StatefulStatus` and `StatefulEntity` say its status and the
   * name of its root entity. The server must know them; where it does not, the workflow says so and goes on without. One
   * that has ended keeps the status it had before. Of what Temporal bills it costs an Action for each change of the status,
   * and two when the workflow starts.
   * @default false
   */
  declare readonly searchAttributes?: boolean;
  /** Continues as new once the history has this many events. @default when Temporal suggests it */
  declare readonly maxHistoryEvents?: number;

  /**
   * The most bytes of state, as JSON, that a run hands to the next. Raise it when the SDK's external storage
   * carries large payloads.
   * @default 1,900,000, just under Temporal's limit for a payload
   */
  declare readonly maxStateBytes?: number;

  /**
   * Continues as new once a run is so old, give or take a tenth at random, even if its history hardly grows: so no run has
   * to be replayed by code that is much younger. Shorter than a second or longer than 100 years is refused.
   * @default '1 day'
   */
  declare readonly maxRunAge?: Duration;

  /** What type its data has, for the compiler to infer; there is no such value. */
  declare readonly '~data'?: Data;
  /** What its schema is, for the compiler to infer; there is no such value. */
  declare readonly '~schema'?: S;

  #session?: Session;

  /** The id of the root entity. */
  get id(): string {
    return this.#running.root.id;
  }

  /** The name of the root entity. */
  get entityName(): string {
    return this.#running.root.name;
  }

  /**
   * The root entity with its relations filled in; `undefined` until it is known. It is not changed in place: except in
   * a bundle for production, whoever tries gets an error.
   */
  get data(): DeepReadonly<NoInfer<Data>> | undefined {
    const { readOnly, state } = this.#running;
    return readOnly.of(state.data) as DeepReadonly<Data> | undefined;
  }

  /**
   * An entity with its relations filled in, as {@link data} is of the root; `undefined` where nothing is known of it. It
   * is put together each time that it is asked for.
   *
   * @typeParam Entity what it is taken for. @default as the schema says
   * @throws InvalidInputError when the schema has no entity of that name
   */
  dataOf<Entity = never, Name extends keyof S & string = keyof S & string>(
    entityName: Name,
    id: string,
  ): TakenFor<DeepReadonly<Entity>, S, Name> | undefined {
    const { readOnly, state } = this.#running;
    return readOnly.of(state.dataOf(entityName, id)) as TakenFor<DeepReadonly<Entity>, S, Name> | undefined;
  }

  /** Entity state, normalized and live. It is not changed in place, as {@link data} is not. */
  get state(): EntitiesOf<S> {
    const { readOnly, state } = this.#running;
    return readOnly.of(state.store.entities) as EntitiesOf<S>;
  }

  get status(): WorkflowStatus {
    return this.#running.status;
  }

  /** The base address of the sources. */
  get apiUrl(): string | undefined {
    return this.#running.apiUrl;
  }

  /** The credential reference in use; never a secret. */
  get apiToken(): CredentialReference | undefined {
    return this.#running.apiToken;
  }

  /** Which sources gave an entity, and when. Empty for one that no source gave. */
  provenance(entityName: keyof S & string, id: string): readonly Provenance[] {
    return this.#running.state.provenance(entityName, id);
  }

  /**
   * Changes entities from within the workflow. Like the `update` signal, but it starts no cycle. What is given is taken
   * as JSON, as it would be from a client: it is the caller's own still, and may be changed afterwards.
   *
   * @typeParam Of names the schema for a class that has none, as in `this.update<typeof schema>(…)`: then the compiler knows
   *   the entities and their lists
   * @throws InvalidInputError that names the field
   */
  update<Of extends Schema = S>(payload: UpdateOf<NoInfer<Of>>): ChangeSummary {
    const plain = JSON.parse(JSON.stringify(payload)) as UpdatePayload;
    return this.#wrote(this.#changing.hierarchy.exchange.update(plain));
  }

  /** Removes entities from within the workflow. Like the `delete` signal, but it starts no cycle. */
  delete(payload: DeleteOf<S>): ChangeSummary {
    return this.#wrote(this.#changing.hierarchy.exchange.delete(payload as DeletePayload));
  }

  /** The workflows of the items on the managed paths. */
  get children(): readonly ChildInfo[] {
    return this.#running.hierarchy.children.infos;
  }

  /** Starts the child of an item on a path whose `autoStart` is off. @throws InvalidInputError */
  startChild(path: string, id: string): void {
    this.#changing.hierarchy.children.start(path, id);
  }

  /**
   * Asks for another cycle, after this one.
   *
   * @param options `load`: it loads every source as `refresh` does, whatever its age and although it waits for its
   *   back-off to be over. @default as an interval does: what is younger than `staleAfter` is not asked
   */
  requestCycle({ load = false }: { readonly load?: boolean } = {}): void {
    const running = this.#changing;
    running.inbox.add('request');
    if (load) running.refresh();
  }

  /**
   * Ends the workflow after this cycle, as the signal `status` does; its result is `data`. Handlers of your own that
   * have not ended are waited for for 20 seconds.
   */
  complete(): void {
    const session = this.#changing;
    session.end('completed', isWithin(session.hooks));
  }

  /**
   * Declares signals, queries and updates of your own, with Temporal's `setHandler`. Runs once per run, first: what
   * waits for the run is handled after it, in the order of arrival.
   */
  setup?(): void;

  /**
   * Says whether an `update` of a client, or what its signal `data` sets, may be taken in: throw to refuse it. The client
   * of an update gets the reason, with `UPDATE_REFUSED`, or the type of the `ApplicationFailure` that was thrown; nothing
   * of it is in the history. A signal that is refused is counted in `rejectedSignals`.
   *
   * ## Rules
   * - It is synchronous, changes nothing, and decides by what it is given and what the workflow holds alone.
   * - It is not asked about what other workflows and the class itself write, nor about what a workflow is started with.
   * - About signals it is asked again on replay. A change of its rules is a change of the code: signals that were taken by
   *   the old rules have to be taken still, which Temporal's `patched()` sees to.
   */
  beforeUpdate?(payload: UpdateOf<S>): void | undefined;

  /** The same of the signal `delete`. */
  beforeDelete?(payload: DeleteOf<S>): void | undefined;

  /** Loads the sources. @default all of them, in parallel */
  async loadData(load: Loader): Promise<void> {
    await load.all();
  }

  /** Your logic, once per cycle. */
  async execute(_cycle: Cycle<S>): Promise<void> {}

  /**
   * Hears of what changed, by a load or from outside, before `execute()`: of each change once.
   *
   * @param before what it was when this was called last, as {@link Cycle.before} says it of the last `execute()`
   */
  onChange?(changes: ChangesOf<S>, before: BeforeOf<S>): void | Promise<void>;

  /**
   * Hears how a child ended by itself or by somebody else, before `execute()`: of each end once. A call that does not come
   * to its end, because the run has to, is made again in the next run.
   *
   * ## Rules
   * - Not of a child whose item went, or whose end is this workflow's own: that one is let go.
   * - A child that is started again (see `restart`) is heard of again when that one ends.
   */
  onChildEnded?(child: ChildEnd): void | Promise<void>;

  /**
   * Hears of each source whose load failed. Throw an `ApplicationFailure` to fail the workflow.
   *
   * @returns `'proceed'` to let `execute()` run with what the source last gave, if it ever gave anything;
   *   otherwise `execute()` waits until the source is loaded again
   */
  onLoadError?(fault: LoadFault): void | 'proceed' | Promise<void | 'proceed'>;

  /**
   * Runs just before the workflow continues as new; once more if a signal or update came while it ran. While it waits,
   * nothing is loaded; it is not waited for any more once the history has grown too long.
   */
  onContinue?(): void | Promise<void>;

  /** @internal Gives an instance the session of its run. For `defineWorkflow` alone. */
  static attach(workflow: StatefulWorkflow, session: Session): void {
    workflow.#session = session;
  }

  #wrote(changes: ChangeSet): ChangeSummary {
    this.#running.wrote(changes);
    return sizeOf(changes);
  }

  /** For what changes something. */
  get #changing(): Session {
    this.#running.guard?.checkIdle();
    return this.#running;
  }

  get #running(): Session {
    if (this.#session) return this.#session;
    throw new Error('The workflow is not running yet. Use this from setup(), execute() and the other hooks.');
  }
}
