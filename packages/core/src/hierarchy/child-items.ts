import type { EntityRef } from '../contract/adapter';
import { MAX_ID } from '../contract/names';
import type { ChangeSet } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { identify } from '../state/identify';
import { own } from '../state/json';
import { keys } from '../state/objects';
import { isSame, keyOf } from '../state/refs';
import type { Child } from './child';
import type { CarriedChild } from './child-record';
import { callUserCode } from './user-code';
import type { Exchange } from './exchange';
import type { HierarchyHost } from './host';
import { idsOf, type ManagedPath, nameOfChild } from './managed-path';
import type { ChildViews } from './child-views';
import type { Temporal } from './temporal';

/** Longest workflow id that Temporal takes. */
const LONGEST_WORKFLOW_ID = 1_000;

/** How many items that were started by hand are remembered, besides those that are still listed. */
const MOST_ASKED = 1_000;

/** Decides which items of the managed paths get a child, and the child's workflow id. */
export class ChildItems {
  readonly #root: EntityRef;
  readonly #store: EntityStore;
  readonly #context: Pick<Temporal, 'has'>;
  readonly #exchange: Exchange;
  readonly #views: ChildViews;
  /** Items that are started by hand. */
  readonly #asked = new Map<string, readonly [path: ManagedPath, id: string]>();
  /** The ids of each list to look in, made once for a list however often that is. */
  readonly #lookups = new Map<ManagedPath, readonly [list: unknown, ids: ReadonlySet<string>]>();
  #mostAsked = MOST_ASKED;

  constructor(
    { root, state: { store } }: Pick<HierarchyHost, 'root' | 'state'>,
    context: Pick<Temporal, 'has'>,
    exchange: Exchange,
    views: ChildViews,
  ) {
    this.#root = root;
    this.#store = store;
    this.#context = context;
    this.#exchange = exchange;
    this.#views = views;
  }

  /** The ids of the items of a path. */
  listed({ field }: ManagedPath): readonly string[] {
    return idsOf(this.#listOf(field));
  }

  /** Whether a path has an item of that id. */
  isListed(path: ManagedPath, id: string): boolean {
    const list = this.#listOf(path.field);
    const known = this.#lookups.get(path);
    if (known && known[0] === list) return known[1].has(id);
    const ids = new Set(idsOf(list));
    this.#lookups.set(path, [list, ids]);
    return ids.has(id);
  }

  /** Whether an item that is listed is to have a child. */
  isWanted({ field, idAttribute, autoStart, condition: isMet }: ManagedPath, item: EntityRef): boolean {
    const { name, id } = item;
    if (this.isAbove(item)) return false;
    // Without its entity the id of such an item is not known.
    if (idAttribute && !this.#store.get(name, id)) return false;
    if (!autoStart && !this.isAsked(item)) return false;
    if (!isMet) return true;
    const given = this.#views.itemOf(item);
    return callUserCode(`managedPaths.${field}.condition, for ${name} ${id},`, () => isMet(given)) ?? true;
  }

  /** Whether the condition of a path may come to another answer, for items that did not change themselves. */
  mayDecide({ target }: ManagedPath, { upserts, deletes }: ChangeSet): boolean {
    const parts = this.#views.kindsIn(target);
    return [...keys(upserts), ...deletes.map(({ name }) => name)].some((name) => parts.has(name));
  }

  isAsked(item: EntityRef): boolean {
    return this.#asked.has(keyOf(item));
  }

  /** An item of a path that does not start it by itself is to be started. */
  ask(path: ManagedPath, id: string): void {
    this.#asked.set(keyOf({ name: path.target, id }), [path, id]);
    if (this.#asked.size <= this.#mostAsked) return;
    for (const [key, item] of this.#asked) if (!this.isListed(...item)) this.#asked.delete(key);
    this.#mostAsked = this.#asked.size + MOST_ASKED;
  }

  /**
   * The id of the entity that a child has for its root.
   *
   * @throws Error that says why the item cannot have a child
   */
  idOf({ idAttribute }: ManagedPath, item: EntityRef): string {
    const fields = this.#store.get(item.name, item.id);
    if (!idAttribute || !fields) return item.id;
    return identify(fields, { idAttribute }, () => `${item.name} ${item.id}`);
  }

  /** The workflow id of a child. @throws Error that says why the item cannot have one */
  workflowIdOf(path: ManagedPath, id: string): string {
    if ((id.trim() === '' || id.length > MAX_ID) && this.#context.has('usableIds'))
      throw new Error(
        `Its id is ${id.trim() === '' ? 'blank' : `longer than ${MAX_ID} characters`}. Name an idAttribute that gives it another one.`,
      );
    const workflowId = nameOfChild(path, id, this.#root.id);
    if (workflowId.length > LONGEST_WORKFLOW_ID)
      throw new Error(
        `Its workflow id would be longer than ${LONGEST_WORKFLOW_ID} characters. Name a shorter idAttribute.`,
      );
    return workflowId;
  }

  /** What a child is called, where its path has come to call children otherwise. */
  nameKept({
    path,
    entity,
    workflowId,
  }: Pick<Child, 'path' | 'entity' | 'workflowId'>): CarriedChild['named'] {
    const isCurrent =
      entity.name === path.entityName && workflowId === nameOfChild(path, entity.id, this.#root.id);
    return isCurrent ? undefined : { workflowId, entityName: entity.name };
  }

  #listOf(field: string): unknown {
    return own(this.#store.get(this.#root.name, this.#root.id), field);
  }

  /** Whether an entity is the root of this workflow or of one above it. */
  isAbove({ name, id }: EntityRef): boolean {
    if (isSame({ name, id }, this.#root)) return true;
    return this.#exchange.line.some((ancestor) => ancestor.entityName === name && ancestor.id === id);
  }
}
