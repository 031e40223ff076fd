import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { Envelope, ParentLink, Subscription } from '../contract/hierarchy';
import { checkSelector } from '../contract/selector';
import type { ChangeSet, StartInput } from '../contract/wire';
import { isEmpty, refsOf } from '../state/change-set';
import { forEach, inner, table, type Tables } from '../state/json';
import { isSame } from '../state/refs';
import type { Session } from '../workflow/session';
import type { Child } from './child';
import { type CarriedChildren, type Children, childrenOf, NO_CHILDREN } from './children';
import { managedPaths, type ManagedPaths } from './managed-path';
import { type Access, type CarriedParents, type Parents, parentsOf } from './parents';
import { isParting, receive, type Received } from './receive';
import { type CarriedStamps, Stamps } from './stamps';
import { startCheck } from './start-check';
import { type CarriedSubscribers, type Subscribers, subscribersOf } from './subscribers';
import { type Window, windowOf } from './window';

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
export interface Hierarchy {
  readonly children: Children;
  readonly parents: Parents;
  readonly subscribers: Subscribers;
  /** What is on its way to others. It is held while the run ends: what waits is carried to the next. */
  readonly window: Window;
  /** Begins to look after the others: those of the run before, and those of the state. */
  begin(): void;
  /** Passes on what was changed here. */
  changed(changes: ChangeSet): void;
  /**
   * Takes in what another workflow of the hierarchy changed, and passes it on to the rest of it.
   *
   * @returns nothing for what comes from a workflow that is no child any more
   */
  receive(what: Received, envelope: Envelope): ChangeSet | undefined;
  /** A workflow says that it is a parent of this one. */
  adopt(link: ParentLink): void;
  /** Hands a token or an address down to the children that follow this workflow's. */
  pass(what: keyof Access, given: string, via?: readonly string[]): void;
  /**
   * Ends it: the children are stopped, everybody hears the last changes, and the parents how it ended.
   *
   * @param message why it failed
   */
  end(how: 'completed' | 'cancelled' | 'failed', message?: string): Promise<void>;
  /** For continue-as-new; nothing for a workflow that is alone. */
  carry(): CarriedHierarchy | undefined;
}

/** @throws InvalidInputError when a managed path is misdeclared */
export function hierarchyOf(
  session: Session,
  declared: true | ManagedPaths | undefined,
  { parent, subscriptions }: StartInput,
  carried: CarriedHierarchy = {},
): Hierarchy {
  const { root, state, apiToken, apiUrl } = session;
  const { store } = state;
  const { workflowId } = workflowInfo();
  const stamps = new Stamps(carried.clock, carried.stamps, store);
  const window = windowOf(UNDER_WAY);
  const shield = new CancellationScope({ cancellable: false });
  const post = { workflowId, store, stamps, window, shield, onRefusal: () => session.show() };

  /** Takes what a parent gives, unless it is held already or what is held stays. */
  const take = (given: Access, yields: (held: string | undefined, what: keyof Access) => boolean): void => {
    const { apiUrl: url, apiToken: token } = given;
    if (url && url !== session.apiUrl && yields(session.apiUrl, 'apiUrl')) session.setApiUrl(url);
    if (token && token !== session.apiToken && yields(session.apiToken, 'apiToken'))
      session.setApiToken(token);
  };

  const links = parent ? [{ link: { ...parent, apiToken, apiUrl } }] : [];
  const parents = parentsOf(
    post,
    root,
    carried.parents ?? { links, isIndependent: !parent },
    (link, loaded) => {
      if (session.ending) return session.supersede();
      // What that one gave is taken from another now.
      take(parents.given, (held, what) => held === link[what]);
      if (loaded) session.inbox.add('refresh');
    },
  );
  /** Whether a subscription can match something; if not, it is left out, and that is counted. */
  const canMatch = ({ selector }: Subscription, i: number): boolean => {
    try {
      checkSelector(selector, store.schema, `subscriptions[${i}].selector`);
      return true;
    } catch (error) {
      session.refusals.add('start', error);
      return false;
    }
  };
  const subscribers = subscribersOf(
    post,
    root.name,
    carried.subscribers ?? { subscriptions: subscriptions?.filter(canMatch) },
  );
  const line = [...parents.ancestry, { workflowId, entityName: root.name, id: root.id }];
  const paths = managedPaths(declared, store.schema, root.name);
  const children =
    paths.length > 0 ? childrenOf(session, post, paths, line, parents, () => check.begin()) : NO_CHILDREN;
  const check = startCheck(children);

  const isAlone = (): boolean =>
    // One that a parent let go may be taken on again: when it changed what matters then.
    paths.length === 0 && parents.isEmpty && parents.isIndependent && subscribers.isEmpty;

  /** What is no part any more goes only once the parents know all that was written to it here. */
  const unsaid = (said: Received, envelope: Envelope): Received => {
    if (!isParting(said, envelope)) return said;
    const deletions = table<string[]>();
    for (const ref of refsOf(said.deletions))
      if (!parents.owes(ref)) (deletions[ref.name] ??= []).push(ref.id);
    return { ...said, deletions };
  };

  const tellFamily = (changes: ChangeSet, from?: string): void => {
    if (isEmpty(changes)) return;
    children.changed(changes, from);
    parents.changed(changes, from);
  };

  const spread = (changes: ChangeSet, from?: string): void => {
    tellFamily(changes, from);
    subscribers.changed(changes, from);
  };

  return {
    children,
    parents,
    subscribers,
    window,
    begin() {
      children.begin(carried.children);
      parents.begin();
      check.begin();
    },
    changed(changes) {
      if (isEmpty(changes) || isAlone()) return;
      stamps.note(changes, stamps.tick(), store);
      spread(changes);
    },
    receive(what, envelope) {
      const { from } = envelope;
      const child = children.get(from);
      child?.synced();
      if (envelope.as && !child) return undefined;
      const named = <T>(tables?: Tables<T>): Tables<T> | undefined =>
        child ? inParentNames(child, tables) : tables;
      const said = unsaid({ ...what, updates: named(what.updates), unset: named(what.unset) }, envelope);
      const times = { ...envelope, stamps: named(envelope.stamps) };
      const { changes, confirmed, written, refused } = receive(state, stamps, said, times);
      // What is no part any more is gone from here alone.
      if (isParting(said, envelope)) children.changed(changes, from);
      else spread(changes, from);
      tellFamily(confirmed, from);
      // What a child began with came without times: should somebody older have undone it, it is told again.
      for (const [name, id, field] of refused)
        if (child && stamps.of(name, id, field) <= child.begunAt) child.peer.dirty.mark(name, id, [field]);
      child?.tell(written);
      spread(written);
      return changes;
    },
    adopt(link) {
      // What it has of its own stays, or of another parent; what a parent gave that let it go does not.
      const takes = parents.isEmpty && !parents.isIndependent;
      parents.adopt(link);
      take(link, (held) => takes || held === undefined);
    },
    pass(what, given, via = []) {
      children.tell(
        what,
        given,
        [...via, workflowId],
        (path) => (what === 'apiToken' ? path.credentials : path.apiUrl) === 'inherit',
      );
    },
    async end(how, message) {
      check.stop();
      parents.stopWatch();
      await Promise.all([children.end(how), subscribers.flush()]);
      await parents.end(how, message);
    },
    carry: () =>
      isAlone()
        ? undefined
        : {
            parents: parents.carry(),
            children: children.carry(),
            subscribers: subscribers.carry(),
            clock: stamps.clock,
            stamps: stamps.carry(store),
          },
  };
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
