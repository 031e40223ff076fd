import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { Envelope, ParentLink, Subscription } from '../contract/hierarchy';
import { checkSelector } from '../contract/selector';
import type { ChangeSet, DeletePayload, StartInput, UpdatePayload } from '../contract/wire';
import { NO_CHANGES, refsOf } from '../state/change-set';
import { getOrAdd } from '../state/objects';
import type { Session } from '../workflow/session';
import { type CarriedChildren, type Children, childrenOf, NO_CHILDREN } from './children';
import { type CarriedExchange, Exchange } from './exchange';
import { type CarriedHeard, Heard } from './heard';
import { managedPaths, type ManagedPaths } from './managed-path';
import { known, renamed } from './naming';
import { outletOf } from './outlet';
import { type Access, type CarriedParents, type Ending, type Parents, parentsOf, STRANGER } from './parents';
import { Assembly, type CarriedAssembly } from './parts';
import { type Peer, peerOf } from './peer';
import { idsOf, tellOf } from './signals';
import { startCheck } from './start-check';
import { type CarriedSubscribers, type Subscribers, subscribersOf } from './subscribers';
import { type Window, windowOf } from './window';

/** What of the protocol travels: a run does not take on what one of another version handed over. */
const VERSION = 2;

/** A {@link Hierarchy} as it travels through continue-as-new. */
export interface CarriedHierarchy {
  readonly version: number;
  readonly exchange: CarriedExchange;
  readonly parents?: CarriedParents;
  readonly children?: CarriedChildren;
  readonly subscribers?: CarriedSubscribers;
  readonly heard?: CarriedHeard;
  readonly parts?: CarriedAssembly;
}

/**
 * How many signals and starts are under way at a time. The server's limit is 2,000; but each costs the workflow a
 * millisecond or two, and Temporal's sandbox ends a task that takes five seconds, also on a machine that is busy.
 */
const UNDER_WAY = 200;

/** What a signal of another workflow says. */
export type Received = Partial<UpdatePayload & DeletePayload> & Pick<UpdatePayload, 'entityName'>;

/** A workflow's place among others: its parents, its children, and those who hear of its changes. */
export interface Hierarchy {
  /** Decides what of the state is whose. */
  readonly exchange: Exchange;
  readonly children: Children;
  readonly parents: Parents;
  readonly subscribers: Subscribers;
  /** What is on its way to others. It is held while the run ends: what waits is carried to the next. */
  readonly window: Window;
  /** Begins to look after the others: those of the run before, and those of the state. @returns what it began with */
  begin(): ChangeSet;
  /** Takes in what another workflow says. */
  receive(what: Received, envelope: Envelope): ChangeSet;
  /** A workflow says that it is a parent of this one. */
  adopt(link: ParentLink): void;
  /** A parent lets this workflow go. */
  letGo(envelope: Envelope, ending: Ending | undefined): void;
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
  { parent, state: given, status, subscriptions }: StartInput,
  before?: CarriedHierarchy,
): Hierarchy {
  const { root, state, apiToken, apiUrl } = session;
  const { store } = state;
  const { workflowId, firstExecutionRunId: runId } = workflowInfo();
  const carried = before?.version === VERSION ? before : undefined;
  const window = windowOf(UNDER_WAY);
  const shield = new CancellationScope({ cancellable: false });
  const post = { workflowId, runId, window, shield, onRefusal: () => session.show() };
  const heard = new Heard(carried?.heard);
  const parts = new Assembly(carried?.parts);
  /** Workflows that take themselves to be parents, and are told that they are not. */
  const strangers = new Map<string, Peer>();

  const tellStranger = (id: string): void => {
    const peer = getOrAdd(strangers, id, () => {
      const outlet = outletOf(exchange, {
        workflowId: id,
        as: 'stranger',
        item: root,
        entity: root,
        control: STRANGER,
      });
      return peerOf(id, post, outlet, () => exchange.outgoing.forget(id));
    });
    void peer.send().then(() => peer.isIdle && strangers.delete(id));
  };

  const exchange = new Exchange(
    { workflowId, runId },
    state,
    {
      changed: (changes) => children.changed(changes),
      wake(peer, as) {
        if (as === 'parent') children.get(peer)?.sync();
        else if (as === 'child') parents.send(peer);
        else tellStranger(peer);
      },
      left: (peer) => parents.left(peer),
      paused(isPaused) {
        if (!isPaused) session.inbox.add('resume');
      },
      make: (item) => children.make(item),
    },
    carried?.exchange,
  );
  if (!carried && status === 'paused') exchange.pauses.set(true);

  /** Takes what a parent gives, unless it is held already or what is held stays. */
  const take = (access: Access, yields: (held: string | undefined, what: keyof Access) => boolean): void => {
    const { apiUrl: url, apiToken: token } = access;
    if (url && url !== session.apiUrl && yields(session.apiUrl, 'apiUrl')) session.setApiUrl(url);
    if (token && token !== session.apiToken && yields(session.apiToken, 'apiToken'))
      session.setApiToken(token);
  };

  const links = parent ? [{ link: { ...parent, sources: undefined, apiToken, apiUrl } }] : [];
  const parents = parentsOf(
    post,
    root,
    exchange,
    carried?.parents ?? { links, isIndependent: !parent },
    (link, loaded) => {
      if (session.ending) return session.supersede();
      // What that one gave is taken from another now.
      take(parents.given, (held, what) => held === link[what]);
      if (loaded) session.inbox.add('refresh');
    },
    (changes) => session.changed(changes, 'update'),
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
    store,
    root.name,
    carried?.subscribers ?? { subscriptions: subscriptions?.filter(canMatch) },
  );
  const paths = managedPaths(declared, store.schema, root.name);
  const children: Children =
    paths.length > 0 ? childrenOf(session, post, exchange, paths, () => check.begin()) : NO_CHILDREN;
  const check = startCheck(children);

  const isAlone = (): boolean =>
    // One that a parent let go may be taken on again: when it changed what matters then.
    paths.length === 0 &&
    exchange.isAlone &&
    parents.isEmpty &&
    parents.isIndependent &&
    subscribers.isEmpty &&
    heard.isEmpty;

  /** Takes in what a workflow says that this one is subscribed to. */
  const hear = ({ updates, unset, deletions, strategy }: Received, from: Envelope): ChangeSet => {
    const { link, number, deletes = [] } = from;
    if (link !== undefined && number !== undefined && !heard.take(link, number)) return NO_CHANGES;
    const said = { set: updates, unset, deletes: [...refsOf(deletions), ...deletes] };
    const { set, unset: gone, deletes: removed = [] } = known({ word: said }, store.schema).word;
    const base = { entityName: root.name, changeOrigin: from.from };
    if (updates) return exchange.update({ ...base, updates: set, unset: gone, strategy });
    return exchange.delete({
      ...base,
      deletions: idsOf(removed.filter(({ name, id }) => !state.isRoot(name, id))),
    });
  };

  return {
    exchange,
    children,
    parents,
    subscribers,
    window,
    begin() {
      let changes = NO_CHANGES;
      if (parent && !carried) {
        const { ancestry, link, wants, sources = {}, pauses = false, isMade = false } = parent;
        const from = ancestry.at(-1)?.workflowId ?? '';
        const begun = known({ word: { set: given }, sources }, store.schema);
        changes = exchange.begin({ from, link, ancestry, wants, pauses, isMade, ...begun });
      }
      children.begin(carried?.children);
      parents.begin();
      check.begin();
      return changes;
    },
    receive(what, envelope) {
      const child = envelope.as && children.get(envelope.from);
      child?.synced();
      const told = tellOf(what, envelope);
      if (!told) return hear(what, envelope);
      const whole = parts.take(told, envelope.part);
      if (!whole) return NO_CHANGES;
      const named = child ? renamed(whole, child.entity, child.item) : whole;
      return exchange.receive(known(named, store.schema));
    },
    adopt(link) {
      // What it has of its own stays, or of another parent; what a parent gave that let it go does not.
      const takes = parents.isEmpty && !parents.isIndependent;
      const loaded = parents.loads;
      parents.adopt(link);
      // Not all parents load for it any more.
      if (loaded && !parents.loads) session.inbox.add('refresh');
      take(link, (held) => takes || held === undefined);
    },
    letGo: ({ from, link }, ending) => parents.letGo(from, link, ending),
    pass(what, token, via = []) {
      children.tell(
        what,
        token,
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
            version: VERSION,
            exchange: exchange.carry(),
            parents: parents.carry(),
            children: children.carry(),
            subscribers: subscribers.carry(),
            heard: heard.isEmpty ? undefined : heard.carry(),
            parts: parts.carry(),
          },
  };
}
