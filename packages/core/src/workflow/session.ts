import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import { isMany, type Schema } from '../contract/schema';
import type { SourceDefinition } from '../contract/source';
import type {
  ChangeSet,
  CredentialReference,
  RefreshRequest,
  RefreshResult,
  StartInput,
  TokenInfo,
  WorkflowStatus,
} from '../contract/wire';
import { ChangeLog } from '../state/change-log';
import { isEmpty } from '../state/change-set';
import { EntityState } from '../state/entity-state';
import type { Envelope } from '../contract/hierarchy';
import { Hierarchy } from '../hierarchy/hierarchy';
import type { ManagedPaths } from '../hierarchy/managed-path';
import type { Ending } from '../hierarchy/parents';
import type { Received } from '../hierarchy/receive';
import type { Carried } from './carry';
import type { LoadFault } from './load-fault';
import { Inbox, type TriggerName } from './inbox';
import { Refusals } from './refusals';
import { SourceState } from './source-state';

/** What a workflow class declares. */
export interface Declaration {
  readonly schema?: Schema;
  readonly sources?: Readonly<Record<string, SourceDefinition>>;
  readonly managedPaths?: true | ManagedPaths;
}

const NO_SOURCES: ReadonlyMap<string, SourceState> = new Map();

/** Everything that one running workflow knows. The handlers write to it; the cycle reads it. */
export class Session {
  readonly root: EntityRef;
  readonly schema: Schema;
  readonly state: EntityState;
  readonly refusals: Refusals;
  readonly inbox: Inbox;
  apiUrl?: string;
  apiToken?: CredentialReference;
  paused: boolean;
  /** Something that is wrong with the workflow itself and not with a source. */
  problem?: string;
  /** Loads begun in this run, also those that were overtaken, and the last one that ran to its end. */
  begun = 0;
  done = 0;
  /** The length of the history when the last load began: equal means "in this very workflow task". */
  begunAt = 0;
  /** What the last load gave. */
  lastResult?: RefreshResult;
  /** When the last load ended, in milliseconds. */
  loadedAt: number;
  /** Loads in a row that found nothing. */
  quiet: number;
  /** When the next load is due by itself, in milliseconds. */
  nextLoadAt?: number;
  /** How many handlers wait for a load to end. */
  awaitingLoad = 0;
  /** Whether the workflow has to continue as new and cannot wait for another load. */
  isFull: () => boolean = () => false;
  /** Cancels the load that is running, because it is about a source or token that is no longer in use. */
  supersede: () => void = () => {};
  /** Changes that `execute()` has not seen yet. */
  readonly pending: ChangeLog;
  /** Its parents, its children, and those who hear of its changes. */
  readonly hierarchy: Hierarchy;
  readonly #sources: ReadonlyMap<string, SourceState>;
  #ending?: Ending;

  /** @param carried what the run before handed over, if there was one */
  constructor(root: EntityRef, declaration: Declaration, input: StartInput, carried?: Carried) {
    this.root = root;
    this.schema = declaration.schema ?? { [root.name]: {} };
    if (!Object.hasOwn(this.schema, root.name)) {
      throw new InvalidInputError(
        'entityName',
        `"${root.name}" is not in the schema of this workflow, which has ${Object.keys(this.schema).join(', ')}`,
        'Start it with one of those as entityName, or name the class or the workflow type after the root entity',
      );
    }
    this.apiUrl = input.apiUrl;
    this.apiToken = input.apiToken;
    this.paused = input.status === 'paused';
    this.refusals = new Refusals(carried?.refusals);
    this.inbox = new Inbox(carried?.inbox ?? ['start']);
    this.pending = new ChangeLog(carried?.changes);
    this.quiet = carried?.quiet ?? 0;
    this.loadedAt = carried?.loadedAt ?? Date.now();
    // A run's own state is taken as it is; a client's is checked as an update is.
    this.state = carried
      ? new EntityState(root, this.schema, input.state, carried.views)
      : new EntityState(root, this.schema);
    if (!carried) this.pending.add(this.state.seed(input));
    this.#sources = new Map(
      Object.entries(declaration.sources ?? {}).map(([name, definition]) => [
        name,
        new SourceState(name, definition, this.#target(name, definition), carried?.sources?.[name]),
      ]),
    );
    this.hierarchy = new Hierarchy(this, declaration.managedPaths, input, carried?.hierarchy);
  }

  /** What it loads from: nothing when its parent loads for it. */
  get sources(): ReadonlyMap<string, SourceState> {
    return this.hierarchy.parents.loads ? NO_SOURCES : this.#sources;
  }

  /** What it would load from if its parent did not. */
  get allSources(): ReadonlyMap<string, SourceState> {
    return this.#sources;
  }

  /** How the workflow ends, once it is known. */
  get ending(): Ending | undefined {
    return this.#ending ?? this.hierarchy.ending;
  }

  get status(): WorkflowStatus {
    if (this.ending !== undefined) return this.ending;
    if (this.paused) return 'paused';
    const errors = [...this.sources.values()].map((source) => source.error);
    if (errors.some((error) => error?.kind === 'unauthorized')) return 'unauthorized';
    return this.problem !== undefined || errors.some((error) => error !== undefined) ? 'degraded' : 'running';
  }

  /** Whether `execute()` may run: every source is loaded, and those that failed last are tolerated. */
  get isReady(): boolean {
    return !this.paused && [...this.sources.values()].every((source) => source.isReady);
  }

  get token(): TokenInfo | null {
    if (this.apiToken === undefined) return null;
    const fingerprint = [...this.sources.values()].find(
      (source) => source.definition.credential === undefined && source.checkpoint?.credential,
    )?.checkpoint?.credential;
    return { reference: this.apiToken, ...(fingerprint && { fingerprint }) };
  }

  /** Notes what changed, and begins a cycle if anything did. */
  changed(changes: ChangeSet, trigger: TriggerName): void {
    if (isEmpty(changes)) return;
    this.took(changes);
    this.inbox.add(trigger);
  }

  /** Notes what changed here, and passes it on. */
  took(changes: ChangeSet): void {
    this.pending.add(changes);
    this.hierarchy.changed(changes);
  }

  /** Takes in what another workflow of the hierarchy changed, and begins a cycle if it changed anything. */
  receive(what: Received, envelope: Envelope): void {
    const changes = this.hierarchy.receive(what, envelope);
    if (changes === undefined || isEmpty(changes)) return;
    this.pending.add(changes);
    this.inbox.add(this.hierarchy.children.get(envelope.from) ? 'child' : 'update');
  }

  /** Notes what a load over all sources came to. */
  loadEnded(changed: number, faults: readonly LoadFault[]): void {
    this.loadedAt = Date.now();
    this.quiet = changed > 0 ? 0 : this.quiet + 1;
    this.lastResult = {
      outcome: faults.length > 0 ? 'failed' : changed > 0 ? 'changed' : 'unchanged',
      changed,
      checkedAt: new Date(this.loadedAt).toISOString(),
      ...(faults.length > 0 && {
        errors: Object.fromEntries(faults.map((fault) => [fault.source, fault.message])),
      }),
    };
  }

  setApiToken(reference: CredentialReference, via?: readonly string[]): void {
    // Another token may see other things: nothing may answer "not modified" to it.
    for (const source of this.sources.values())
      if (source.definition.credential === undefined) source.forgetValidators();
    this.apiToken = reference;
    this.hierarchy.passToken(reference, via);
    this.inbox.add('apiToken');
    this.supersede();
  }

  setApiUrl(url: string, via?: readonly string[]): void {
    const moved = url !== this.apiUrl;
    this.apiUrl = url;
    this.hierarchy.passUrl(url, via);
    if (moved)
      for (const source of this.sources.values()) if (source.definition.apiUrl === undefined) source.moved();
    this.inbox.add('apiUrl');
    this.supersede();
  }

  /** Loads now. @throws InvalidInputError when the request names a source there is not */
  refresh(request: RefreshRequest): void {
    this.acceptDeletions(request);
    this.inbox.add('refresh');
    if (this.hierarchy.parents.loads) this.hierarchy.parents.tell('refresh');
  }

  /** Lets the next sweep of some sources remove what it likes. */
  acceptDeletions(request: RefreshRequest): void {
    for (const source of this.checkRefresh(request)) source.acceptsDeletions = true;
  }

  /** The sources whose deletions a request accepts. @throws InvalidInputError when there is no such source */
  checkRefresh({ acceptDeletions = [] }: RefreshRequest): SourceState[] {
    const names = acceptDeletions === true ? [...this.sources.keys()] : acceptDeletions;
    const unknown = names.find((name) => !this.sources.has(name));
    if (unknown !== undefined) {
      throw new InvalidInputError(
        'acceptDeletions',
        `names "${unknown.slice(0, 80)}", which is not a source`,
        `Use one of ${[...this.sources.keys()].join(', ') || 'none'}`,
      );
    }
    return names.map((name) => this.sources.get(name) as SourceState);
  }

  end(how: Ending): void {
    this.#ending ??= how;
    this.supersede();
  }

  #target(name: string, { into }: SourceDefinition): string | undefined {
    const relations = this.schema[this.root.name]?.relations ?? {};
    if (into === 'root') return undefined;
    const field = into ?? (Object.hasOwn(relations, name) ? name : undefined);
    if (field === undefined) return undefined;
    const relation = relations[field];
    if (relation !== undefined && isMany(relation)) return field;
    const lists = Object.keys(relations).filter((key) => isMany(relations[key] ?? ''));
    throw new InvalidInputError(
      `sources.${name}.into`,
      `"${field}" is not a list that ${this.root.name} has`,
      `Use 'root' or one of its relations to many: ${lists.join(', ') || 'it has none, so add one to the schema'}`,
    );
  }
}
