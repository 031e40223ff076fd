import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ListEdits } from '../contract/hierarchy';
import type { ChangeSet, DeletePayload, UpdatePayload } from '../contract/wire';
import type { EntityState } from '../state/entity-state';
import type { Integration, IntegrationOptions, SourceContent } from '../state/integrate';
import { isEmpty, NO_CHANGES } from '../state/change-set';
import { Askers } from './askers';
import { type CarriedExchange, carriedLinks, restoreLinks } from './carried-exchange';
import { takeFromAbove, takeStart } from './from-above';
import { takeFromBelow } from './from-below';
import type { End, ExchangeHost, Self } from './host';
import { type Below, type Kin } from './kin';
import { Line } from './line';
import { Link } from './link';
import { isEarlier, isOfRun, linkId } from './link-id';
import type { CarriedLink } from './link-options';
import { Made } from './made';
import { WRITTEN } from './outbox';
import { Outgoing } from './outgoing';
import { Pauses } from './pauses';
import { Settlement } from './settlement';
import { sourcesFrom, startOf } from './speech';
import type { Join, Message, Start, Tell } from './word';

/**
 * What one workflow and its parents and children tell each other of entities, so that each has one home. It sends
 * nothing by itself: the host asks {@link Exchange.outgoing} for the next message to somebody, and says what became of it.
 *
 * The protocol is described in `docs/architecture/one-home.md`.
 */
export class Exchange {
  readonly pauses: Pauses;
  /** What is to be sent. */
  readonly outgoing: Outgoing;
  readonly #self: Self;
  readonly #host: ExchangeHost;
  readonly #state: EntityState;
  readonly #kin: Kin;
  readonly #settlement: Settlement;
  /** How many links this run and those before it made. */
  #count = 0;
  readonly #line: Line;
  readonly askers: Askers;

  constructor(self: Self, state: EntityState, host: ExchangeHost, carried?: CarriedExchange) {
    this.#self = self;
    this.#state = state;
    this.#host = host;
    this.pauses = new Pauses(carried?.pauses);
    this.#count = carried?.count ?? 0;
    this.askers = new Askers(carried?.unheard);
    this.#settlement = new Settlement(state, host);
    this.#kin = this.#settlement.kin;
    const { name: entityName, id } = state.root;
    this.#line = new Line({ workflowId: self.workflowId, entityName, id }, this.#kin);
    this.outgoing = new Outgoing(state, this.#kin, host);
    if (carried) restoreLinks(carried, self.workflowId, this.#kin, this.outgoing);
    for (const [peer, item, isMade, link] of carried?.below ?? []) this.#carryOn(peer, item, isMade, link);
    for (const below of this.#kin.below.values()) this.#kin.moveBelow(below);
    if (this.#kin.above.size > 0) this.#kin.moveMine();
  }

  /** From the top of the hierarchy to this workflow. */
  get line(): readonly Ancestor[] {
    return this.#line.all;
  }

  get parents(): IterableIterator<string> {
    return this.#kin.above.keys();
  }

  /** Whether it is linked with nobody, and nobody is to be told so. */
  get isAlone(): boolean {
    return this.#kin.isAlone && this.outgoing.isEmpty;
  }

  /** The link to a parent. */
  linkTo(parent: string): string | undefined {
    return this.#kin.above.get(parent)?.id;
  }

  /** Whether a message comes by a link that there is. */
  isLinked({ from, link, as }: Tell): boolean {
    const known = as === 'child' ? this.#kin.below.get(from)?.link : this.#kin.above.get(from);
    return known?.id === link;
  }

  /** The child of an item, if there is one. */
  childOf(item: EntityRef): Link | undefined {
    return this.#kin.childOf(item)?.link;
  }

  /** The workflows of the items that an entity is, or is part of. */
  childrenWith(ref: EntityRef): string[] {
    return [...this.#kin.childrenWith(ref)].map(({ link }) => link.peer);
  }

  /** Whether an entity has a workflow of its own, as far as is known here. */
  isElsewhere(ref: EntityRef): boolean {
    return this.#kin.isElsewhere(ref);
  }

  /** Takes in what this workflow was started with by a parent. */
  begin({ from, link: id, ancestry, sources, word, pauses, isMade, wants }: Start): ChangeSet {
    const options = { self: this.#self.workflowId, peer: from, ancestry, isMade, wants };
    const link = new Link(options, 'telling', { id });
    link.began();
    this.#kin.above.set(from, link);
    this.pauses.set(pauses, from);
    const shown = takeStart(this.#settlement, link, { sources, word });
    this.#host.changed(shown);
    return this.#finish();
  }

  /** Takes in what a source of this workflow gave. @returns what came of it, also where nothing refers to it */
  load(source: string, content: SourceContent, options: IntegrationOptions): Integration {
    const result = this.#state.integrate(source, content, options);
    if ('refused' in result) return result;
    this.#settlement.settle(result.changes, { lane: source, said: result.said });
    return { ...result, changes: this.#finish() };
  }

  /** Takes in what a client wrote. @throws StatefulWorkflowError that leaves the state as it was */
  update(payload: UpdatePayload): ChangeSet {
    let edits: ListEdits | undefined;
    const changes = this.#state.update(payload, (done) => (edits = done));
    this.#settlement.settle(changes, { lane: WRITTEN, edits });
    return this.#finish();
  }

  /** Takes in what a client removed. @throws StatefulWorkflowError that leaves the state as it was */
  delete(payload: DeletePayload): ChangeSet {
    this.#settlement.settle(this.#state.delete(payload), { lane: WRITTEN, isRemoval: true });
    return this.#finish();
  }

  /**
   * Takes in a `data` signal: sets the root entity's fields. Entities that its lists held and no longer hold are removed.
   */
  setRoot(data: Readonly<Record<string, unknown>>): ChangeSet {
    const { changes, dropped } = this.#state.setRoot(data);
    this.#settlement.settle(changes, { lane: WRITTEN });
    this.#settlement.settle(this.#state.remove(dropped), { lane: WRITTEN, isRemoval: true });
    return this.#finish();
  }

  /** Pauses or resumes this workflow and those below. @param parent who wants it; nobody for a client */
  pause(isPaused: boolean, parent?: string): void {
    const before = this.pauses.isPaused;
    this.pauses.set(isPaused, parent);
    const after = this.pauses.isPaused;
    if (before !== after) this.#host.paused(after);
    for (const { link } of this.#kin.below.values()) link.pauses = after;
    this.outgoing.wake();
  }

  /**
   * An item is listed that a child is to be the home of. Until it has begun, this workflow is.
   *
   * @param isHome whether it was so far; not for a child that is let go and wanted again before it has left
   */
  open(peer: string, item: EntityRef, isMade = false, isHome = true): Link {
    const link = new Link({ self: this.#self.workflowId, peer, ancestry: this.line, isMade }, 'apart');
    link.pauses = this.pauses.isPaused;
    this.#add(link, item, isHome);
    return link;
  }

  /** An item is listed no more: its child is let go. */
  close(peer: string): void {
    const below = this.#kin.below.get(peer);
    if (!below) return;
    const { link, item } = below;
    const parts = [...this.#kin.partsOf(item)];
    this.#kin.remove(below);
    this.#settlement.leave(parts);
    link.leave();
    if (link.isDue) this.outgoing.leaving.push(link);
    this.outgoing.wake();
  }

  /** What is made of an item for a child of the run before is what that has. */
  remember(peer: string): void {
    const { made, item } = this.#child(peer);
    made?.take(this.#host.make(item));
  }

  /** What follows from children that came and went by themselves. */
  tidy(): ChangeSet {
    return this.#finish();
  }

  /** What a child begins with, all that there is to say. */
  start(peer: string): Start {
    const below = this.#child(peer);
    const { link, item, made } = below;
    this.outgoing.forget(peer);
    link.started(this.#linkId());
    if (made) made.take(this.#host.make(item));
    return { from: this.#self.workflowId, ancestry: this.line, ...startOf(this.#state, this.#kin, below) };
  }

  /** A child has begun with what it was given. */
  begun(peer: string): void {
    const below = this.#kin.below.get(peer);
    if (!below) return;
    below.isHome = false;
    below.link.hasBegun();
  }

  /** The id of a child runs already: this workflow becomes a parent of it. */
  attach(peer: string): void {
    // One that was to be told that it is let go joins by another link.
    this.outgoing.forget(peer);
    const below = this.#child(peer);
    if (below.isHome && !below.made) this.#settlement.spread.handOver(below);
    below.link.attach(this.#linkId());
    this.outgoing.wake();
  }

  /**
   * Somebody else is there no more.
   *
   * @param as what this workflow is to it
   * @param runId its first run, should another one have its id now
   * @returns what it changed
   */
  gone(peer: string, as: End, runId?: string): ChangeSet {
    if (as === 'parent') {
      this.#kin.below.get(peer)?.link.gone();
      return NO_CHANGES;
    }
    const parent = this.#kin.above.get(peer);
    if (!parent || (runId !== undefined && !isOfRun(parent.id, runId))) return NO_CHANGES;
    this.#leave(peer);
    return this.#finish();
  }

  /** Takes in a message. @returns what it changed */
  receive(message: Message): ChangeSet {
    const { from, link: id } = message;
    if (message.do === 'join') this.#joined(message);
    else if (message.do === 'leave') {
      const known = this.#kin.above.get(from)?.id;
      // It may leave before it has said that it joins by another link.
      if (known && (known === id || isEarlier(known, id))) this.#leave(from);
    } else if (message.do === 'ask') {
      if (!this.#kin.below.has(from)) this.askers.add(from, id);
    } else if (message.do === 'stranger') {
      const link = this.#kin.below.get(from)?.link;
      if (link?.id !== id || link.state !== 'joined') return this.#finish();
      link.attach(this.#linkId(), 'stranger');
    } else if (message.as === 'child') {
      const below = this.#kin.below.get(from);
      if (below?.link.id === id && below.link.take(message)) takeFromBelow(this.#settlement, below, message);
    } else {
      const link = this.#kin.above.get(from);
      if (link?.id !== id)
        this.outgoing.strangers.set(from, { do: 'stranger', from: this.#self.workflowId, link: id });
      else if (link.take(message)) {
        takeFromAbove(this.#settlement, link, message);
        this.askers.heard(message, link.isMade);
        if (message.pauses !== undefined) this.pause(message.pauses, from);
      }
    }
    return this.#finish();
  }

  /**
   * This workflow was reset: it has forgotten what it has said since, and its numbers would come again. Every link begins
   * anew: children are joined by another one, and parents are told that theirs is not known, so that they join.
   *
   * @param now the time; no link was counted so high before it
   */
  reset(now: number): void {
    this.#count = now;
    for (const { link } of this.#kin.below.values())
      if (link.state !== 'apart') link.attach(this.#linkId(), 'stranger');
    for (const [peer, { id: link }] of this.#kin.above)
      this.outgoing.strangers.set(peer, { do: 'stranger', from: this.#self.workflowId, link });
    this.askers.forget(this.parents);
    this.outgoing.wake();
  }

  /** Everything has been loaded since somebody asked last. */
  loaded(): void {
    this.askers.loaded();
    this.#finish();
  }

  /** For continue-as-new. */
  carry(): CarriedExchange {
    const links = carriedLinks(this.#kin, this.outgoing);
    return { count: this.#count, ...links, pauses: this.pauses.carry(), unheard: this.askers.carry() };
  }

  #joined({ from, link: id, ancestry, pauses, isMade, wants }: Join): void {
    const known = this.#kin.above.get(from);
    if (known?.id === id) return known.owe();
    if (known && isEarlier(id, known.id)) return;
    this.#kin.above.set(
      from,
      new Link({ self: this.#self.workflowId, peer: from, ancestry, isMade, wants }, 'owing', { id }),
    );
    this.askers.forget([from]);
    this.#kin.moveMine();
    this.pause(pauses, from);
  }

  #leave(peer: string): void {
    this.#kin.above.delete(peer);
    this.askers.left(peer);
    this.#settlement.withdraw(sourcesFrom(this.#state, peer));
    this.pause(false, peer);
    this.#host.left(peer);
  }

  #finish(): ChangeSet {
    const changes = this.#settlement.finish();
    if (!isEmpty(changes)) this.outgoing.tryAgain();
    const answers = this.askers.answers(this.#self.workflowId, (peer) => this.#kin.below.has(peer));
    for (const [peer, message] of answers) this.outgoing.strangers.set(peer, message);
    this.outgoing.wake();
    return changes;
  }

  #carryOn(peer: string, item: EntityRef, isMade: boolean, carried: CarriedLink): void {
    const options = { self: this.#self.workflowId, peer, ancestry: this.line, isMade };
    const link = new Link(options, carried.state, carried);
    this.#add(link, item, link.state === 'apart');
  }

  #add(link: Link, item: EntityRef, isHome: boolean): void {
    const made = link.isMade ? new Made(this.#state.store.schema, item) : undefined;
    this.#kin.add({ link, item, made, isHome });
  }

  #child(peer: string): Below {
    const below = this.#kin.below.get(peer);
    if (!below) throw new Error(`${peer} is no child`);
    return below;
  }

  #linkId(): string {
    return linkId(this.#self.runId, ++this.#count);
  }
}
