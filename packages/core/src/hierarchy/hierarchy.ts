import { workflowInfo } from '@temporalio/workflow';
import type { ChildNotice, Envelope, ParentLink } from '../contract/hierarchy';
import type { ChangeSet, StartInput } from '../contract/wire';
import { isEmpty, refsOf } from '../state/change-set';
import { forEach, inner, table, type Tables } from '../state/json';
import { isSame } from '../state/refs';
import type { Session } from '../workflow/session';
import type { Child } from './child';
import { type CarriedChildren, Children } from './children';
import { managedPaths, type ManagedPaths } from './managed-path';
import { type Access, type CarriedParents, type Ending, Parents } from './parents';
import { isParting, receive, type Received } from './receive';
import { type CarriedStamps, Stamps } from './stamps';
import { StartCheck } from './start-check';
import { type CarriedSubscribers, Subscribers } from './subscribers';
import { Window } from './window';

/** A {@link Hierarchy} as it travels through continue-as-new. */
export interface CarriedHierarchy {
  readonly parents?: CarriedParents;
  readonly children?: CarriedChildren;
  readonly subscribers?: CarriedSubscribers;
  readonly clock?: number;
  readonly stamps?: CarriedStamps;
}

/**
 * How many signals and starts are under way at a time. The server's limit is 2,000; but each costs the workflow a
 * millisecond or two, and Temporal's sandbox ends a task that takes five seconds, also on a machine that is busy.
 */
const UNDER_WAY = 200;

/** A workflow's place among others: its parents, its children, and those who hear of its changes. */
export class Hierarchy {
  readonly children: Children;
  readonly parents: Parents;
  readonly subscribers: Subscribers;
  readonly #session: Session;
  readonly #stamps: Stamps;
  readonly #window = new Window(UNDER_WAY);
  readonly #check: StartCheck;
  readonly #workflowId = workflowInfo().workflowId;
  readonly #carried: CarriedHierarchy;

  /** @throws InvalidInputError when a managed path is misdeclared */
  constructor(
    session: Session,
    declared: true | ManagedPaths | undefined,
    { parent, subscriptions }: StartInput,
    carried: CarriedHierarchy = {},
  ) {
    const { root, state, apiToken, apiUrl } = session;
    const { store } = state;
    const { workflowId } = workflowInfo();
    this.#session = session;
    this.#carried = carried;
    this.#stamps = new Stamps(carried.clock, carried.stamps, store);
    const post = { workflowId, store, stamps: this.#stamps, window: this.#window };
    const links = parent ? [{ link: { ...parent, apiToken, apiUrl } }] : [];
    this.parents = new Parents(post, root, carried.parents ?? { links, isIndependent: !parent });
    this.parents.onLeft = (link, loaded) => this.#left(link, loaded);
    this.subscribers = new Subscribers(post, root.name, carried.subscribers ?? { subscriptions });
    const line = [...this.parents.ancestry, { workflowId, entityName: root.name, id: root.id }];
    const paths = managedPaths(declared, store.schema, root.name);
    this.children = new Children(session, post, paths, line, this.parents);
    this.#check = new StartCheck(this.children);
    this.children.onJoined = () => this.#check.begin();
  }

  /** Begins to look after the others: those of the run before, and those of the state. */
  begin(): void {
    this.children.begin(this.#carried.children);
    this.parents.begin();
    this.#check.begin();
  }

  /** How the workflow ends because its parents let it go. */
  get ending(): Ending | undefined {
    return this.parents.ending;
  }

  /** Whether this run has started so many children that another has to go on. */
  get isFull(): boolean {
    return this.children.isFull;
  }

  /** Whether nothing is on its way to others. */
  get isSettled(): boolean {
    return this.#window.underWay === 0;
  }

  /** Begins nothing more, because the run is about to end; what waits is carried to the next. */
  hold(): void {
    this.#window.hold();
  }

  release(): void {
    this.#window.release();
  }

  /** Passes on what was changed here. */
  changed(changes: ChangeSet): void {
    if (isEmpty(changes) || this.#isAlone) return;
    this.#stamps.note(changes, this.#stamps.tick(), this.#session.state.store);
    this.#spread(changes);
  }

  /** Takes in what another workflow of the hierarchy changed, and passes it on to the rest of it. */
  receive(what: Received, envelope: Envelope): ChangeSet | undefined {
    const { from, stamps } = envelope;
    const { children, parents } = this;
    const child = children.get(from);
    child?.synced();
    if (envelope.as && !child) return undefined;
    const named = <T>(tables?: Tables<T>): Tables<T> | undefined =>
      child ? inParentNames(child, tables) : tables;
    const { updates, unset } = what;
    const said = this.#unsaid({ ...what, updates: named(updates), unset: named(unset) }, envelope);
    const times = { ...envelope, stamps: named(stamps) };
    const { changes, confirmed, written, refused } = receive(this.#session.state, this.#stamps, said, times);
    // What is no part any more is gone from here alone.
    if (isParting(said, envelope)) children.changed(changes, from);
    else this.#spread(changes, from);
    if (!isEmpty(confirmed)) {
      children.changed(confirmed, from);
      parents.changed(confirmed, from);
    }
    // What a child began with came without times: should somebody older have undone it, it is told again.
    for (const [name, id, field] of refused)
      if (child && this.#stamps.of(name, id, field) <= child.begunAt)
        child.peer.dirty.mark(name, id, [field]);
    child?.tell(written);
    this.#spread(written);
    return changes;
  }

  /** A workflow says that it is a parent of this one. */
  adopt(link: ParentLink): void {
    const { parents } = this;
    // What it has of its own stays, or of another parent; what a parent gave that let it go does not.
    const takes = parents.isEmpty && !parents.isIndependent;
    parents.adopt(link);
    this.#take(link, (held) => takes || held === undefined);
  }

  /** A parent has let the workflow go: what that one gave it is taken from another now. */
  #left(link: ParentLink, loaded: boolean): void {
    const session = this.#session;
    if (session.ending) return session.supersede();
    this.#take(this.parents.given, (held, which) => held === link[which]);
    if (loaded) session.inbox.add('refresh');
  }

  /** Takes what a parent gives, unless it is held already or what is held stays. */
  #take(given: Access, yields: (held: string | undefined, which: keyof Access) => boolean): void {
    const session = this.#session;
    const { apiUrl, apiToken } = given;
    if (apiUrl && apiUrl !== session.apiUrl && yields(session.apiUrl, 'apiUrl')) session.setApiUrl(apiUrl);
    if (apiToken && apiToken !== session.apiToken && yields(session.apiToken, 'apiToken'))
      session.setApiToken(apiToken);
  }

  noticed(notice: ChildNotice): void {
    this.children.noticed(notice);
  }

  /** Hands a token or an address down to the children that follow this workflow's. */
  pass(what: keyof Access, given: string, via: readonly string[] = []): void {
    this.children.tell(
      what,
      given,
      [...via, this.#workflowId],
      ({ credentials, apiUrl }) => (what === 'apiToken' ? credentials : apiUrl) === 'inherit',
    );
  }

  /**
   * Ends it: the children are stopped, everybody hears the last changes, and the parents how it ended.
   *
   * @param message why it failed
   */
  async end(how: 'completed' | 'cancelled' | 'failed', message?: string): Promise<void> {
    this.#check.stop();
    this.parents.stopWatch();
    await Promise.all([this.children.end(how), this.subscribers.flush()]);
    await this.parents.end(how, message);
  }

  /** For continue-as-new; nothing for a workflow that is alone. */
  carry(): CarriedHierarchy | undefined {
    if (this.#isAlone) return undefined;
    return {
      parents: this.parents.carry(),
      children: this.children.carry(),
      subscribers: this.subscribers.carry(),
      clock: this.#stamps.clock,
      stamps: this.#stamps.carry(this.#session.state.store),
    };
  }

  get #isAlone(): boolean {
    const { children, parents, subscribers } = this;
    // One that a parent let go may be taken on again: when it changed what matters then.
    return children.paths.length === 0 && parents.isEmpty && parents.isIndependent && subscribers.isEmpty;
  }

  /** What is no part any more goes only once the parents know all that was written to it here. */
  #unsaid(said: Received, envelope: Envelope): Received {
    if (!isParting(said, envelope)) return said;
    const deletions = table<string[]>();
    for (const ref of refsOf(said.deletions))
      if (!this.parents.owes(ref)) (deletions[ref.name] ??= []).push(ref.id);
    return { ...said, deletions };
  }

  #spread(changes: ChangeSet, from?: string): void {
    if (isEmpty(changes)) return;
    this.children.changed(changes, from);
    this.parents.changed(changes, from);
    this.subscribers.changed(changes, from);
  }
}

/** What a child says of entities, by the parent's name for its own. */
function inParentNames<T>({ entity, item }: Child, tables: Tables<T> | undefined): Tables<T> | undefined {
  if (isSame(entity, item)) return tables;
  const result = table<Record<string, T>>();
  forEach(tables, (name, id, value) => {
    const ref = isSame({ name, id }, entity) ? item : { name, id };
    inner(result, ref.name)[ref.id] = value;
  });
  return result;
}
