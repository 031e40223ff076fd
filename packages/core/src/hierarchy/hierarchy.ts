import { workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { ChildNotice, Envelope, ParentLink } from '../contract/hierarchy';
import type { ChangeSet, StartInput } from '../contract/wire';
import { isEmpty } from '../state/change-set';
import { inner, table } from '../state/json';
import type { Session } from '../workflow/session';
import type { Child } from './child';
import { type CarriedChildren, Children } from './children';
import { managedPaths, type ManagedPaths } from './managed-path';
import { type CarriedParents, type Ending, Parents } from './parents';
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
    const { root, state } = session;
    this.#session = session;
    this.#carried = carried;
    this.#stamps = new Stamps(carried.clock, carried.stamps, state.store);
    const post = {
      workflowId: this.#workflowId,
      store: state.store,
      stamps: this.#stamps,
      window: this.#window,
    };
    const { apiToken, apiUrl } = session;
    const parents = carried.parents ?? {
      links: parent ? [{ link: { ...parent, apiToken, apiUrl } }] : [],
      isIndependent: !parent,
    };
    this.parents = new Parents(post, root, parents);
    this.parents.onLeft = (link, loaded) => this.#left(link, loaded);
    this.subscribers = new Subscribers(post, root.name, carried.subscribers ?? { subscriptions });
    const line = [
      ...this.parents.ancestry,
      { workflowId: this.#workflowId, entityName: root.name, id: root.id },
    ];
    const paths = managedPaths(declared, state.store.schema, root.name);
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
    const { from } = envelope;
    const child = this.children.get(from);
    child?.synced();
    if (envelope.as === 'child' && child === undefined) return undefined;
    const { state } = this.#session;
    const said = this.#unsaid(child ? renamed(child, what) : what, envelope);
    const times =
      child && envelope.stamps ? { stamps: moved(envelope.stamps, child.entity, child.item) } : {};
    const { changes, confirmed, written, refused } = receive(state, this.#stamps, said, {
      ...envelope,
      ...times,
    });
    // What is no part any more is gone from here alone.
    if (isParting(said, envelope)) this.children.changed(changes, from);
    else this.#spread(changes, from);
    if (!isEmpty(confirmed)) {
      this.children.changed(confirmed, from);
      this.parents.changed(confirmed, from);
    }
    // What a child began with came without times: should somebody older have undone it, it is told again.
    for (const [name, id, field] of refused)
      if (child && this.#stamps.of(name, id, field) <= child.begunAt) child.tellAgain(name, id, field);
    if (!isEmpty(written)) {
      child?.mark(written);
      this.#spread(written);
    }
    return changes;
  }

  /** A workflow says that it is a parent of this one. */
  adopt(link: ParentLink): void {
    const session = this.#session;
    // What it has of its own stays, or of another parent; what a parent gave that let it go does not.
    const takes = this.parents.isEmpty && !this.parents.isIndependent;
    const { apiToken, apiUrl } = link;
    this.parents.adopt(link);
    if (apiUrl !== undefined && (takes ? apiUrl !== session.apiUrl : session.apiUrl === undefined))
      session.setApiUrl(apiUrl);
    if (apiToken !== undefined && (takes ? apiToken !== session.apiToken : session.apiToken === undefined))
      session.setApiToken(apiToken);
  }

  /** A parent has let the workflow go: what that one gave it is taken from another now. */
  #left(link: ParentLink, loaded: boolean): void {
    const session = this.#session;
    if (session.ending !== undefined) return session.supersede();
    const { apiToken = link.apiToken, apiUrl = link.apiUrl } = this.parents.given;
    if (apiToken !== undefined && apiToken !== link.apiToken && session.apiToken === link.apiToken)
      session.setApiToken(apiToken);
    if (apiUrl !== undefined && apiUrl !== link.apiUrl && session.apiUrl === link.apiUrl)
      session.setApiUrl(apiUrl);
    if (loaded) session.inbox.add('refresh');
  }

  noticed(notice: ChildNotice): void {
    this.children.noticed(notice);
  }

  /** Hands a token down to the children that follow this workflow's. */
  passToken(reference: string, via: readonly string[] = []): void {
    this.children.tell(
      'apiToken',
      reference,
      [...via, this.#workflowId],
      ({ credentials }) => credentials === 'inherit',
    );
  }

  /** Hands an address down to the children that follow this workflow's. */
  passUrl(url: string, via: readonly string[] = []): void {
    this.children.tell('apiUrl', url, [...via, this.#workflowId], ({ apiUrl }) => apiUrl === 'inherit');
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
    const deletions = Object.entries(said.deletions ?? {}).map(
      ([name, ids]) => [name, ids.filter((id) => !this.parents.owes({ name, id }))] as const,
    );
    return { ...said, deletions: Object.fromEntries(deletions) };
  }

  #spread(changes: ChangeSet, from?: string): void {
    if (isEmpty(changes)) return;
    this.children.changed(changes, from);
    this.parents.changed(changes, from);
    this.subscribers.changed(changes, from);
  }
}

/** What a child says, in its parent's names. */
function renamed({ entity, item }: Child, { updates, unset, deletions, strategy }: Received): Received {
  if (entity.name === item.name && entity.id === item.id) return { updates, unset, deletions, strategy };
  return {
    updates: moved(updates, entity, item),
    unset: moved(unset, entity, item),
    deletions,
    strategy,
  };
}

function moved<T>(
  tables: { readonly [name: string]: { readonly [id: string]: T } } | undefined,
  from: EntityRef,
  to: EntityRef,
): Record<string, Record<string, T>> {
  const result = table<Record<string, T>>();
  for (const [name, entities] of Object.entries(tables ?? {}))
    for (const [id, value] of Object.entries(entities)) {
      const ref = name === from.name && id === from.id ? to : { name, id };
      inner(result, ref.name)[ref.id] = value;
    }
  return result;
}
