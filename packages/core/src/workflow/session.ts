import { CancellationScope, log } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes';
import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import { type checkReference, isReference } from '../contract/payloads';
import type { Schema } from '../contract/schema';
import type { SourceDefinition } from '../contract/source';
import type {
  ChangeSet,
  CredentialReference,
  RefreshRequest,
  StartInput,
  TokenInfo,
  WorkflowStatus,
} from '../contract/wire';
import { isEmpty } from '../state/change-set';
import { EntityState } from '../state/entity-state';
import { own } from '../state/json';
import { entries } from '../state/objects';
import type { Envelope } from '../contract/hierarchy';
import { Hierarchy, type Received } from '../hierarchy/hierarchy';
import type { Ending } from '../hierarchy/host';
import { adapted } from './adapt';
import { type Carried, carryOver } from './carry';
import { OWN_LOAD } from './class-check';
import { listOf, newTokenCheck, schemaOf, tokenCheck } from './declaration';
import { beginning, isOutdated, type RunDeclaration } from './declared';
import { Deliveries } from './deliveries';
import type { Guard } from './guard';
import { Inbox, refreshes, type TriggerName } from './inbox';
import { Loads } from './loads';
import { PendingChanges } from './pending-changes';
import { ReadOnly } from '../state/read-only';
import { Refusals } from './refusals';
import { SourceState } from './source-state';
import { MOST_PAYLOAD_BYTES, StateSize } from './state-size';
import { Traffic } from './traffic';

const PLAINTEXT =
  'The token stands in plaintext in the history of this workflow, because allowPlaintextTokens is set. That is for development: use secret:NAME or a sealed token.';

const OWN_LOAD_DEFINITION: SourceDefinition = { adapter: OWN_LOAD, package: '', query: undefined };

/** Instead of a function that would hold on to what is no longer there. */
export const nothing = (): void => {};

/** What the session and those who wait for a load have to know of continue-as-new. */
interface Renewal {
  /** What puts it off, for a person. `isProblem`: it may do so for ever. */
  readonly putOffBy?: { readonly message: string; readonly isProblem: boolean };
  /** Whether it has been put off for so long that who waits for a load takes the one that is running. */
  isOverdue(): boolean;
}

/** Everything that one running workflow knows. The handlers write to it; the cycle reads it. */
export class Session {
  readonly schema: Schema;
  readonly state: EntityState;
  /** How the class sees the state. */
  readonly readOnly = new ReadOnly();
  readonly refusals: Refusals;
  readonly inbox: Inbox;
  readonly deliveries: Deliveries;
  apiUrl?: string;
  apiToken?: CredentialReference;
  /** Whether a parent that let go has the server cancel the workflow as well. */
  isCancelRequested = false;
  /** Whether the workflow ends with a failure; absent until its run is known to be over. */
  hasFailed?: boolean;
  /** How large the state is. */
  readonly size: StateSize;
  /** The most bytes that an answer or a result may have. */
  readonly mostBytes: number;
  /** What the class's own `loadData` does besides loading sources. */
  readonly ownLoad?: SourceState;
  /** Hears of what the class itself writes, while its `loadData` runs. */
  hearsOwn: (changes: ChangeSet) => void = nothing;
  /** The scope of the class's hooks, while they run, and since when: milliseconds. */
  hooks?: CancellationScope;
  /** The same, also while none run: the next ones run in it unless it was cancelled. */
  hookScope?: CancellationScope;
  hooksSince?: number;
  /** The loads of this run, and who waits for them. */
  readonly loads: Loads;
  readonly traffic = new Traffic();
  /** What runs in it goes on when the workflow is cancelled. One for all: each costs the workflow three promises. */
  readonly shield = new CancellationScope({ cancellable: false });
  /** Asks the class before something is taken in; absent until there is an instance of it. */
  guard?: Guard;
  /** When and how the workflow continues as new; absent until its handlers are set. */
  continuation?: Renewal;
  /** Why the workflow has no search attributes, although its class wants them. */
  unindexed?: string;
  /** Cancels the load that is running, because it is about a source or token that is no longer in use. */
  supersede: () => void = nothing;
  /** Looks whether the contract's handlers are still there. @throws InvalidInputError that fails the workflow task */
  checkHandlers: () => void = nothing;
  /** Looks whether the workflow was reset. To be called whenever something has happened. */
  checkReset: () => void = nothing;
  /** Whether somebody has asked it to continue as new. */
  isToRoll = false;
  /** Shows how it is in Temporal's UI. */
  show: () => void = nothing;
  /** Changes that `execute()` has not seen yet. */
  readonly pending: PendingChanges;
  /** Its parents, its children, and those who hear of its changes. */
  readonly hierarchy: Hierarchy;
  /** What it loads from, or would if its parent did not. */
  readonly allSources: readonly SourceState[];
  readonly checkToken: typeof checkReference;
  /** Of an update before it is taken, which leaves nothing in the history. */
  readonly checkNewToken: typeof checkReference;
  #ending?: Ending;
  /** Whether a hook that is running has asked for the end, and so comes to its own end first. */
  #endsAfterHooks = false;

  /**
   * @param declaration what the run works by
   * @param before what the run before handed over, if there was one
   */
  constructor(
    readonly root: EntityRef,
    readonly declaration: RunDeclaration,
    input: StartInput,
    before?: Carried,
  ) {
    const schema = schemaOf(declaration, root.name);
    const handed =
      before && adapted({ carried: before, state: input.state }, beginning(declaration).declared, root);
    const carried = handed?.carried;
    const { views, refusals, inbox = ['start'], changes, pending, hierarchy, sources: known } = carried ?? {};
    this.schema = schema;
    this.apiUrl = input.apiUrl;
    this.apiToken = input.apiToken;
    this.checkToken = tokenCheck(declaration);
    this.checkNewToken = newTokenCheck(declaration);
    this.#warn();
    this.refusals = new Refusals(refusals);
    this.inbox = new Inbox(inbox);
    this.deliveries = new Deliveries(carried?.deliveries);
    this.loads = new Loads(carried);
    // A run's own state is taken as it is; a client's is checked as an update is.
    this.state = new EntityState(root, schema, handed?.state, views);
    this.pending = PendingChanges.from(pending ?? {}, this.state.store, changes);
    if (!carried && !input.parent) this.pending.add(this.state.seed(input), this.state.takeTrace());
    this.allSources = entries(declaration.sources ?? {}).map(([name, definition]) => {
      const into = listOf(schema, root.name, name, definition);
      return new SourceState(name, definition, into, own(known, name));
    });
    if (declaration.loadData)
      this.ownLoad = new SourceState(OWN_LOAD, OWN_LOAD_DEFINITION, undefined, own(known, OWN_LOAD));
    this.hierarchy = new Hierarchy(this, declaration.managedPaths, input, hierarchy, handed?.formerPaths);
    const { maxStateBytes = MOST_PAYLOAD_BYTES } = declaration;
    this.size = new StateSize(maxStateBytes, () => carryOver(this));
    this.mostBytes = Math.max(maxStateBytes, MOST_PAYLOAD_BYTES);
  }

  /** Whether the class has been changed since the run began, and the changed code has taken over. */
  get isOutdated(): boolean {
    return isOutdated(this.declaration);
  }

  /** Whether it pauses: because a client wants it, or a parent. */
  get paused(): boolean {
    return this.hierarchy.exchange.pauses.isPaused;
  }

  /** Something that is wrong with the workflow itself and not with a source. */
  get problem(): string | undefined {
    return this.size.problem;
  }

  /** All that loads: the sources, and the class's own `loadData` where it does more than to load these. */
  get loading(): readonly SourceState[] {
    const { sources, ownLoad } = this;
    return ownLoad && (this.allSources.length === 0 || ownLoad.known.outcome)
      ? [...sources, ownLoad]
      : sources;
  }

  /** What it loads from: nothing when its parent loads for it. */
  get sources(): readonly SourceState[] {
    return this.hierarchy.parents.loads ? [] : this.allSources;
  }

  /** What is known of all that loads, also while a parent loads. */
  get carriedSources(): readonly SourceState[] {
    return this.ownLoad?.known.outcome ? [...this.allSources, this.ownLoad] : this.allSources;
  }

  /** A source by its name. @throws InvalidInputError that names `field` when there is no such source */
  source(name: string, field: string, sources = this.sources): SourceState {
    const found = sources.find((source) => source.name === name);
    if (found) return found;
    throw new InvalidInputError(
      field,
      `names "${name.slice(0, 80)}", which is not a source`,
      `Use one of ${sources.map((source) => source.name).join(', ') || 'none'}`,
    );
  }

  /** How the workflow ends, once it is known. */
  get ending(): Ending | undefined {
    return this.#ending ?? this.hierarchy.parents.ending;
  }

  /** The workflow was reset: it begins anew with the others, and asks its sources what has happened since. */
  wasReset(): void {
    this.hierarchy.reset();
    this.inbox.add('refresh');
  }

  get status(): WorkflowStatus {
    const { ending, paused, problem, continuation, loads } = this;
    if (this.hasFailed) return 'failed';
    if (ending) return ending;
    // A handler of the class may end it by an error, which nobody else hears of.
    if (this.hasFailed === undefined && getActivator().completed) return 'failed';
    if (paused) return 'paused';
    const errors = this.loading.map(({ known }) => known.error?.kind).filter(Boolean);
    if (errors.includes('unauthorized')) return 'unauthorized';
    const lasts = continuation?.putOffBy?.isProblem || loads.problem?.isLasting;
    return (problem ?? errors[0]) || lasts ? 'degraded' : 'running';
  }

  /** What is wrong with the workflow itself, keeps it from continuing as new, or from telling a parent. */
  get problems(): readonly string[] {
    const putOffBy = this.continuation?.putOffBy?.message;
    const { loads, hierarchy, unindexed } = this;
    return [this.problem, putOffBy, loads.problem?.message, hierarchy.parents.problem, unindexed].filter(
      (problem) => problem !== undefined,
    );
  }

  /** Whether `execute()` may run: every source is loaded, and those that failed last are tolerated. */
  get isReady(): boolean {
    return !this.paused && this.loading.every((source) => source.isReady);
  }

  get token(): TokenInfo | null {
    if (!this.apiToken) return null;
    const reference = this.tokenWarning ? 'plaintext' : this.apiToken;
    const fingerprints = this.#followers('credential').map(({ known }) => known.checkpoint?.credential);
    return { reference, fingerprint: fingerprints.find(Boolean) };
  }

  /** What is wrong with the token that the sources are loaded with. */
  get tokenWarning(): string | undefined {
    return this.apiToken && !isReference(this.apiToken) ? PLAINTEXT : undefined;
  }

  /** Begins to look after the others of the hierarchy. */
  begin(): void {
    this.pending.add(this.hierarchy.begin(), this.state.takeTrace());
  }

  /** Notes what changed, and begins a cycle if anything did. @param via the workflows that it has come through */
  changed(changes: ChangeSet, trigger: TriggerName, via: readonly string[] = []): void {
    this.took(changes, via);
    if (!isEmpty(changes)) this.inbox.add(trigger);
  }

  /** Notes what changed here, and has subscribers told. @param via the workflows that it has come through */
  took(changes: ChangeSet, via: readonly string[] = []): void {
    if (isEmpty(changes)) return;
    this.pending.add(changes, this.state.takeTrace());
    this.size.took(changes);
    this.hierarchy.subscribers.changed(changes, via);
  }

  /** Notes what the class changed itself, and has subscribers told. */
  wrote(changes: ChangeSet): void {
    this.pending.addOwn(changes, this.state.takeTrace());
    this.size.took(changes);
    this.hearsOwn(changes);
    this.hierarchy.subscribers.changed(changes, []);
  }

  /** Takes in what another workflow says, and begins a cycle if that changed anything. */
  receive(what: Received, envelope: Envelope): void {
    const { from, as, via = [] } = envelope;
    const trigger = as ?? 'update';
    this.changed(this.hierarchy.receive(what, envelope), trigger, [...via, from]);
  }

  setApiToken(reference: CredentialReference, via?: readonly string[]): void {
    // Another token may see other things: nothing may answer "not modified" to it.
    for (const source of this.#followers('credential')) source.forgetValidators();
    this.apiToken = reference;
    this.#warn();
    this.hierarchy.pass('apiToken', reference, via);
    this.#loadAnew('apiToken');
  }

  setApiUrl(url: string, via?: readonly string[]): void {
    const moved = url !== this.apiUrl;
    this.apiUrl = url;
    this.hierarchy.pass('apiUrl', url, via);
    if (moved) for (const source of this.#followers('apiUrl')) source.moved();
    this.#loadAnew('apiUrl');
  }

  /** Loads now. @param named the sources that are asked, and not all */
  refresh(named: readonly string[] = []): void {
    const { parents } = this.hierarchy;
    for (const trigger of refreshes(parents.loads ? [] : named)) this.inbox.add(trigger);
    if (parents.loads) parents.tell('refresh');
  }

  /** Lets the next sweep of some sources remove what it likes. @throws InvalidInputError when there is no such source */
  acceptDeletions(request: RefreshRequest): void {
    for (const { known } of this.checkRefresh(request)) known.acceptsDeletions = true;
  }

  /** The sources whose deletions a request accepts. @throws InvalidInputError when there is no source that it names */
  checkRefresh({ sources = [], acceptDeletions: names = [] }: RefreshRequest): readonly SourceState[] {
    for (const name of sources) this.source(name, 'sources', this.allSources);
    return names === true ? this.sources : names.map((name) => this.source(name, 'acceptDeletions'));
  }

  /** @param afterHooks whether hooks that are running come to their own end first */
  end(how: Ending, afterHooks = false): void {
    this.#ending ??= how;
    this.#endsAfterHooks = afterHooks;
    this.supersede();
  }

  /** Whether it ends without waiting for the class's hooks. */
  get isInterrupted(): boolean {
    return (
      this.ending !== undefined && (!this.#endsAfterHooks || this.hierarchy.parents.ending !== undefined)
    );
  }

  #warn(): void {
    if (this.tokenWarning) log.warn(this.tokenWarning);
  }

  /** Begins a cycle, and the load that is running again. */
  #loadAnew(trigger: TriggerName): void {
    this.inbox.add(trigger);
    this.supersede();
  }

  /** The sources that have no token or address of their own. */
  #followers(setting: 'credential' | 'apiUrl'): SourceState[] {
    return this.sources.filter(({ definition }) => definition[setting] === undefined);
  }
}
