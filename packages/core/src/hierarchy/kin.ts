import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import type { EntityState } from '../state/entity-state';
import { isSame, keyOf } from '../state/refs';
import type { Link } from './link';
import type { Made } from './made';
import { type ItemIndex, type ItemIndexChange, itemIndexOf } from './item-index';

/** A child's link, and the item that it is the home of. */
export interface Below {
  readonly link: Link;
  readonly item: EntityRef;
  /** What is made of the item, where the child is not given it as it is. */
  readonly made?: Made;
  /** Whether this workflow is the home of the item still, because no child has begun. */
  isHome: boolean;
  /**
   * Entities that the item refers to and that the child lacks; whether the child was told of them since. Absent until there
   * is one: of thousands most lack none.
   */
  missing?: Map<string, { isAnswered: boolean }>;
}

const NONE: ReadonlySet<Below> = new Set();
const NO_ANCESTORS: readonly Ancestor[] = [];

/** Whether a child says that something is not there, as far as is known. */
export const isMissing = ({ missing }: Below, ref: EntityRef): boolean =>
  missing?.get(keyOf(ref))?.isAnswered === false;

/** The parents and children that a workflow is linked with, and which entities are in whose portion. */
export class Kin {
  /** The links to parents, by their workflow ids. */
  readonly above = new Map<string, Link>();
  /** The children, by their workflow ids. */
  readonly below = new Map<string, Below>();
  readonly #byItem = new Map<string, Below>();
  /** Children whose portions are to be looked at anew. */
  #stale?: Set<Below>;
  readonly #state: EntityState;
  #items?: ItemIndex;
  #own?: ItemIndex;

  constructor(state: EntityState) {
    this.#state = state;
  }

  /** What is part of which item. Most of many workflows are alone, and have none. */
  get #index(): ItemIndex {
    return (this.#items ??= itemIndexOf(this.#state.store, (ref) => this.isElsewhere(ref)));
  }

  /** What is part of the root entity. */
  get #portion(): ItemIndex {
    return (this.#own ??= itemIndexOf(
      this.#state.store,
      (ref) => this.#isRoot(ref) || this.#isAncestor(ref),
    ));
  }

  /** From the top of the hierarchy to the parent; the first one's, where there are several. */
  get ancestry(): readonly Ancestor[] {
    const [first] = this.above.values();
    return first?.ancestry ?? NO_ANCESTORS;
  }

  childOf(item: EntityRef): Below | undefined {
    return this.#byItem.get(keyOf(item));
  }

  /** Whether it is linked with nobody. */
  get isAlone(): boolean {
    return this.above.size === 0 && this.below.size === 0;
  }

  add(below: Below): void {
    this.#look(this.childrenWith(below.item));
    this.below.set(below.link.peer, below);
    this.#byItem.set(keyOf(below.item), below);
    this.#index.update(below.item);
  }

  remove({ link, item }: Below): void {
    this.#look(this.nextTo(item));
    this.below.delete(link.peer);
    this.#byItem.delete(keyOf(item));
    this.#index.forget(item);
  }

  /** The children whose portions are others now, because items came or went. */
  takeStale(): Below[] {
    const stale = [...(this.#stale ?? [])];
    this.#stale = undefined;
    return stale;
  }

  #look(children: Iterable<Below>): void {
    for (const below of children) (this.#stale ??= new Set()).add(below);
  }

  /** Whether a change may have changed what is in a portion. */
  isMovedBy(changes: ChangeSet, ref: EntityRef): boolean {
    return this.#index.isMovedBy(changes, ref);
  }

  /** Looks anew at what is in the portion of a child. */
  moveBelow({ item }: Below): ItemIndexChange {
    return this.#index.update(item);
  }

  /** Looks anew at what is in this workflow's own portion, of which parents have a copy. */
  moveMine(): ItemIndexChange {
    return this.#portion.update(this.#state.root);
  }

  /** The children whose portions lead to an entity that has a workflow of its own. */
  nextTo(ref: EntityRef): Below[] {
    return this.#with(this.#index.itemsNextTo(ref));
  }

  /** What hangs from an item, also where only its id is known. */
  *partsOf(item: EntityRef): IterableIterator<EntityRef> {
    yield item;
    yield* this.#isRoot(item) ? this.#portion.partsOf(item) : this.#index.partsOf(item);
  }

  /** What hangs from an item, as far as it is there. */
  portionOf(item: EntityRef): EntityRef[] {
    return [...this.partsOf(item)].filter(({ name, id }) => this.#state.store.get(name, id));
  }

  /** The children that an entity is the item of, or part of it. */
  childrenWith(ref: EntityRef): ReadonlySet<Below> {
    if (this.below.size === 0) return NONE;
    return new Set(this.#with([keyOf(ref), ...this.#index.itemsOf(ref)]));
  }

  /** Whether an entity is in a portion: somebody refers to it. */
  isPart(ref: EntityRef): boolean {
    return this.childrenWith(ref).size > 0 || (this.above.size > 0 && this.isMine(ref));
  }

  /** Whether an entity is in this workflow's own portion. */
  isMine(ref: EntityRef): boolean {
    if (this.#isRoot(ref)) return true;
    const [item] = this.#portion.itemsOf(ref);
    return item !== undefined;
  }

  /** Whether an entity has a workflow of its own, as far as is known here: an item, the root entity, one above. */
  isElsewhere(ref: EntityRef): boolean {
    return this.#byItem.has(keyOf(ref)) || this.#isRoot(ref) || this.#isAncestor(ref);
  }

  #with(items: Iterable<string>): Below[] {
    return [...items].flatMap((key) => this.#byItem.get(key) ?? []);
  }

  #isRoot(ref: EntityRef): boolean {
    return isSame(ref, this.#state.root);
  }

  #isAncestor(ref: EntityRef): boolean {
    for (const link of this.above.values()) if (isAbove(link, ref)) return true;
    return false;
  }
}

/** Whether an entity is the root of a workflow at or above the other end of a link. */
export const isAbove = ({ ancestry }: Link, { name, id }: EntityRef): boolean =>
  ancestry.some((one) => one.entityName === name && one.id === id);
