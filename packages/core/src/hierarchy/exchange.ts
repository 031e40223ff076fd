import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import type { Fields } from '../contract/schema';
import type { ChangeSet, DeletePayload, UpdatePayload } from '../contract/wire';
import { ChangeLog } from '../state/change-log';
import { isEmpty } from '../state/change-set';
import { difference } from '../state/difference';
import type { EntityState } from '../state/entity-state';
import type { IntegrationOptions, SourceContent } from '../state/integrate';
import { equalJson, forEach, own, without } from '../state/json';
import { entries, hasOwn, keys } from '../state/objects';
import { isSame, keyOf } from '../state/refs';
import { fieldsIn } from './fields-in';
import { type Below, Kin } from './kin';
import { type CarriedLink, Link } from './link';
import { Made } from './made';
import { COPIED, WRITTEN } from './outbox';
import { type CarriedPauses, Pauses } from './pauses';
import { type Cause, Spread } from './spread';
import { compose, contributed, entitiesIn, MADE, sourcesOf } from './speech';
import { Claims, takeEntire, takeMissing, takeNews, takeWrites } from './take';
import { findUnreferenced } from './unreferenced';
import type { Join, Message, Start, Tell, Word } from './word';

/** What the workflow around an {@link Exchange} does for it. */
export interface Host {
  /** The lists of the root entity may hold other items: the exchange wants to know its children. */
  listed(): void;
  /** There is something to send to a workflow. */
  wake(peer: string): void;
  /** A parent has let the workflow go, or is there no more. */
  left(peer: string): void;
  /** What is made of an item for a child that is not given it as it is. */
  make(item: EntityRef): Readonly<Record<string, unknown>>;
}

/** An {@link Exchange} as it travels through continue-as-new. */
export interface CarriedExchange {
  readonly count: number;
  readonly above: readonly (readonly [
    peer: string,
    ancestry: readonly Ancestor[],
    isMade: boolean,
    CarriedLink,
  ])[];
  readonly below: readonly (readonly [peer: string, item: EntityRef, isMade: boolean, CarriedLink])[];
  readonly leaving: readonly (readonly [peer: string, CarriedLink])[];
  readonly strangers: readonly (readonly [peer: string, Message])[];
  readonly pauses: CarriedPauses;
}

/** Who a workflow is. */
export interface Self {
  readonly workflowId: string;
  /** Its first run: another workflow of its id is another one. */
  readonly runId: string;
}

/** Everything that is taken in here was checked by whom it comes from. */
const UNLIMITED = { maxDeleteRatio: 1, minDeleteCount: 0 };

/**
 * What one workflow and its parents and children tell each other of entities, so that each has one home. It sends
 * nothing by itself: the host asks for the {@link next} message to somebody, and says what became of it.
 *
 * The protocol is described in `docs/architecture/one-home.md`.
 */
export class Exchange {
  readonly pauses: Pauses;
  readonly #self: Self;
  readonly #host: Host;
  readonly #state: EntityState;
  readonly #kin: Kin;
  readonly #spread: Spread;
  /** Links of children that are let go, until they have been told. */
  readonly #leaving: Link[] = [];
  /** Answers to who is no parent. */
  readonly #strangers = new Map<string, Message>();
  /** What may be referred to no more. */
  #suspects: EntityRef[] = [];
  /** What has left a home, and others that refer to it say that it is not there. */
  #absent: EntityRef[] = [];
  /** What came into the portion of this workflow while a message was taken in. */
  #entered: EntityRef[] = [];
  /** What came of a message that is being taken in. */
  #effects: ChangeSet[] = [];
  #changes = new ChangeLog();
  /** How many links this run and those before it made. */
  #count = 0;

  constructor(self: Self, state: EntityState, host: Host, carried?: CarriedExchange) {
    this.#self = self;
    this.#state = state;
    this.#host = host;
    this.pauses = new Pauses(carried?.pauses);
    this.#count = carried?.count ?? 0;
    this.#kin = new Kin(state);
    this.#spread = new Spread(state, this.#kin);
    for (const [peer, ancestry, isMade, link] of carried?.above ?? [])
      this.#kin.above.set(peer, Link.from({ self: self.workflowId, peer, ancestry, isMade }, link));
    for (const [peer, link] of carried?.leaving ?? [])
      this.#leaving.push(Link.from({ self: self.workflowId, peer, ancestry: [] }, link));
    for (const [peer, message] of carried?.strangers ?? []) this.#strangers.set(peer, message);
    for (const [peer, item, isMade, link] of carried?.below ?? []) this.#carryOn(peer, item, isMade, link);
    for (const below of this.#kin.below.values()) this.#kin.moveBelow(below);
    if (this.#kin.above.size > 0) this.#kin.moveMine();
  }

  /** From the top of the hierarchy to this workflow. */
  get line(): readonly Ancestor[] {
    const { workflowId } = this.#self;
    const { name, id } = this.#state.root;
    return [...this.#kin.ancestry, { workflowId, entityName: name, id }];
  }

  get parents(): IterableIterator<string> {
    return this.#kin.above.keys();
  }

  /** The child of an item, if there is one. */
  childOf(item: EntityRef): Link | undefined {
    return this.#kin.childOf(item)?.link;
  }

  /** Takes in what this workflow was started with by a parent. */
  begin({ from, link: id, ancestry, sources, word, pauses, isMade }: Start): ChangeSet {
    const link = new Link({ self: this.#self.workflowId, peer: from, ancestry, isMade }, 'telling', id);
    link.began();
    this.#kin.above.set(from, link);
    this.pauses.set(pauses, from);
    for (const [source, said] of entries(sources)) this.#integrate(contributed(from, source), said, link);
    // What the parent shows is what it begins with, whatever its sources gave.
    this.#changes.add(takeEntire(this.#state, word, from));
    this.#kin.moveMine();
    this.#host.listed();
    return this.#finish();
  }

  /** Takes in what a source of this workflow gave. */
  load(source: string, content: SourceContent, options: IntegrationOptions): ChangeSet | undefined {
    const result = this.#state.integrate(source, content, options);
    if ('refused' in result) return undefined;
    this.#settle(result.changes, { lane: source, said: result.said });
    return this.#finish();
  }

  /** Takes in what a client wrote. @throws StatefulWorkflowError that leaves the state as it was */
  update(payload: UpdatePayload): ChangeSet {
    this.#settle(this.#state.update(payload), { lane: WRITTEN });
    return this.#finish();
  }

  /** Takes in what a client removed. @throws StatefulWorkflowError that leaves the state as it was */
  delete(payload: DeletePayload): ChangeSet {
    this.#settle(this.#state.delete(payload), { lane: WRITTEN, isRemoval: true });
    return this.#finish();
  }

  /** Pauses or resumes this workflow and those below. @param parent who wants it; nobody for a client */
  pause(isPaused: boolean, parent?: string): void {
    this.pauses.set(isPaused, parent);
    for (const { link } of this.#kin.below.values()) link.pauses = this.pauses.isPaused;
    this.#wake();
  }

  /** An item is listed that a child is to be the home of. */
  open(peer: string, item: EntityRef, isMade = false): Link {
    const link = new Link({ self: this.#self.workflowId, peer, ancestry: this.line, isMade }, 'apart');
    link.pauses = this.pauses.isPaused;
    this.#kin.add({
      link,
      item,
      made: isMade ? new Made(this.#state.store.schema, item) : undefined,
      missing: new Set(),
    });
    this.#lookAnew();
    return link;
  }

  /** An item is listed no more: its child is let go. */
  close(peer: string): void {
    const below = this.#kin.below.get(peer);
    if (!below) return;
    const { link, item } = below;
    const parts = [...this.#kin.partsOf(item)];
    this.#suspects.push(...parts);
    this.#kin.remove(below);
    this.#absent.push(...parts.filter((ref) => !this.#spread.askOthers(ref)));
    link.leave();
    if (link.isDue) this.#leaving.push(link);
    this.#lookAnew();
    this.#wake();
  }

  /** What a child begins with, all that there is to say. */
  start(peer: string): Start {
    const { link, item, made } = this.#child(peer);
    link.started(this.#linkId());
    const word: Record<string, Record<string, Readonly<Record<string, unknown>>>> = {};
    const refs = made ? made.refs() : this.#kin.portionOf(item);
    if (made) made.take(this.#host.make(item));
    for (const ref of made ? made.refs() : refs) {
      const fields = made ? made.get(ref) : this.#state.store.get(ref.name, ref.id);
      if (fields) (word[ref.name] ??= {})[ref.id] = fields;
    }
    return {
      from: this.#self.workflowId,
      link: link.id,
      ancestry: this.line,
      sources: made ? { [MADE]: { set: word as Word['set'] } } : sourcesOf(this.#state, refs),
      word: made ? {} : { set: word as Word['set'] },
      pauses: link.pauses,
      isMade: link.isMade,
    };
  }

  /** The id of a child runs already: this workflow becomes a parent of it. */
  attach(peer: string): void {
    this.#child(peer).link.attach(this.#linkId());
    this.#wake();
  }

  /** Somebody else is there no more. @param runId its first run, should another one have its id now */
  gone(peer: string, runId?: string): void {
    this.#kin.below.get(peer)?.link.gone();
    const parent = this.#kin.above.get(peer);
    if (parent && (runId === undefined || runOf(parent.id) === runId)) this.#leave(peer);
  }

  /** The next message to somebody, if there is one. */
  next(peer: string): Message | undefined {
    const stranger = this.#strangers.get(peer);
    if (stranger) return stranger;
    const leaving = this.#leaving.find((link) => link.peer === peer);
    const below = this.#kin.below.get(peer);
    const link = leaving ?? below?.link ?? this.#kin.above.get(peer);
    return link?.next((waiting, isWhole) => {
      if (!isWhole) return compose(this.#state, below?.made, waiting);
      if (!link.isMade)
        return compose(this.#state, undefined, waiting, this.#kin.portionOf(this.#state.root));
      this.#markOwn(link);
      return compose(this.#state, undefined, waiting);
    });
  }

  /** A message has arrived. */
  accepted(peer: string, message: Message): void {
    if (this.#strangers.get(peer) === message) this.#strangers.delete(peer);
    for (const link of this.#linksTo(peer)) link.accepted(message);
    const left = this.#leaving.findIndex((link) => link.peer === peer && !link.isDue);
    if (left >= 0) this.#leaving.splice(left, 1);
    this.#wake();
  }

  /** A message has perhaps not arrived. */
  refused(peer: string, message: Message): void {
    for (const link of this.#linksTo(peer)) link.refused(message);
    this.#wake();
  }

  /** Takes in a message. @returns what it changed */
  receive(message: Message): ChangeSet {
    const { from, link: id } = message;
    if (message.do === 'join') this.#joined(message);
    else if (message.do === 'leave') {
      if (this.#kin.above.get(from)?.id === id) this.#leave(from);
    } else if (message.do === 'stranger') {
      const link = this.#kin.below.get(from)?.link;
      if (link?.id === id && link.state === 'joined') link.attach(this.#linkId(), 'stranger');
    } else if (message.as === 'child') {
      const below = this.#kin.below.get(from);
      if (below?.link.id === id && below.link.take(message)) this.#takeFromBelow(below, message);
    } else {
      const link = this.#kin.above.get(from);
      if (link?.id !== id)
        this.#strangers.set(from, { do: 'stranger', from: this.#self.workflowId, link: id });
      else if (link.take(message)) this.#takeFromAbove(link, message);
    }
    return this.#finish();
  }

  /** For continue-as-new. */
  carry(): CarriedExchange {
    return {
      count: this.#count,
      above: [...this.#kin.above].map(([peer, link]) => [peer, link.ancestry, link.isMade, link.carry()]),
      below: [...this.#kin.below].map(([peer, { link, item, made }]) => [peer, item, !!made, link.carry()]),
      leaving: this.#leaving.map((link) => [link.peer, link.carry()]),
      strangers: [...this.#strangers],
      pauses: this.pauses.carry(),
    };
  }

  #takeFromBelow({ link, item, made, missing }: Below, tell: Tell): void {
    const { word = {}, whole, sources = {} } = tell;
    if (made) {
      // What the child changed by itself; what is made of that is not said back.
      this.#settle(takeWrites(this.#state, word, link.peer), { from: link, lane: WRITTEN });
      made.take(this.#host.make(item));
      return;
    }
    const isElsewhere = (ref: EntityRef): boolean => !isSame(ref, item) && this.#kin.isElsewhere(ref);
    for (const [source, said] of entries(sources))
      this.#integrate(contributed(link.peer, source), said, link);
    // In a whole there is nothing new about what is another's.
    if (!whole && word.set) {
      const written = takeWrites(this.#state, { set: word.set }, link.peer, isElsewhere);
      this.#settle(written, { from: link, lane: WRITTEN });
    }
    const claims = new Claims();
    claims.add(word);
    const entire = new Set((whole ? claims.refs() : (tell.entire ?? [])).map(keyOf));
    const lacks: string[] = [];
    for (const ref of claims.refs()) {
      const key = keyOf(ref);
      if (claims.of(ref)) missing.delete(key);
      else if (!missing.has(key)) lacks.push(key);
    }
    for (const key of lacks) missing.add(key);
    const kept = new Set(word.deletes?.filter((ref) => this.#spread.askOthers(ref)).map(keyOf));
    const below = this.#child(link.peer);
    const news = {
      entire,
      item,
      isFrom: (ref: EntityRef) => !isElsewhere(ref),
      isPart: (ref: EntityRef) => this.#kin.childrenWith(ref).has(below),
    };
    const deletes = word.deletes?.filter((ref) => !kept.has(keyOf(ref)));
    const changes = takeNews(this.#state, link, { ...news, word: { ...word, deletes } });
    // What is not there, the sources here may give; once, for it may have been removed there.
    for (const key of lacks) entire.add(key);
    this.#settle(changes, { from: link, lane: WRITTEN, isNews: true }, entire);
    this.#suspects.push(...claims.refs());
    if (whole) {
      const absent = this.#kin.portionOf(item).filter((ref) => !entire.has(keyOf(ref)));
      for (const ref of absent) missing.add(keyOf(ref));
      const left = absent.filter((ref) => !this.#spread.askOthers(ref));
      const gone = takeNews(this.#state, link, { ...news, word: { deletes: left } });
      this.#settle(gone, { from: link, lane: WRITTEN, isNews: true }, entire);
    }
    if (!whole && tell.asks !== true) return;
    for (const ref of this.#kin.portionOf(item)) this.#spread.offer(link, ref);
    link.offer();
  }

  #takeFromAbove(link: Link, tell: Tell): void {
    const { sources = {}, word = {}, shows = {}, fills, offers, pauses, asks } = tell;
    const { peer } = link;
    this.#entered = [];
    this.#effects = [];
    const claims = new Claims();
    for (const [source, said] of entries(sources)) {
      this.#integrate(contributed(peer, source), said, link);
      claims.add(said);
    }
    if (offers) this.#keepOffered(peer, claims);
    const removed = word.deletes?.filter(({ name, id }) => !this.#state.isRoot(name, id)) ?? [];
    if (removed.length > 0)
      this.#settle(this.#state.remove(removed, peer), { from: link, lane: WRITTEN, isRemoval: true });
    this.#settle(takeWrites(this.#state, word, peer), { from: link, lane: WRITTEN });
    claims.add(word);
    if (fills) this.#settle(takeMissing(this.#state, fills, peer), { from: link, lane: COPIED });
    claims.add(fills ?? {});
    claims.add(shows);
    this.#suspects.push(...claims.refs());
    if (!link.isMade) this.#tellBack(link, claims, tell.entire ?? []);
    if (asks && asks !== true)
      for (const ref of asks) if (this.#kin.isMine(ref)) link.waiting.markEntire(ref);
    if (pauses !== undefined) this.pause(pauses, peer);
  }

  /** A parent is told what became of what it said, where that is not as it said. */
  #tellBack({ waiting }: Link, claims: Claims, entire: readonly EntityRef[]): void {
    const { store } = this.#state;
    for (const ref of claims.refs()) {
      if (!this.#kin.isMine(ref)) continue;
      const held = store.get(ref.name, ref.id);
      const claimed = claims.of(ref);
      if (!held) {
        if (claimed) waiting.remove(ref);
      } else if (!claimed) waiting.markEntire(ref);
      else
        for (const [field, value] of claimed)
          if (equalJson(own(held, field), value)) waiting.unmark(ref, field);
          else waiting.mark(ref, [field]);
    }
    for (const ref of [...this.#entered, ...entire]) {
      const held = store.get(ref.name, ref.id);
      if (!this.#kin.isMine(ref)) continue;
      if (!held) waiting.remove(ref);
      else if (!claims.isAll(ref, held)) waiting.markEntire(ref);
    }
    // What else came of it: relations that held what was removed.
    for (const changes of this.#effects)
      forEach(changes.upserts, (name, id) => {
        const ref = { name, id };
        const claimed = claims.of(ref);
        const fields = fieldsIn(changes, ref).filter((field) => !claimed?.has(field));
        if (fields.length > 0 && this.#kin.isMine(ref)) waiting.mark(ref, fields);
      });
  }

  /** What the sources of a parent say no more is not known to be said; it stays as it is. */
  #keepOffered(peer: string, claims: Claims): void {
    for (const [source, view] of this.#state.views)
      if (source.startsWith(contributed(peer, '')))
        for (const { name, id } of [...view.refs()]) if (!claims.of({ name, id })) view.forget(name, id);
  }

  #joined({ from, link: id, ancestry, pauses, isMade }: Join): void {
    const known = this.#kin.above.get(from);
    if (known?.id === id) return known.owe();
    if (known && isEarlier(id, known.id)) return;
    this.#kin.above.set(
      from,
      new Link({ self: this.#self.workflowId, peer: from, ancestry, isMade }, 'owing', id),
    );
    this.#kin.moveMine();
    this.pause(pauses, from);
  }

  #leave(peer: string): void {
    this.#kin.above.delete(peer);
    for (const source of [...this.#state.views.keys()])
      if (source.startsWith(contributed(peer, ''))) this.#state.views.delete(source);
    this.pause(false, peer);
    this.#host.left(peer);
  }

  /** Takes in what a source said to another workflow, as far as that is new: it may be said again. */
  #integrate(source: string, word: Word, from: Link): void {
    const view = this.#state.view(source);
    const { store } = this.#state;
    const set: Record<string, Record<string, Fields>> = {};
    const unset: Record<string, Record<string, readonly string[]>> = {};
    const deletes: Record<string, string[]> = {};
    for (const [{ name, id }, fields, gone] of entitiesIn(word)) {
      const before = view.fields(name, id, store.get(name, id));
      const next = without({ ...before, ...fields }, gone);
      const changed = difference(before, next);
      if (!changed) continue;
      (set[name] ??= {})[id] = changed.set;
      if (changed.unset.length > 0) (unset[name] ??= {})[id] = changed.unset;
    }
    for (const { name, id } of word.deletes ?? []) if (view.given(name, id)) (deletes[name] ??= []).push(id);
    const content = { changes: { set, unset, deletes } };
    const result = this.#state.integrate(source, content, { now: Date.now(), ...UNLIMITED });
    if ('changes' in result) this.#settle(result.changes, { from, lane: source, said: result.said });
  }

  /** Has those hear of a change whom it concerns. @param entire what a home has told of with all fields */
  #settle(changes: ChangeSet, cause: Cause, entire: ReadonlySet<string> = NOTHING): void {
    const { from, said = [], isNews } = cause;
    if (isEmpty(changes) && said.length === 0 && entire.size === 0) return;
    this.#changes.add(changes);
    const named = [...said.map(([ref]) => ref), ...changes.deletes];
    const before = new Map(named.map((ref) => [keyOf(ref), this.#kin.childrenWith(ref)] as const));
    const wasMine = changes.deletes.filter((ref) => this.#kin.isMine(ref));
    const touched = new Set<Below>();
    const moved = new Set<Below>();
    let isMoved = changes.deletes.length > 0;
    let isListed = false;
    for (const ref of changes.deletes) for (const below of this.#kin.childrenWith(ref)) moved.add(below);
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      const children = this.#kin.childrenWith(ref);
      for (const below of children) touched.add(below);
      if (!this.#kin.isMovedBy(changes, ref)) return;
      isMoved = true;
      isListed ||= isSame(ref, this.#state.root);
      for (const below of children) moved.add(below);
    });
    if (isListed) this.#host.listed();
    const added = this.#move(moved);
    for (const below of new Set([...touched, ...moved]))
      if (below.made && below.link !== from) this.#makeAnew(below, below.made);
    if (isNews) this.#answer(from, added, entire);
    else {
      this.#spread.down(changes, cause, before);
      for (const [{ link, made }, refs] of added)
        if (!made && link !== from) for (const ref of refs) this.#spread.give(link, ref);
    }
    if (this.#kin.above.size > 0) this.#tellAbove(changes, cause, wasMine, isMoved);
  }

  /** Answers news: what came into a portion is asked for, and what the sources here say of it is said. */
  #answer(
    from: Link | undefined,
    added: ReadonlyMap<Below, readonly EntityRef[]>,
    entire: ReadonlySet<string>,
  ): void {
    for (const [{ link }, refs] of added)
      for (const ref of refs) {
        if (entire.has(keyOf(ref))) continue;
        if (link.state === 'joined') link.ask(ref);
        this.#spread.offer(link, ref);
      }
    const below = from && this.#kin.below.get(from.peer);
    if (!below || entire.size === 0) return;
    for (const ref of this.#kin.partsOf(below.item))
      if (entire.has(keyOf(ref))) this.#spread.offer(below.link, ref);
  }

  #tellAbove(changes: ChangeSet, cause: Cause, wasMine: readonly EntityRef[], isMoved: boolean): void {
    const { added, removed } = isMoved ? this.#kin.moveMine() : NOTHING_MOVED;
    this.#suspects.push(...removed);
    for (const link of this.#kin.above.values()) {
      for (const ref of removed) link.waiting.drop(ref);
      if (link !== cause.from) this.#spread.up(link, changes, cause, wasMine, added);
      else {
        this.#entered.push(...added);
        this.#effects.push(changes);
      }
    }
  }

  /** Looks anew at what is part of some items. @returns what came to be, by the child */
  #move(moved: Iterable<Below>): Map<Below, readonly EntityRef[]> {
    const result = new Map<Below, readonly EntityRef[]>();
    for (const below of moved) {
      if (this.#kin.below.get(below.link.peer) !== below) continue;
      const { added, removed } = this.#kin.moveBelow(below);
      result.set(below, added);
      this.#suspects.push(...removed);
      for (const ref of removed) {
        below.link.waiting.drop(ref);
        below.missing.delete(keyOf(ref));
        if (!this.#spread.askOthers(ref)) this.#absent.push(ref);
      }
    }
    return result;
  }

  /** Which entities have a workflow of their own is another question now. */
  #lookAnew(): void {
    for (const [{ link }, added] of this.#move(this.#kin.below.values()))
      for (const ref of added) {
        this.#spread.give(link, ref);
      }
  }

  /** Has what is made of an item said, as far as it is new. */
  #makeAnew({ link, item }: Below, made: Made): void {
    if (!this.#state.store.get(item.name, item.id)) return;
    const changes = made.take(this.#host.make(item));
    forEach(changes.upserts, (name, id) =>
      link.waiting.mark({ name, id }, fieldsIn(changes, { name, id }), MADE),
    );
    for (const ref of changes.deletes) link.waiting.mark(ref, [], MADE);
  }

  /** What this workflow wrote by itself, and not the parent that makes its root. */
  #markOwn({ peer, waiting }: Link): void {
    const { store, views, root } = this.#state;
    for (const ref of this.#kin.portionOf(root)) {
      const given = views.get(contributed(peer, MADE))?.given(ref.name, ref.id);
      const stands = (field: string): boolean =>
        !!given?.shape.includes(field) && !hasOwn(given.base ?? {}, field);
      waiting.mark(
        ref,
        keys(store.get(ref.name, ref.id) ?? {}).filter((field) => !stands(field)),
      );
    }
  }

  #finish(): ChangeSet {
    const suspects = this.#suspects.splice(0);
    const gone = suspects.length > 0 ? findUnreferenced(this.#state, suspects) : [];
    for (const ref of this.#absent.splice(0)) {
      const homes = [...this.#kin.childrenWith(ref)];
      if (homes.length > 0 && homes.every(({ missing }) => missing.has(keyOf(ref)))) gone.push(ref);
    }
    if (gone.length > 0) {
      const draft = this.#state.store.draft();
      for (const { name, id } of gone) {
        draft.put(name, id, undefined);
        for (const view of this.#state.views.values()) view.forget(name, id);
      }
      this.#changes.add(this.#state.commit(draft));
    }
    this.#wake();
    return this.#changes.take();
  }

  #wake(): void {
    for (const peer of this.#strangers.keys()) this.#host.wake(peer);
    for (const link of [...this.#leaving, ...this.#kin.above.values()])
      if (link.isDue) this.#host.wake(link.peer);
    for (const { link } of this.#kin.below.values()) if (link.isDue) this.#host.wake(link.peer);
  }

  #carryOn(peer: string, item: EntityRef, isMade: boolean, carried: CarriedLink): void {
    const options = { self: this.#self.workflowId, peer, ancestry: this.line, isMade };
    const made = isMade ? new Made(this.#state.store.schema, item) : undefined;
    made?.take(this.#host.make(item));
    const link = Link.from(options, carried);
    link.pauses = this.pauses.isPaused;
    this.#kin.add({ link, item, made, missing: new Set() });
  }

  *#linksTo(peer: string): IterableIterator<Link> {
    for (const link of this.#leaving) if (link.peer === peer) yield link;
    for (const link of [this.#kin.below.get(peer)?.link, this.#kin.above.get(peer)]) if (link) yield link;
  }

  #child(peer: string): Below {
    const below = this.#kin.below.get(peer);
    if (!below) throw new Error(`${peer} is no child`);
    return below;
  }

  #linkId(): string {
    return `${this.#self.runId}#${++this.#count}`;
  }
}

const NOTHING: ReadonlySet<string> = new Set();
const NOTHING_MOVED = { added: [], removed: [] };

/** The first run of the workflow that made a link. */
const runOf = (id: string): string => id.slice(0, id.lastIndexOf('#'));

/** Whether a link was made before another one, by the same run. */
const isEarlier = (id: string, than: string): boolean =>
  runOf(id) === runOf(than) &&
  Number(id.slice(id.lastIndexOf('#') + 1)) < Number(than.slice(than.lastIndexOf('#') + 1));
