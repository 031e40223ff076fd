import type { EntityRef } from '../contract/adapter';
import type { Fields } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { ChangeLog } from '../state/change-log';
import { isEmpty } from '../state/change-set';
import { difference } from '../state/difference';
import type { EntityState } from '../state/entity-state';
import { at, forEach, inner, table, without } from '../state/json';
import { keyOf } from '../state/refs';
import { withdraw } from '../state/withdraw';
import { fieldsIn } from './fields-in';
import type { ExchangeHost } from './host';
import { type Below, isMissing, Kin } from './kin';
import type { Link } from './link';
import type { Made } from './made';
import { WRITTEN } from './outbox';
import { entitiesIn, MADE } from './speech';
import { type Cause, Spread } from './spread';
import { findUnreferenced } from './unreferenced';
import type { Word } from './word';

/** The workflow whose source it is has checked a sweep against its `maxDeleteRatio` already. */
const UNLIMITED = { maxDeleteRatio: 1, minDeleteCount: 0 };
const NOTHING: ReadonlySet<string> = new Set();
const NOTHING_MOVED = { added: [], removed: [] };

/**
 * What follows from a change: which portions are others now, who is to hear of it, and what nobody refers to any
 * more. Several changes may belong together; they are settled one by one, and finished once.
 */
export class Settlement {
  readonly kin: Kin;
  readonly spread: Spread;
  /** What came into this workflow's portion while a message of a parent was taken in. */
  entered: EntityRef[] = [];
  /** What a message of a parent changed. */
  effects: ChangeSet[] = [];
  readonly #changes = new ChangeLog();
  /** Entities to which nothing may refer any more. */
  readonly #suspects: EntityRef[] = [];
  /** Entities that have left a home, and that the other homes which refer to them say are not there. */
  readonly #absent: EntityRef[] = [];

  constructor(
    readonly state: EntityState,
    readonly host: Pick<ExchangeHost, 'changed' | 'make' | 'has'>,
  ) {
    this.kin = new Kin(state);
    this.spread = new Spread(state, this.kin, host);
  }

  /** Notes a change that no other workflow is told of. */
  note(changes: ChangeSet): void {
    this.#changes.add(changes);
  }

  /** Notes entities to which nothing may refer any more. */
  suspect(refs: Iterable<EntityRef>): void {
    this.#suspects.push(...refs);
  }

  /** Entities have left one of their homes. */
  leave(refs: readonly EntityRef[]): void {
    this.suspect(refs);
    this.#absent.push(...refs.filter((ref) => !this.spread.askOthers(ref)));
  }

  /** Takes in what a source said to another workflow, as far as that is new: it may be said again. */
  integrate(source: string, word: Word, from: Link): void {
    const view = this.state.view(source);
    const { store } = this.state;
    const set = table<Record<string, Fields>>();
    const unset = table<Record<string, readonly string[]>>();
    const deletes = table<string[]>();
    for (const [{ name, id }, fields, gone] of entitiesIn(word)) {
      const before = view.fields(name, id, store.get(name, id));
      const next = without({ ...before, ...fields }, gone);
      const changed = difference(before, next);
      if (!changed) continue;
      inner(set, name)[id] = changed.set;
      if (changed.unset.length > 0) inner(unset, name)[id] = changed.unset;
    }
    for (const { name, id } of word.deletes ?? []) if (view.given(name, id)) (deletes[name] ??= []).push(id);
    const content = { changes: { set, unset, deletes } };
    const result = this.state.integrate(source, content, { now: Date.now(), ...UNLIMITED });
    if ('changes' in result) this.settle(result.changes, { from, lane: source, said: result.said });
  }

  /**
   * Sources of a parent say nothing any more, or not all that they did, without a word of what they said: it falls back
   * to what another source gives, or stays. Where the home is a child, that one is told what is given still.
   */
  withdraw(
    sources: readonly string[],
    from?: Link,
    isGiven?: (source: string, ref: EntityRef, field: string) => boolean,
  ): void {
    const { kin, state } = this;
    const isHome = ({ isHome: is, made }: Below): boolean => is || !!made;
    const decides = (ref: EntityRef): boolean => kin.isMine(ref) && [...kin.childrenWith(ref)].every(isHome);
    const { changes, withdrawn } = withdraw(state, sources, { isGiven, decides }, from?.peer);
    const homes = new Set(withdrawn.flatMap((ref) => [...kin.childrenWith(ref)]));
    this.settle(changes, { from, lane: WRITTEN, said: [] });
    for (const below of homes) if (!isHome(below)) this.spread.offerAll(below);
  }

  /** Marks a change for every link that it concerns. @param entire entities that a home has given with all fields */
  settle(changes: ChangeSet, cause: Cause, entire: ReadonlySet<string> = NOTHING): void {
    const { from, said = [], edits, isNews } = cause;
    if (isEmpty(changes) && said.length === 0 && entire.size === 0 && !edits) return;
    this.#changes.add(changes);
    if (this.kin.isAlone) {
      this.host.changed(changes);
      return this.lookAnew();
    }
    const named = [...said.map(([ref]) => ref), ...changes.deletes];
    const before = new Map(named.map((ref) => [keyOf(ref), this.kin.childrenWith(ref)] as const));
    const wasMine = changes.deletes.filter((ref) => this.kin.isMine(ref));
    const touched = new Set<Below>();
    const moved = new Set<Below>();
    let isMoved = changes.deletes.length > 0;
    for (const ref of changes.deletes) for (const below of this.kin.childrenWith(ref)) moved.add(below);
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      const children = this.kin.childrenWith(ref);
      for (const below of children) touched.add(below);
      if (!this.kin.isMovedBy(changes, ref)) return;
      isMoved = true;
      for (const below of children) moved.add(below);
    });
    this.host.changed(changes);
    this.lookAnew();
    const added = this.#move(moved);
    // What is made of an item may be made of fields of the root entity as well.
    const { name, id } = this.state.root;
    const remade = at(changes.upserts, name, id) ? this.kin.below.values() : [...touched, ...moved];
    for (const below of new Set(remade))
      if (below.made && below.link !== from) this.#makeAnew(below, below.made);
    if (isNews) this.#answer(from, added, entire);
    else {
      this.spread.down(changes, cause, before);
      for (const [below, refs] of added)
        if (!below.made && below.link !== from) for (const ref of refs) this.spread.give(below, ref);
    }
    if (this.kin.above.size > 0) this.#tellAbove(changes, cause, wasMine, isMoved);
  }

  /** Answers news: what came into a portion is asked for, and what the sources here say of it is said. */
  #answer(
    from: Link | undefined,
    added: ReadonlyMap<Below, readonly EntityRef[]>,
    entire: ReadonlySet<string>,
  ): void {
    for (const [below, refs] of added)
      for (const ref of refs) {
        if (entire.has(keyOf(ref))) continue;
        if (below.link.state === 'joined') below.link.ask(ref);
        this.spread.offer(below, ref);
      }
    const below = from && this.kin.below.get(from.peer);
    if (!below || entire.size === 0) return;
    for (const ref of this.kin.partsOf(below.item)) if (entire.has(keyOf(ref))) this.spread.offer(below, ref);
  }

  #tellAbove(changes: ChangeSet, cause: Cause, wasMine: readonly EntityRef[], isMoved: boolean): void {
    const { added, removed } = isMoved ? this.kin.moveMine() : NOTHING_MOVED;
    this.#suspects.push(...removed);
    for (const link of this.kin.above.values()) {
      for (const ref of removed) link.waiting.drop(ref);
      if (link !== cause.from) this.spread.up(link, changes, cause, wasMine, added);
      else {
        this.entered.push(...added);
        this.effects.push(changes);
      }
    }
  }

  /** Finds out anew what is in the portions of some children. @returns what came into each */
  #move(moved: Iterable<Below>): Map<Below, readonly EntityRef[]> {
    const result = new Map<Below, readonly EntityRef[]>();
    for (const below of moved) {
      if (this.kin.below.get(below.link.peer) !== below) continue;
      const { added, removed } = this.kin.moveBelow(below);
      result.set(below, added);
      this.#suspects.push(...removed);
      for (const ref of removed) {
        below.link.waiting.drop(ref);
        below.missing?.delete(keyOf(ref));
        if (!this.spread.askOthers(ref)) this.#absent.push(ref);
      }
    }
    return result;
  }

  /** Which entities have a workflow of their own may be another question now. */
  lookAnew(): void {
    for (const [below, added] of this.#move(this.kin.takeStale()))
      for (const ref of added) this.spread.give(below, ref);
  }

  /** Makes anew what a child is given instead of its item, and marks what of it is new. */
  #makeAnew({ link, item }: Below, made: Made): void {
    if (!this.state.store.get(item.name, item.id)) return;
    const changes = made.take(this.host.make(item));
    forEach(changes.upserts, (name, id) =>
      link.waiting.mark({ name, id }, fieldsIn(changes, { name, id }), MADE),
    );
    for (const ref of changes.deletes) link.waiting.mark(ref, [], MADE);
  }

  /** Removes what nobody refers to any more. @returns everything that changed since the last time */
  finish(): ChangeSet {
    this.lookAnew();
    const suspects = this.#suspects.splice(0).filter((ref) => !this.kin.isPart(ref));
    const gone = suspects.length > 0 ? findUnreferenced(this.state, suspects) : [];
    for (const ref of this.#absent.splice(0)) {
      const homes = [...this.kin.childrenWith(ref)];
      if (homes.length > 0 && homes.every((below) => isMissing(below, ref))) gone.push(ref);
    }
    if (gone.length > 0) {
      const draft = this.state.store.draft();
      for (const { name, id } of gone) {
        draft.put(name, id, undefined);
        for (const view of this.state.views.values()) view.forget(name, id);
      }
      this.#changes.add(this.state.commit(draft));
    }
    return this.#changes.take();
  }
}
