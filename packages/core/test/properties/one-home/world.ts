import type { EntityRef } from '../../../src/contract/adapter';
import type { Entities, Fields } from '../../../src/contract/schema';
import type { ChangeSet } from '../../../src/contract/wire';
import type { CarriedExchange } from '../../../src/hierarchy/carried-exchange';
import { Exchange } from '../../../src/hierarchy/exchange';
import type { ExchangeHost } from '../../../src/hierarchy/host';
import { isOfRun } from '../../../src/hierarchy/link-id';
import { idsOf } from '../../../src/hierarchy/managed-path';
import type { Outgoing } from '../../../src/hierarchy/outgoing';
import type { Message, Start } from '../../../src/hierarchy/word';
import { EntityState } from '../../../src/state/entity-state';
import { Channel, type Listener, listeners } from './listener';
import { schema } from './schema';

/** A hierarchy to try. */
export interface Shape {
  readonly name: string;
  /** The shops: each has a workflow that a client started. */
  readonly shops: readonly string[];
  /** Whether subs have workflows; else they are parts of items. */
  readonly hasSubs: boolean;
  /** Whether the shop's source gives the subs of its items. */
  readonly shopGivesSubs: boolean;
  /** Whether items load their subs themselves. */
  readonly itemsLoad: boolean;
  /** Whether items are made from what the shop has. */
  readonly isMade?: boolean;
  /** Whether items lead back to the shop. */
  readonly isCircular?: boolean;
  /** Whether the first shop may have subscribers. */
  readonly isHeard?: boolean;
  /** The shops that load for their items: these do not while no other shop has them. */
  readonly load?: readonly string[];
}

/** What a schedule is run in. */
export interface Setting {
  readonly shape: Shape;
  /** Whether everything has begun and is at rest before the first step. */
  readonly isBegun: boolean;
  /** Whether the first shop has subscribers. */
  readonly isHeard: boolean;
  /** Whether workflows may be reset, and so have to remember what they were. */
  readonly mayReset: boolean;
  /** What decides about entities. @default an exchange */
  readonly protocol?: ProtocolClass;
}

export const SHAPES: readonly [Shape, ...Shape[]] = [
  {
    name: 'subs that move between items',
    shops: ['r'],
    hasSubs: true,
    shopGivesSubs: false,
    itemsLoad: true,
    isHeard: true,
  },
  {
    name: 'subs without workflows',
    shops: ['r'],
    hasSubs: false,
    shopGivesSubs: true,
    itemsLoad: true,
    isHeard: true,
  },
  { name: 'two shops', shops: ['r', 'q'], hasSubs: false, shopGivesSubs: true, itemsLoad: true },
  { name: 'a chain', shops: ['r'], hasSubs: true, shopGivesSubs: true, itemsLoad: false },
  {
    name: 'items that are made',
    shops: ['r'],
    hasSubs: false,
    shopGivesSubs: false,
    itemsLoad: false,
    isMade: true,
  },
  { name: 'a circle', shops: ['r'], hasSubs: false, shopGivesSubs: false, itemsLoad: true, isCircular: true },
  {
    name: 'two shops, of which one loads for its items',
    shops: ['r', 'q'],
    hasSubs: false,
    shopGivesSubs: true,
    itemsLoad: true,
    load: ['r'],
    isHeard: true,
  },
  { name: 'two chains', shops: ['r', 'q'], hasSubs: true, shopGivesSubs: true, itemsLoad: false },
  {
    name: 'two shops of a circle',
    shops: ['r', 'q'],
    hasSubs: false,
    shopGivesSubs: false,
    itemsLoad: true,
    isCircular: true,
  },
];

export const ITEMS = ['a', 'b'];
export const SUBS = ['s', 't'];

/** What the source of one workflow gives: its list, and a value for each thing in it. */
interface Upstream {
  list: string[];
  readonly values: Map<string, number>;
  readonly lists: Map<string, string[]>;
}

/** A message, until its sender has heard that it arrived. */
interface UnderWay {
  readonly from: Member;
  readonly to: string;
  readonly message: Message;
  hasArrived: boolean;
}

const OPTIONS = { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 };

/** What a workflow was at a moment, to which it may be reset. */
interface Moment {
  readonly begin: () => { readonly state: EntityState; readonly carried: CarriedExchange };
  readonly toBegin: readonly string[];
  readonly toJoin: readonly string[];
  readonly pausedByClient: boolean;
  /** What it was told since: it is told again. */
  readonly told: Message[];
}

/** What decides about entities in a workflow: an exchange, or something to compare it with. */
export type Protocol = Pick<
  Exchange,
  | 'pauses'
  | 'parents'
  | 'childOf'
  | 'begin'
  | 'load'
  | 'update'
  | 'delete'
  | 'pause'
  | 'open'
  | 'close'
  | 'start'
  | 'attach'
  | 'gone'
  | 'receive'
  | 'begun'
  | 'remember'
  | 'carry'
> &
  Partial<Pick<Exchange, 'reset' | 'loaded' | 'linkTo'>> & {
    readonly outgoing: Pick<Outgoing, 'next' | 'accepted' | 'refused'>;
  };
export type ProtocolClass = new (...args: ConstructorParameters<typeof Exchange>) => Protocol;

/** One workflow. */
export class Member {
  readonly state: EntityState;
  readonly exchange: Protocol;
  /** Children that are to be started or joined. */
  readonly toBegin = new Set<string>();
  /** Of these the ones whose ids are known to run. */
  readonly toJoin = new Set<string>();
  /** Starts that are under way: what the child begins with; then whether it did, until this workflow hears so. */
  readonly starts = new Map<string, Start | boolean>();
  readonly inbox: Message[] = [];
  /** To who is subscribed. */
  channel?: Channel;
  /** To whom there may be something to send. */
  readonly due = new Set<string>();
  pausedByClient = false;
  /** To what it may be reset: the beginning of its run, or a moment since. */
  moment?: Moment;
  /** Whether its parents loaded for it when it heard of them last. */
  wasLoadedFor: boolean;

  constructor(
    readonly world: World,
    readonly id: string,
    readonly runId: string,
    readonly root: EntityRef,
    begin: { start?: Start; state?: EntityState; carried?: CarriedExchange },
    /** Whether a client started it: then it lives on without a parent. */
    readonly isIndependent = root.name === 'Shop',
  ) {
    this.state = begin.state ?? new EntityState(root, schema);
    const host: ExchangeHost = {
      changed: () => this.#listed(),
      wake: (peer) => void this.due.add(peer),
      left: () => {},
      paused: () => {},
      has: () => true,
      make: ({ name, id }: EntityRef) => this.world.make(this.state.store.get(name, id) ?? {}, id),
    };
    this.exchange = new world.Protocol({ workflowId: id, runId }, this.state, host, begin.carried);
    if (begin.start) this.took(this.exchange.begin(begin.start));
    this.wasLoadedFor = this.isLoadedFor;
  }

  /** Something changed, of which subscribers hear. */
  took(changes: ChangeSet, via: readonly string[] = []): void {
    this.channel?.changed(changes, via);
  }

  /** Whether its parents load for it. */
  get isLoadedFor(): boolean {
    const { load = [] } = this.world.shape;
    const parents = [...this.exchange.parents];
    return parents.length > 0 && parents.every((id) => load.includes(id.slice('Shop-'.length)));
  }

  /** Whether its last parent let it go. */
  get isDone(): boolean {
    return !this.isIndependent && [...this.exchange.parents].length === 0;
  }

  get path(): { readonly field: string; readonly target: string } | undefined {
    if (this.root.name === 'Shop') return { field: 'items', target: 'Item' };
    return this.root.name === 'Item' && this.world.shape.hasSubs
      ? { field: 'subs', target: 'Sub' }
      : undefined;
  }

  get items(): EntityRef[] {
    const { path } = this;
    if (!path) return [];
    const ids = idsOf(this.state.store.get(this.root.name, this.root.id)?.[path.field]);
    return ids.map((id) => ({ name: path.target, id }));
  }

  #listed(): void {
    const exchange = this.exchange as Protocol | undefined;
    if (!exchange || !this.path) return;
    const wanted = new Set(this.items.map((item) => idOf(item)));
    for (const id of ['a', 'b', 's', 't']) {
      const item = { name: this.path.target, id };
      if (exchange.childOf(item) && !wanted.has(idOf(item))) {
        exchange.close(idOf(item));
        this.toBegin.delete(idOf(item));
        this.toJoin.delete(idOf(item));
      }
    }
    for (const item of this.items) {
      if (exchange.childOf(item)) continue;
      exchange.open(idOf(item), item, this.world.shape.isMade);
      // One whose start is under way is looked at when that is known.
      if (!this.starts.has(idOf(item))) this.toBegin.add(idOf(item));
    }
  }
}

/** What a workflow has to send to another, whatever the two are to each other. */
const nextTo = ({ exchange }: Member, to: string): Message | undefined =>
  exchange.outgoing.next(to, 'stranger') ??
  exchange.outgoing.next(to, 'parent') ??
  exchange.outgoing.next(to, 'child');

export const idOf = ({ name, id }: EntityRef): string => `${name}-${id}`;

/** Workflows, and what is under way between them. */
export class World {
  readonly members = new Map<string, Member>();
  /** One message of a pair is under way at a time: until its sender has heard that it arrived. */
  readonly underWay = new Map<string, UnderWay>();
  /** What has arrived once, to arrive again. */
  readonly arrived: (readonly [to: string, Message])[] = [];
  /** Who has yet to hear that somebody is gone. */
  readonly gone: (readonly [to: string, peer: string, runId: string])[] = [];
  readonly upstreams = new Map<string, Upstream>();
  /** Those who are subscribed to the first shop, and to each other. */
  listeners: Listener[] = [];
  /** Homes that came to an end: with them went who had said what. */
  readonly ended = new Set<string>();
  /** The same, by run: a workflow that has forgotten of them hears of them again. */
  readonly #endedRuns: (readonly [id: string, runId: string])[] = [];
  /** The items from which subs have hung: what one home says is heard by the next. */
  readonly hungFrom = new Map<string, Set<string>>();
  /** Who wrote fields, in all of a schedule. */
  readonly origins = new Map<string, Set<string>>();
  /** Workflows that were reset, of which their children hear when they look. */
  readonly #wereReset = new Set<string>();
  #runs = 0;
  #resets = 0;

  readonly shape: Shape;
  readonly Protocol: ProtocolClass;
  readonly #setting: Setting;

  constructor(setting: Setting) {
    const { shape, protocol = Exchange } = setting;
    this.#setting = setting;
    this.shape = shape;
    this.Protocol = protocol;
    for (const id of shape.shops) this.upstreams.set(`Shop-${id}`, upstream(['a'], [['a', ['s']]]));
    for (const id of ITEMS) this.upstreams.set(`Item-${id}`, upstream(id === 'a' ? ['s'] : []));
    for (const id of SUBS) this.upstreams.set(`Sub-${id}`, upstream());
    for (const id of shape.shops) this.startShop(id);
  }

  startShop(id: string): void {
    const root = { name: 'Shop', id };
    const shop = new Member(this, idOf(root), this.#run(), root, {});
    this.#begun(shop);
    if (!this.#setting.isHeard || id !== this.shape.shops[0]) return;
    this.listeners = listeners();
    shop.channel = new Channel(shop.id, this.listeners[0] as Listener, shop.state.store);
  }

  /** What those who are subscribed are told by. */
  get channels(): Channel[] {
    const channels = this.listeners.flatMap((listener) => listener.channels);
    const first = this.members.get(`Shop-${this.shape.shops[0]}`)?.channel;
    return first ? [first, ...channels] : channels;
  }

  make(fields: Fields, id: string): Fields {
    return { id, label: `<${JSON.stringify(fields['title'])}>` };
  }

  /** What a workflow's source gives now. */
  contentOf(member: Member): Entities | undefined {
    if (member.isLoadedFor) return undefined;
    const { root } = member;
    const { list, values, lists } = this.upstreams.get(idOf(root)) as Upstream;
    const { shopGivesSubs, itemsLoad, isCircular, isMade } = this.shape;
    const by = `${root.name}-${root.id}`;
    const valueOf = (id: string): string => `${by}:${values.get(id) ?? 0}`;
    if (root.name === 'Shop') {
      const items: Record<string, Fields> = {};
      const subs: Record<string, Fields> = {};
      for (const id of list) {
        items[id] = { title: valueOf(id) };
        if (!shopGivesSubs) continue;
        items[id] = { title: valueOf(id), subs: lists.get(id) ?? [] };
        for (const sub of lists.get(id) ?? []) subs[sub] = { title: valueOf(sub) };
      }
      return { Shop: { [root.id]: { items: list } }, Item: items, Sub: subs };
    }
    if (root.name === 'Item') {
      if (!itemsLoad || isMade) return undefined;
      const subs = Object.fromEntries(
        list.map((id) => [id, { [shopGivesSubs ? 'size' : 'title']: valueOf(id) }]),
      );
      const own: Fields = { [shopGivesSubs ? 'more' : 'subs']: list };
      const back: Fields = isCircular ? { shop: 'r' } : {};
      const shop: Record<string, Fields> = isCircular ? { r: { mood: valueOf('mood') } } : {};
      return { Item: { [root.id]: { ...own, ...back } }, Sub: shopGivesSubs ? {} : subs, Shop: shop };
    }
    return { Sub: { [root.id]: { status: valueOf(root.id) } } };
  }

  refresh(member: Member): void {
    const entities = this.contentOf(member);
    if (!entities) return member.exchange.loaded?.();
    for (const [name, some] of Object.entries(entities))
      for (const [id, fields] of Object.entries(some))
        for (const [field, value] of Object.entries(fields)) {
          this.wrote({ name, id }, field, `${member.id}`);
          if (name === 'Item') this.hangs(id, idsOf(value));
        }
    const result = member.exchange.load('src', { entities, complete: true }, OPTIONS);
    if ('changes' in result) member.took(result.changes);
    member.exchange.loaded?.();
  }

  /** Every workflow loads. */
  refreshAll(): void {
    for (const member of this.members.values()) this.refresh(member);
  }

  wrote({ name, id }: EntityRef, field: string, origin: string): void {
    const key = `${name}:${id}:${field}`;
    const origins = this.origins.get(key) ?? new Set();
    this.origins.set(key, origins.add(origin));
  }

  /** Subs hang from an item. */
  hangs(item: string, subs: readonly string[]): void {
    for (const sub of subs) this.hungFrom.set(sub, (this.hungFrom.get(sub) ?? new Set()).add(item));
  }

  /** A message to somebody begins its way. */
  send(from: Member, to: string): boolean {
    const way = `${from.id}>${to}`;
    // Nothing is sent to a child whose start is under way.
    if (this.underWay.has(way) || from.starts.has(to)) return false;
    const message = nextTo(from, to);
    from.due.delete(to);
    if (!message) return false;
    this.underWay.set(way, { from, to, message, hasArrived: false });
    return true;
  }

  /** It arrives, and its sender hears so later than the answer may come; or is told that nobody is there. */
  arrive(way: string): boolean {
    const flight = this.underWay.get(way);
    if (!flight) return false;
    const { from, to, message } = flight;
    const receiver = this.members.get(to);
    if (receiver && !flight.hasArrived) {
      flight.hasArrived = true;
      receiver.inbox.push(message);
      this.arrived.push([to, message]);
      return true;
    }
    this.underWay.delete(way);
    if (flight.hasArrived) from.exchange.outgoing.accepted(to, message);
    else {
      if (message.do === 'leave' || message.do === 'stranger') from.exchange.outgoing.accepted(to, message);
      else {
        from.exchange.outgoing.refused(to, message);
        this.#tellGone(from, to);
      }
    }
    return true;
  }

  process(member: Member): boolean {
    const message = member.inbox.shift();
    if (!message) return false;
    member.moment?.told.push(message);
    member.took(member.exchange.receive(message), [message.from]);
    // Who is asked loads, for an answer.
    if (message.do === 'ask') this.refresh(member);
    this.#endIfDone(member);
    return true;
  }

  /** The next step on the way of a child that is to begin: to a start, to what comes of it, or to a word about that. */
  begin(member: Member): boolean {
    const [pending] = member.starts;
    if (pending) {
      const [id, start] = pending;
      if (typeof start === 'boolean') this.#hearStart(member, id, start);
      else member.starts.set(id, this.#start(id, start));
      return true;
    }
    const [id] = member.toBegin;
    if (!id) return false;
    member.toBegin.delete(id);
    if (member.toJoin.delete(id)) member.exchange.attach(id);
    else member.starts.set(id, member.exchange.start(id));
    return true;
  }

  /** A client starts a workflow of an id that none has, or whose workflow has ended. */
  startByClient(id: string): boolean {
    if (this.members.has(id)) return false;
    const [name = '', key = ''] = id.split('-');
    const member = new Member(this, id, this.#run(), { name, id: key }, {}, true);
    this.#begun(member);
    this.refresh(member);
    return true;
  }

  /** @returns whether the child began: its id may run already */
  #start(id: string, start: Start): boolean {
    if (this.members.has(id)) return false;
    const [name = '', key = ''] = id.split('-');
    const child = new Member(this, id, this.#run(), { name, id: key }, { start });
    this.#begun(child);
    this.refresh(child);
    return true;
  }

  #hearStart(member: Member, id: string, isBegun: boolean): void {
    const [name = '', key = ''] = id.split('-');
    member.starts.delete(id);
    if (isBegun) member.exchange.begun(id);
    else member.exchange.gone(id, 'parent');
    // It runs already; or it was let go meanwhile, and is wanted again by another link.
    if (member.exchange.childOf({ name, id: key })?.state !== 'apart') return;
    member.toBegin.add(id);
    member.toJoin.add(id);
  }

  /** Continues as new: what is under way has arrived, or has not. */
  cut(member: Member, arrives: boolean): void {
    // A workflow continues as new only when it has heard what it waits for.
    while (member.starts.size > 0) this.begin(member);
    this.#leaveBehind(member, arrives);
    const next = this.#next(member, momentOf(member));
    next.inbox.push(...member.inbox);
    next.channel = member.channel?.cut(next.state.store);
  }

  /** Notes what a workflow is, so that it may be reset to that. */
  note(member: Member): boolean {
    // A start that is under way is one of this run.
    if (member.starts.size > 0 || !member.exchange.reset) return false;
    member.moment = momentOf(member);
    return true;
  }

  /** A run begins. */
  #begun(member: Member): void {
    this.members.set(member.id, member);
    if (this.#setting.mayReset) this.note(member);
  }

  /** Resets a workflow: it is what it was, and what came since comes again. */
  reset(member: Member, arrives: boolean): boolean {
    const { moment } = member;
    // What a publisher has forgotten its subscribers keep.
    if (!moment || member.channel) return false;
    while (member.starts.size > 0) this.begin(member);
    this.#leaveBehind(member, arrives);
    const next = this.#next(member, moment);
    // It notes that it was reset once it has taken in again what it was told since.
    next.moment?.told.push(...moment.told);
    for (const message of moment.told) next.took(next.exchange.receive(message), [message.from]);
    next.inbox.push(...member.inbox);
    next.exchange.reset?.(1_000 * ++this.#resets);
    this.#wereReset.add(next.id);
    for (const [id, runId] of this.#endedRuns) this.gone.push([member.id, id, runId]);
    this.refresh(next);
    return true;
  }

  /** The run after a workflow's run. */
  #next({ id, runId, root, isIndependent }: Member, moment: Moment): Member {
    const next = new Member(this, id, runId, root, moment.begin(), isIndependent);
    for (const item of next.items) if (next.exchange.childOf(item)) next.exchange.remember(idOf(item));
    for (const name of this.names()) next.due.add(name);
    for (const child of moment.toBegin) next.toBegin.add(child);
    for (const child of moment.toJoin) next.toJoin.add(child);
    next.pausedByClient = moment.pausedByClient;
    this.#begun(next);
    return next;
  }

  /** Somebody ends it, without a word. */
  terminate(member: Member): void {
    this.members.delete(member.id);
    this.ended.add(member.id);
    this.#endedRuns.push([member.id, member.runId]);
    this.#leaveBehind(member, true);
    for (const other of this.members.values()) this.gone.push([other.id, member.id, member.runId]);
  }

  hearGone(index: number): boolean {
    if (this.gone.length === 0) return false;
    const [news = ['', '', ''] as const] = this.gone.splice(index % this.gone.length, 1);
    const [to, peer, runId] = news;
    const member = this.members.get(to);
    const isOfIt = ({ from, link }: Message): boolean => from === peer && isOfRun(link, runId);
    // How one ends is heard after how it began, and after what it said: a look is at those who are parents by then.
    if (member?.starts.has(peer) || member?.inbox.some(isOfIt)) {
      this.gone.push(news);
      return false;
    }
    if (member) this.#tellGone(member, peer, runId);
    return true;
  }

  /** Children look at their parents: whether these are there, and those of one that was reset ask it whether they are its. */
  #look(): boolean {
    let hasSeen = false;
    for (const member of [...this.members.values()])
      for (const id of [...member.exchange.parents]) {
        const parent = this.members.get(id);
        const link = member.exchange.linkTo?.(id);
        hasSeen ||= !parent || this.#wereReset.has(id);
        if (!parent) this.#tellGone(member, id);
        else if (link !== undefined && this.#wereReset.has(id))
          parent.inbox.push({ do: 'ask', from: member.id, link });
      }
    this.#wereReset.clear();
    return hasSeen;
  }

  /** Everything that is under way arrives, and what comes of it, in a fixed order. */
  settle(): void {
    for (let round = 0; round < 200; round++) {
      let moved = false;
      while (this.hearGone(0)) moved = true;
      for (const id of this.shape.shops) {
        if (this.members.has(`Shop-${id}`)) continue;
        this.startShop(id);
        this.refresh(this.members.get(`Shop-${id}`) as Member);
        moved = true;
      }
      for (const member of [...this.members.values()]) {
        if (this.begin(member)) moved = true;
        for (const to of [...member.due]) if (this.send(member, to)) moved = true;
      }
      for (const [way, { hasArrived }] of [...this.underWay]) {
        moved = true;
        // Every other answer comes before its sender has heard that the question arrived.
        if (!hasArrived || round % 2 === 0) this.arrive(way);
      }
      for (const member of [...this.members.values()]) while (this.process(member)) moved = true;
      for (const channel of this.channels)
        if (channel.isDue) {
          channel.step();
          moved = true;
        }
      for (const listener of this.listeners) while (listener.process()) moved = true;
      if (!moved && !this.#look()) return;
    }
    throw new Error('They never stop telling each other.');
  }

  names(): string[] {
    const { shops } = this.shape;
    return [
      ...shops.map((id) => `Shop-${id}`),
      ...ITEMS.map((id) => `Item-${id}`),
      ...SUBS.map((id) => `Sub-${id}`),
    ];
  }

  #tellGone(member: Member, peer: string, runId?: string): void {
    const [name = '', id = ''] = peer.split('-');
    const link = member.exchange.childOf({ name, id });
    // It is not heard of while a start of it is under way, for which there was none of its id.
    if (member.starts.has(peer)) return;
    member.took(member.exchange.gone(peer, 'child', runId));
    if (link && link.state !== 'apart') {
      member.exchange.gone(peer, 'parent', runId);
      member.toBegin.add(peer);
    }
    this.#endIfDone(member);
  }

  #endIfDone(member: Member): void {
    // What has arrived is taken before a workflow closes: it may be another parent.
    for (let next = member.isDone && member.inbox.shift(); next; next = member.isDone && member.inbox.shift())
      member.took(member.exchange.receive(next), [next.from]);
    if (member.wasLoadedFor && !member.isLoadedFor && !member.isDone) this.refresh(member);
    member.wasLoadedFor = member.isLoadedFor;
    if (!member.isDone || this.members.get(member.id) !== member) return;
    for (const item of member.items) member.exchange.close(idOf(item));
    for (const to of member.due)
      for (let message = nextTo(member, to); message; message = nextTo(member, to)) {
        this.members.get(to)?.inbox.push(message);
        member.exchange.outgoing.accepted(to, message);
      }
    this.members.delete(member.id);
    this.ended.add(member.id);
    this.#endedRuns.push([member.id, member.runId]);
    this.#leaveBehind(member, true);
  }

  /** What a run has under way when it ends: it arrives, or does not. */
  #leaveBehind(member: Member, arrives: boolean): void {
    for (const [way, { from, to, message, hasArrived }] of [...this.underWay]) {
      if (from !== member) continue;
      this.underWay.delete(way);
      if (arrives && !hasArrived) this.members.get(to)?.inbox.push(message);
    }
  }

  #run(): string {
    return `run${++this.#runs}`;
  }
}

function momentOf(member: Member): Moment {
  const carried = member.exchange.carry();
  // Fields are never changed in place, so a moment to which nobody returns costs no copy of them.
  const entities = Object.entries(member.state.store.entities).map(
    ([name, some]) => [name, { ...some }] as const,
  );
  const views = member.state.carryViews();
  const { root, toBegin, toJoin, pausedByClient } = member;
  return {
    begin: () => ({
      state: new EntityState(root, schema, travelled(Object.fromEntries(entities)), travelled(views)),
      carried: travelled(carried),
    }),
    toBegin: [...toBegin],
    toJoin: [...toJoin],
    pausedByClient,
    told: [],
  };
}

/** As it is at the other end of a continue-as-new. */
const travelled = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

const upstream = (list: string[] = [], lists: [string, string[]][] = []): Upstream => ({
  list,
  values: new Map(),
  lists: new Map(lists),
});
