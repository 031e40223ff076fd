import type { EntityRef } from '../contract/adapter';
import { relationTarget } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { own } from '../state/json';
import { entries, getOrAdd, keys } from '../state/objects';
import { keyOf } from '../state/refs';
import { fieldsIn } from './fields-in';
import { idsOf } from './managed-path';

/** What became part of an item, and what no longer is. */
export interface ReachChange {
  readonly added: readonly EntityRef[];
  readonly removed: readonly EntityRef[];
}

/**
 * Which entities are part of which item: those that its relations lead to, and so on, but not past an entity that
 * has a workflow of its own. Kept as an index, so that a change finds whom it concerns without a search.
 */
export class Reach {
  readonly #store: EntityStore;
  readonly #isHome: (ref: EntityRef) => boolean;
  readonly #parts = new Map<string, Map<string, EntityRef>>();
  readonly #items = new Map<string, Set<string>>();

  /** @param isHome whether an entity has a workflow of its own: items, the root entity, and those above it */
  constructor(store: EntityStore, isHome: (ref: EntityRef) => boolean) {
    this.#store = store;
    this.#isHome = isHome;
  }

  /** The items, by key, that an entity is part of. */
  itemsOf(ref: EntityRef): ReadonlySet<string> {
    return this.#items.get(keyOf(ref)) ?? NONE;
  }

  /** What is part of an item, without the item itself. */
  partsOf(item: EntityRef): Iterable<EntityRef> {
    return this.#parts.get(keyOf(item))?.values() ?? [];
  }

  /** Whether a change may have changed what is part of what. */
  isMovedBy(changes: ChangeSet, name: string, id: string): boolean {
    const relations = keys(own(this.#store.schema, name)?.relations ?? {});
    return relations.length > 0 && fieldsIn(changes, { name, id }).some((field) => relations.includes(field));
  }

  /** Looks anew at what is part of an item. */
  update(item: EntityRef): ReachChange {
    const key = keyOf(item);
    const before = this.#parts.get(key);
    const after = this.#find(item);
    const change: { added: EntityRef[]; removed: EntityRef[] } = { added: [], removed: [] };
    if (!before && after.size === 0) return change;
    this.#parts.set(key, after);
    for (const [part, ref] of after) {
      if (before?.has(part)) continue;
      getOrAdd(this.#items, part, () => new Set()).add(key);
      change.added.push(ref);
    }
    for (const [part, ref] of before ?? []) {
      if (after.has(part)) continue;
      this.#drop(part, key);
      change.removed.push(ref);
    }
    return change;
  }

  /** The item is no longer one. */
  forget(item: EntityRef): void {
    const key = keyOf(item);
    for (const part of this.#parts.get(key)?.keys() ?? []) this.#drop(part, key);
    this.#parts.delete(key);
  }

  #drop(part: string, item: string): void {
    const items = this.#items.get(part);
    items?.delete(item);
    if (items?.size === 0) this.#items.delete(part);
  }

  #find(item: EntityRef): Map<string, EntityRef> {
    const found = new Map<string, EntityRef>();
    const visit = ({ name, id }: EntityRef): void => {
      const relations = own(this.#store.schema, name)?.relations;
      const fields = relations && this.#store.get(name, id);
      for (const [field, relation] of entries(relations ?? {})) {
        for (const held of idsOf(own(fields, field))) {
          const ref = { name: relationTarget(relation), id: held };
          const key = keyOf(ref);
          // An id without an entity counts: it may come later.
          if (found.has(key) || this.#isHome(ref)) continue;
          found.set(key, ref);
          visit(ref);
        }
      }
    };
    visit(item);
    return found;
  }
}

const NONE: ReadonlySet<string> = new Set();
