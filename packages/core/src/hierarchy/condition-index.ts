import type { EntityRef } from '../contract/adapter';
import type { ChangeSet } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { forEach } from '../state/json';
import { keyOf } from '../state/refs';
import { type ItemIndex, itemIndexOf } from './item-index';

/** What a {@link ConditionIndex} is made of. */
export interface ConditionIndexOptions {
  readonly store: EntityStore;
  /** Whether an entity is never part of what a condition sees: the root entity, and those above it. */
  readonly isAbove: (ref: EntityRef) => boolean;
  /** Whether an entity has a workflow of its own, where what a condition sees ends. */
  readonly isElsewhere: (ref: EntityRef) => boolean;
}

/**
 * Finds the items of which a change concerns what their conditions see: what hangs from them, and from items without a
 * workflow that hang from them. The cost grows with the items found, and not with those that there are.
 */
export class ConditionIndex {
  readonly #isElsewhere: (ref: EntityRef) => boolean;
  readonly #items = new Map<string, EntityRef>();
  readonly #index: ItemIndex;

  constructor({ store, isAbove, isElsewhere }: ConditionIndexOptions) {
    this.#isElsewhere = isElsewhere;
    this.#index = itemIndexOf(store, (ref) => this.#items.has(keyOf(ref)) || isAbove(ref));
  }

  /** The items of a kind are these. @param ids those of all paths that lead to the kind */
  set(name: string, ids: ReadonlySet<string>): void {
    const moved = new Set<string>();
    for (const [key, item] of this.#items) {
      if (item.name !== name || ids.has(item.id)) continue;
      for (const next of this.#index.itemsNextTo(item)) moved.add(next);
      this.#items.delete(key);
      this.#index.forget(item);
    }
    for (const id of ids) {
      const item = { name, id };
      const key = keyOf(item);
      if (this.#items.has(key)) continue;
      for (const holder of this.#index.itemsOf(item)) moved.add(holder);
      this.#items.set(key, item);
      moved.add(key);
    }
    this.#update(moved);
  }

  /** Takes in a change. @returns the items that did not change themselves, and whose conditions may see it */
  take(changes: ChangeSet): EntityRef[] {
    const changed: EntityRef[] = [...changes.deletes];
    const moved = new Set<string>();
    forEach(changes.upserts, (name, id) => {
      const ref = { name, id };
      changed.push(ref);
      if (!this.#index.isMovedBy(changes, ref)) return;
      for (const item of this.#holdersOf(ref)) moved.add(item);
    });
    // Both what it hung from and what it hangs from now.
    const found = this.#seeing(changed);
    this.#update(moved);
    this.#seeing(changed, found);
    for (const ref of changed) found.delete(keyOf(ref));
    return [...found].flatMap((key) => this.#items.get(key) ?? []);
  }

  /** The items that an entity is, or is part of. */
  *#holdersOf(ref: EntityRef): IterableIterator<string> {
    const key = keyOf(ref);
    if (this.#items.has(key)) yield key;
    yield* this.#index.itemsOf(ref);
  }

  /** The items of which something is seen, and those that see them. */
  #seeing(refs: readonly EntityRef[], found = new Set<string>()): Set<string> {
    const open = refs.flatMap((ref) => [...this.#holdersOf(ref)]);
    for (let key = open.pop(); key !== undefined; key = open.pop()) {
      const item = this.#items.get(key);
      if (found.has(key) || !item) continue;
      found.add(key);
      if (!this.#isElsewhere(item)) open.push(...this.#index.itemsNextTo(item));
    }
    return found;
  }

  #update(keys: Iterable<string>): void {
    for (const key of keys) {
      const item = this.#items.get(key);
      if (item) this.#index.update(item);
    }
  }
}
