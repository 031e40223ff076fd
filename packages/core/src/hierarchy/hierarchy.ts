import type { EntityRef } from '../contract/adapter';
import type { Envelope, ParentLink, Subscription } from '../contract/hierarchy';
import { checkSelector } from '../contract/selector';
import type { ChangeSet, DeletePayload, StartInput, UpdatePayload } from '../contract/wire';
import { NO_CHANGES, refsOf } from '../state/change-set';
import { getOrAdd } from '../state/objects';
import type { CarriedExchange } from './carried-exchange';
import type { Child } from './child';
import { type CarriedEnds, ChildEnds } from './child-ends';
import { ChildWatch } from './child-watch';
import { type CarriedChildren, type Children, ManagedChildren } from './children';
import { Exchange } from './exchange';
import { type CarriedHeard, Heard } from './heard';
import type { End, Ending, ExchangeHost, HierarchyHost } from './host';
import { Rounds } from './rounds';
import { type ManagedPath, managedPaths, type ManagedPaths } from './managed-path';
import type { Item } from './managed-path';
import { short } from './link-id';
import { known, renamed } from './naming';
import { NO_CHILDREN } from './no-children';
import { ExchangeOutlet } from './outlet';
import { type Access, answerTo, type CarriedParents, Parents } from './parents';
import { Assembly, type CarriedAssembly } from './parts';
import { SignalChannel, type SendContext } from './signal-channel';
import { idsOf, tellOf } from './signals';
import { StartCheck } from './start-check';
import { type CarriedSubscribers, Subscribers } from './subscribers';
import { SendLimit } from './send-limit';
import { type Temporal, temporalOfRun } from './temporal';

/** What of the protocol travels: a run does not take on what one of another version handed over. */
const VERSION = 2;

/** A {@link Hierarchy} as it travels through continue-as-new. */
export interface CarriedHierarchy {
  readonly version: number;
  readonly exchange: CarriedExchange;
  readonly parents?: CarriedParents;
  readonly children?: CarriedChildren;
  readonly ends?: CarriedEnds;
  /** When the next look at children is due, in milliseconds. */
  readonly childrenDueAt?: number;
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
export class Hierarchy implements ExchangeHost {
  /** Decides what of the state is whose. */
  readonly exchange: Exchange;
  readonly children: Children;
  /** How children ended that the class has not seen yet. */
  readonly ends: ChildEnds;
  readonly parents: Parents;
  readonly subscribers: Subscribers;
  /** Signals and starts that are under way. Held while the run ends: what has not begun is carried to the next run. */
  readonly sendLimit = new SendLimit(UNDER_WAY);
  readonly #host: HierarchyHost;
  readonly #context: SendContext;
  readonly #heard: Heard;
  readonly #parts: Assembly;
  readonly #check: StartCheck;
  readonly #watch: ChildWatch;
  /** What a parent or the run before gave to begin with; absent once the hierarchy has begun. */
  #given?: { readonly input: StartInput; readonly carried?: CarriedHierarchy };
  /** Workflows that take themselves to be parents, and are told that they are not. */
  #strangers?: Map<string, SignalChannel>;

  /**
   * @param former managed paths that the class no longer has: their children are let go
   * @throws InvalidInputError when a managed path is misdeclared
   */
  constructor(
    host: HierarchyHost,
    declared: true | ManagedPaths | undefined,
    input: StartInput,
    before?: CarriedHierarchy,
    former: readonly ManagedPath[] = [],
    temporal: Temporal = temporalOfRun(),
  ) {
    const { root, state, apiToken, apiUrl, shield } = host;
    const { workflowId, runId } = temporal;
    const { parent, status, subscriptions } = input;
    const carried = before?.version === VERSION ? before : undefined;
    this.#host = host;
    this.#given = { input, carried };
    this.#context = { ...temporal, sendLimit: this.sendLimit, shield, onRefusal: () => host.show() };
    this.#heard = new Heard(carried?.heard);
    this.#parts = new Assembly((tell) => this.exchange.isLinked(tell), carried?.parts);
    const self = { workflowId, runId: temporal.has('shortLinks') ? short(runId) : runId };
    this.exchange = new Exchange(self, state, this, carried?.exchange);
    if (!carried && status === 'paused') this.exchange.pauses.set(true);
    const links = parent ? [{ link: { ...parent, sources: undefined, apiToken, apiUrl } }] : [];
    this.parents = new Parents({
      context: this.#context,
      root,
      exchange: this.exchange,
      carried: carried?.parents ?? { links, isIndependent: !parent },
      onLeft: (link, loaded) => this.#parentLeft(link, loaded),
      onChanged: (changes) => host.changed(changes, 'update'),
    });
    this.subscribers = new Subscribers(
      this.#context,
      state.store,
      root.name,
      carried?.subscribers ?? {
        subscriptions: subscriptions?.filter((asked, i) => this.#canMatch(asked, i)),
      },
    );
    this.ends = new ChildEnds(temporal, () => host.inbox.add('childEnded'), carried?.ends);
    const paths = managedPaths(declared, state.store.schema, root.name);
    const { exchange } = this;
    this.children =
      paths.length + former.length > 0
        ? new ManagedChildren(host, this.#context, exchange, paths, former, {
            ends: this.ends,
            joined: (child) => this.#joined(child),
          })
        : NO_CHILDREN;
    this.#check = new StartCheck(this.children, this.#context);
    const rounds = new Rounds(temporal, carried?.childrenDueAt);
    this.#watch = new ChildWatch(this.children, this.#context, rounds);
  }

  /** Begins to look after the others: those of the run before, and those of the state. @returns what it began with */
  begin(): ChangeSet {
    const { input, carried } = this.#given ?? {};
    this.#given = undefined;
    const { parent, state: given } = input ?? {};
    let changes = NO_CHANGES;
    if (parent && !carried) {
      const { ancestry, link, wants, sources = {}, pauses = false, isMade = false } = parent;
      const from = ancestry.at(-1)?.workflowId ?? '';
      const begun = known({ word: { set: given }, sources }, this.#host.schema);
      changes = this.exchange.begin({ from, link, ancestry, wants, pauses, isMade, ...begun });
    }
    this.ends.begin();
    this.children.begin(carried?.children);
    this.parents.begin();
    this.#check.begin();
    this.#watch.begin();
    return changes;
  }

  /** Takes in a signal of another workflow. */
  receive(what: Received, envelope: Envelope): ChangeSet {
    const child = envelope.as && this.children.get(envelope.from);
    child?.known.synced();
    const told = tellOf(what, envelope);
    if (!told) return this.#hear(what, envelope);
    const whole = this.#parts.take(told, envelope.part);
    if (!whole) return NO_CHANGES;
    const named = child ? renamed(whole, child.entity, child.item) : whole;
    return this.exchange.receive(known(named, this.#host.schema));
  }

  /** A workflow says that it is a parent of this one. */
  adopt(link: ParentLink): void {
    // The workflow keeps what is its own or another parent's, but not what came from a parent that let it go.
    const takes = this.parents.isEmpty && !this.parents.isIndependent;
    const loaded = this.parents.loads;
    const before = this.parents.givenBy(link);
    this.parents.adopt(link);
    // Not all parents load for this workflow any more: from now on it loads by itself.
    if (loaded && !this.parents.loads) this.#host.inbox.add('refresh');
    // One that joins again may give another token by now: whoever has the one that it gave before takes that.
    const isOld = (held: string, what: keyof Access): boolean =>
      held === before?.[what] && this.#context.has('givenAnew');
    this.#take(link, (held, what) => takes || held === undefined || isOld(held, what));
  }

  /** A workflow asks whether it is a child. One that is not known is let go, but not before this workflow has loaded. */
  asked({ from, link = '' }: Partial<Envelope> = {}): void {
    if (from === undefined || this.children.get(from)) return;
    this.exchange.receive({ do: 'ask', from, link });
    this.#host.inbox.add('refresh');
  }

  /** A parent lets this workflow go. */
  letGo({ from, link }: Envelope, ending: Ending | undefined): void {
    this.parents.letGo(from, link, ending);
  }

  /** Hands a token or an address down to the children that follow this workflow's. */
  pass(what: keyof Access, given: string, via: readonly string[] = []): void {
    this.children.tell(
      what,
      given,
      [...via, this.#context.workflowId],
      (path) => (what === 'apiToken' ? path.credentials : path.apiUrl) === 'inherit',
    );
  }

  /**
   * Ends it: the children are stopped, everybody hears the last changes, and the parents how it ended.
   *
   * @param message why it failed
   */
  async end(how: 'completed' | 'cancelled' | 'failed', message?: string): Promise<void> {
    this.#check.stop();
    this.#watch.stop();
    this.parents.stopWatch();
    await Promise.all([this.children.end(how), this.subscribers.flush()]);
    await this.parents.end(how, message);
  }

  /** The workflow was reset: nobody can know what it has forgotten, so that they all begin anew with each other. */
  reset(): void {
    const now = Date.now();
    this.exchange.reset(now);
    this.subscribers.reset(now);
  }

  /** For continue-as-new; nothing for a workflow that is alone. */
  carry(): CarriedHierarchy | undefined {
    if (this.#isAlone) return undefined;
    return {
      version: VERSION,
      exchange: this.exchange.carry(),
      parents: this.parents.carry(),
      children: this.children.carry(),
      ends: this.ends.carry(),
      childrenDueAt: this.#watch.carry(),
      subscribers: this.subscribers.carry(),
      heard: this.#heard.isEmpty ? undefined : this.#heard.carry(),
      parts: this.#parts.carry(),
    };
  }

  /** Of the exchange: something changed, and with it perhaps which items have children. */
  changed(changes: ChangeSet): void {
    this.children.changed(changes);
  }

  /** Of the exchange: there is something to send to somebody. */
  wake(peer: string, as: End): void {
    if (as === 'parent') this.children.get(peer)?.sync();
    else if (as === 'child') this.parents.send(peer);
    else this.#tellStranger(peer);
  }

  /** Of the exchange: a parent has let the workflow go, or is there no more. */
  left(peer: string): void {
    this.parents.left(peer);
  }

  /** Of the exchange: the workflow pauses from now on, or goes on. */
  paused(isPaused: boolean): void {
    if (!isPaused) this.#host.inbox.add('resume');
  }

  /** Of the exchange: whether this run has a change of what workflows send. */
  get has(): Temporal['has'] {
    return this.#context.has;
  }

  /** Of the exchange: what is made of an item for a child that is not given it as it is. */
  make(item: EntityRef): Item {
    return this.children.make(item);
  }

  #joined(child: Child): void {
    this.#check.begin();
    this.#watch.joined(child);
  }

  #tellStranger(workflowId: string): void {
    const { exchange } = this;
    const strangers = (this.#strangers ??= new Map<string, SignalChannel>());
    const channel = getOrAdd(strangers, workflowId, () => {
      const { root } = this.#host;
      const linked = {
        workflowId,
        as: 'stranger',
        item: root,
        entity: root,
        control: answerTo(this.#context, workflowId, this.children.paths),
      } as const;
      const owner = { unreachable: () => exchange.outgoing.forget(workflowId) };
      return new SignalChannel(workflowId, this.#context, new ExchangeOutlet(exchange, linked), owner);
    });
    void channel.send().then(() => channel.isIdle && strangers.delete(workflowId));
  }

  #parentLeft(link: ParentLink, loaded: boolean): void {
    const host = this.#host;
    if (host.ending) return host.supersede();
    // An address and a token that came from that parent are taken from another one now.
    this.#take(this.parents.given, (held, what) => held === link[what]);
    if (loaded) host.inbox.add('refresh');
  }

  /** Takes an address and a token from a parent, unless the workflow has them already or keeps those that it has. */
  #take(access: Access, yields: (held: string | undefined, what: keyof Access) => boolean): void {
    const host = this.#host;
    const { apiUrl: url, apiToken: token } = access;
    if (url && url !== host.apiUrl && yields(host.apiUrl, 'apiUrl')) host.setApiUrl(url);
    if (token && token !== host.apiToken && yields(host.apiToken, 'apiToken')) host.setApiToken(token);
  }

  /** Whether a subscription can match something; if not, it is left out, and that is counted. */
  #canMatch({ selector }: Subscription, i: number): boolean {
    try {
      checkSelector(selector, this.#host.schema, `subscriptions[${i}].selector`);
      return true;
    } catch (error) {
      this.#host.refusals.add('start', error);
      return false;
    }
  }

  get #isAlone(): boolean {
    const { children, exchange, parents, subscribers } = this;
    return (
      // A workflow that its parents let go may be adopted again: then it is to know its numbers and its pauses still.
      children.paths.length === 0 &&
      exchange.isAlone &&
      parents.isEmpty &&
      parents.isIndependent &&
      subscribers.isEmpty &&
      this.#heard.isEmpty
    );
  }

  /** Takes in a change of a workflow that this one is subscribed to. */
  #hear({ updates, unset, deletions, strategy }: Received, from: Envelope): ChangeSet {
    const { root, state, schema } = this.#host;
    const { link, number, deletes = [] } = from;
    if (link !== undefined && number !== undefined && !this.#heard.take(link, number)) return NO_CHANGES;
    const said = { set: updates, unset, deletes: [...refsOf(deletions), ...deletes] };
    const { set, unset: gone, deletes: removed = [] } = known({ word: said }, schema).word;
    const base = { entityName: root.name, changeOrigin: from.from };
    if (updates) return this.exchange.update({ ...base, updates: set, unset: gone, strategy });
    return this.exchange.delete({
      ...base,
      deletions: idsOf(removed.filter(({ name, id }) => !state.isRoot(name, id))),
    });
  }
}
