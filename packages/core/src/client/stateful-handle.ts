import { type Client, QueryNotRegisteredError, type WorkflowHandle } from '@temporalio/client';
import { checkApiUrl } from '../contract/api-url';
import type {
  Ancestor,
  ChildInfo,
  ManagedPathInfo,
  SubscriptionInfo,
  Unsubscription,
} from '../contract/hierarchy';
import { checkDelete, checkEntityName, checkId, checkRefresh, checkUpdate } from '../contract/payloads';
import { checkSelector } from '../contract/selector';
import { checkSubscription, checkUnsubscription } from '../contract/subscription';
import type { EntitiesOf, TakenFor } from '../contract/entity-types';
import type { Schema } from '../contract/schema';
import type { ChangesOf, DeleteOf, SubscriptionOf, UpdateOf } from '../contract/typed-wire';
import type {
  ChangeSummary,
  ProvenanceInfo,
  RefreshRequest,
  RefreshResult,
  RejectedSignals,
  SourceInfo,
  TokenInfo,
  WorkflowStatus,
} from '../contract/wire';
import type { StatusReport } from './status-report';
import { referenceFor, type TokenInput, type TokenOptions } from './tokens';
import { unattendedSources } from './unattended-sources';
import { explained } from './explained';
import { retried, wasLeft } from './retried';
import { whyFailed } from './failed-workflow';
import { pendingWatches, withWatch } from './pending-watches';

/** For how many runs a load is waited for that none of them gets to. */
const MOST_RUNS = 5;

/** A run by code from before there was the query says nothing of problems. */
function unlessUnknown(error: unknown): null {
  if (error instanceof QueryNotRegisteredError) return null;
  throw error;
}

/** What the server alone knows of a workflow that is closed. */
const CLOSED: Readonly<Record<string, WorkflowStatus | undefined>> = {
  FAILED: 'failed',
  TIMED_OUT: 'failed',
  TERMINATED: 'cancelled',
};

/**
 * One workflow, running or ended. Every method throws a `StatefulWorkflowError` `WORKFLOW_NOT_FOUND` when
 * there is no such workflow, and an `InvalidInputError` when its argument cannot be used.
 *
 * @typeParam Data the root entity with its relations filled in
 * @typeParam S the schema
 */
export class StatefulHandle<Data = unknown, S extends Schema = Schema> {
  /** Temporal's own handle, for what this one does not do. */
  readonly temporal: WorkflowHandle;

  readonly #client: Client;
  readonly #tokens: TokenOptions;

  /** @param tokens how tokens are sealed */
  constructor(client: Client, workflowId: string, tokens: TokenOptions = {}) {
    this.temporal = client.workflow.getHandle(workflowId);
    this.#client = client;
    this.#tokens = tokens;
  }

  get workflowId(): string {
    return this.temporal.workflowId;
  }

  /**
   * The root entity with its relations filled in; `null` until it is known. What no source has brought yet is not in it,
   * also after a {@link refresh} whose loads failed.
   */
  data(): Promise<Data | null> {
    return this.#query('data');
  }

  /**
   * Any entity with its relations filled in; `null` where nothing is known of it.
   *
   * @throws InvalidInputError for a name or an id that no entity can have; a query that fails, where the schema has no
   *   such entity
   */
  dataOf<Entity = never, Name extends keyof S & string = keyof S & string>(
    entityName: Name,
    id: string,
  ): Promise<TakenFor<Entity, S, Name> | null> {
    return this.#query('dataOf', checkEntityName(entityName, 'entityName'), checkId(id, 'id'));
  }

  /**
   * Which sources give an entity, and since when; empty for one that no source gives.
   *
   * @throws InvalidInputError for a name or an id that no entity can have
   */
  provenanceOf(entityName: keyof S & string, id: string): Promise<ProvenanceInfo[]> {
    return this.#query('provenanceOf', checkEntityName(entityName, 'entityName'), checkId(id, 'id'));
  }

  /** Entity state, normalized. */
  state(): Promise<EntitiesOf<S>> {
    return this.#query('state');
  }

  /** How the workflow and its sources are doing, also while a watch is pending. */
  async status(): Promise<StatusReport> {
    // One after the other: the server lets one query wait for a busy workflow, and turns a second one away.
    const status = await this.#query<WorkflowStatus>('status');
    const said = await this.#query<string | null>('problem').catch(unlessUnknown);
    const infos = await this.sources();
    const description = await explained(this.temporal, () => this.temporal.describe());
    const watches = pendingWatches(description);
    const warnings = await unattendedSources(this.#client, description, infos);
    const sources = Object.fromEntries(
      Object.entries(infos).map(([name, info]) => {
        const warning = warnings.get(name) ?? info.warning;
        return [name, withWatch({ ...info, ...(warning && { warning }) }, watches.get(name))];
      }),
    );
    const { name } = description.status;
    const problem = CLOSED[name] === 'failed' ? await whyFailed(this.temporal) : said;
    const checked = Object.values(sources).map((source) => source.lastCheckedAt);
    const oldest = checked.includes(undefined) ? undefined : earliest(checked);
    const next = earliest(Object.values(sources).map((source) => source.nextCheckAt));
    return {
      // One that was ended from outside cannot say so.
      status: CLOSED[name] ?? status,
      ...(problem && { problem }),
      ...(oldest && { lastCheckedAt: oldest }),
      ...(next && { nextCheckAt: next }),
      sources,
    };
  }

  /** Each source: its last load, checkpoint and error. */
  sources(): Promise<Record<string, SourceInfo>> {
    return this.#query('sources');
  }

  /** The credential in use: its reference and fingerprint, never the secret. */
  apiToken(): Promise<TokenInfo | null> {
    return this.#query('apiToken');
  }

  /** The base address of its sources. */
  apiUrl(): Promise<string | null> {
    return this.#query('apiUrl');
  }

  /** Changes that `execute()` has not seen yet. */
  pendingChanges(): Promise<ChangesOf<S>> {
    return this.#query('pendingChanges');
  }

  /** Signals and start arguments that were refused, and why. */
  rejectedSignals(): Promise<RejectedSignals> {
    return this.#query('rejectedSignals');
  }

  /** The workflows above it, from the top of the hierarchy to its parent; the first parent's, where there are several. */
  ancestors(): Promise<Ancestor[]> {
    return this.#query('ancestors');
  }

  /** The workflows of the items on its managed paths. */
  children(): Promise<ChildInfo[]> {
    return this.#query('children');
  }

  /** Its managed paths, by name. */
  managedPaths(): Promise<Record<string, ManagedPathInfo>> {
    return this.#query('managedPaths');
  }

  /** Who hears of its changes, and who of late could not be reached any more. */
  subscriptions(): Promise<SubscriptionInfo[]> {
    return this.#query('subscriptions');
  }

  /**
   * Has another workflow hear of changes. Whether the workflow has the entities that the selector names, only it can
   * say: see {@link rejectedSignals}.
   *
   * @throws InvalidInputError for a selector that matches nothing anywhere
   */
  async subscribe(subscription: SubscriptionOf<S>): Promise<void> {
    const asked = checkSubscription(subscription);
    checkSelector(asked.selector);
    await this.#signal('subscribe', asked);
  }

  /** Ends one subscription of a workflow, or all of them. */
  async unsubscribe(subscription: Unsubscription): Promise<void> {
    await this.#signal('unsubscribe', checkUnsubscription(subscription));
  }

  /**
   * Loads now and waits for it. It resolves also where sources failed, and then `outcome` is `failed` and `errors` says why: the
   * last good state stays.
   */
  async refresh(request: RefreshRequest = {}): Promise<RefreshResult> {
    return this.#load('refresh', checkRefresh(request));
  }

  /** Has it load, and waits for no more than that Temporal has taken the word: what comes of it, {@link status} tells. */
  async requestRefresh(request: RefreshRequest = {}): Promise<void> {
    await this.#signal('refresh', checkRefresh(request));
  }

  /**
   * Sets the credential and waits for the load that uses it. A token itself is sealed here and never sent as it is.
   *
   * @throws InvalidInputError for a token in plaintext, and for one that cannot be sealed
   */
  async rotateToken(token: TokenInput): Promise<RefreshResult> {
    return this.#load(
      'rotateToken',
      referenceFor(token, 'reference', this.#tokens, this.#client.options.namespace),
    );
  }

  /** Sets the base address; a load follows. */
  async setApiUrl(url: string): Promise<void> {
    await this.#signal('apiUrl', checkApiUrl(url));
  }

  /**
   * Changes entities and waits until it is done.
   *
   * @typeParam Of names the schema for a handle that knows none, as in `update<typeof schema>(…)`: then the compiler knows the
   *   entities and their lists
   */
  async update<Of extends Schema = S>(payload: UpdateOf<NoInfer<Of>>): Promise<ChangeSummary> {
    return this.#update('update', checkUpdate(payload));
  }

  /** Removes entities. */
  async delete(payload: DeleteOf<S>): Promise<void> {
    await this.#signal('delete', checkDelete(payload));
  }

  /**
   * Has it continue as new, now or as soon as its handlers and hooks have ended: so it runs on the code that is deployed
   * by now, and on the current version where it is pinned to one.
   */
  roll(): Promise<void> {
    return this.#signal('roll');
  }

  /** Stops loads and `execute()` until {@link resume}. Signals are still taken in. */
  pause(): Promise<void> {
    return this.#signal('pause');
  }

  /** Goes on after {@link pause}, with a load. */
  resume(): Promise<void> {
    return this.#signal('resume');
  }

  /** Cancels the workflow, as Temporal does: it closes as cancelled. */
  async cancel(): Promise<void> {
    await explained(this.temporal, () => this.temporal.cancel());
  }

  /** Ends the workflow; its result is the root entity. */
  complete(): Promise<void> {
    return this.#signal('status', 'completed');
  }

  /** Waits until the workflow ends. */
  result(): Promise<Data> {
    return explained(this.temporal, () => this.temporal.result() as Promise<Data>);
  }

  #query<T>(name: string, ...args: unknown[]): Promise<T> {
    return explained(this.temporal, () => this.temporal.query<T, unknown[]>(name, ...args));
  }

  #signal(name: string, ...args: unknown[]): Promise<void> {
    return explained(this.temporal, () => this.temporal.signal(name, ...args));
  }

  /** Sends an update that waits for a load; if its run ends before that, the load of the next run is waited for. */
  async #load(name: 'refresh' | 'rotateToken', payload: unknown): Promise<RefreshResult> {
    for (let run = 1; ; run++) {
      try {
        // What the update changed is in the next run already, and may have been changed anew: it is not sent twice.
        return await (run === 1 ? this.#update(name, payload) : this.#update('refresh', {}));
      } catch (error) {
        if (run >= MOST_RUNS || !(error instanceof Error) || !wasLeft(error.cause)) throw error;
      }
    }
  }

  #update<T>(name: string, payload: unknown): Promise<T> {
    return explained(this.temporal, () =>
      retried(
        (updateId) => this.temporal.executeUpdate<T, [unknown]>(name, { args: [payload], updateId }),
        async () => (await this.temporal.describe()).status.name === 'RUNNING',
      ),
    );
  }
}

/** ISO 8601 times sort as text. */
const earliest = (times: readonly (string | undefined)[]): string | undefined =>
  times.filter((time) => time !== undefined).toSorted()[0];
