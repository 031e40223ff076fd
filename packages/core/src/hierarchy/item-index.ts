import type { EntityRef } from '../contract/adapter';
import { type EntitySchema, relationTarget } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import type { EntityStore } from '../state/entity-store';
import { own } from '../state/json';
import { entries, getOrAdd, hasOwn } from '../state/objects';
import { keyOf } from '../state/refs';
import { fieldsIn } from './fields-in';
import { idsOf } from './managed-path';

/** What became part of an item, and what no longer is. */
export interface ItemIndexChange {
  readonly added: readonly EntityRef[];
  readonly removed: readonly EntityRef[];
}

/**
 * Which entities are part of which item: those that its relations lead to, and so on, but not past an entity that
 * has a workflow of its own. Kept as an index, so that a change finds whom it concerns without a search.
 */
export interface ItemIndex {
  /** The items, by key, that an entity is part of. */
  itemsOf(ref: EntityRef): Iterable<string>;
  /** What is part of an item, without the item itself. */
  partsOf(item: EntityRef): Iterable<EntityRef>;
  /** The items, by key, from which something leads to an entity that has a workflow of its own. */
  itemsNextTo(ref: EntityRef): Iterable<string>;
  /** Whether a change may have changed what is part of what. */
  isMovedBy(changes: ChangeSet, ref: EntityRef): boolean;
  /** Looks anew at what is part of an item. */
  update(item: EntityRef): ItemIndexChange;
  /** The item is no longer one. */
  forget(item: EntityRef): void;
}

/** @param isHome whether an entity has a workflow of its own: items, the root entity, and those above it */
export function itemIndexOf(store: EntityStore, isHome: (ref: EntityRef) => boolean): ItemIndex {
  const parts = new Map<string, Map<string, EntityRef>>();
  const items = new Map<string, Set<string>>();
  /** The entities at which an item ends, and the items that end at an entity. */
  const ends = new Map<string, ReadonlySet<string>>();
  const nextTo = new Map<string, Set<string>>();

  const relationsOf = (name: string): NonNullable<EntitySchema['relations']> =>
    own(store.schema, name)?.relations ?? {};

  const drop = (index: Map<string, Set<string>>, part: string, item: string): void => {
    const holders = index.get(part);
    holders?.delete(item);
    if (holders?.size === 0) index.delete(part);
  };

  const end = (item: string, at: ReadonlySet<string>): void => {
    for (const key of ends.get(item) ?? []) if (!at.has(key)) drop(nextTo, key, item);
    for (const key of at) getOrAdd(nextTo, key, () => new Set()).add(item);
    if (at.size > 0) ends.set(item, at);
    else ends.delete(item);
  };

  const find = (item: EntityRef): Map<string, EntityRef> => {
    const found = new Map<string, EntityRef>();
    const at = new Set<string>();
    const visit = ({ name, id }: EntityRef): void => {
      for (const [field, relation] of entries(relationsOf(name))) {
        for (const held of idsOf(own(store.get(name, id), field))) {
          const ref = { name: relationTarget(relation), id: held };
          const key = keyOf(ref);
          // An id without an entity counts: it may come later.
          if (found.has(key)) continue;
          if (isHome(ref)) {
            at.add(key);
            continue;
          }
          found.set(key, ref);
          visit(ref);
        }
      }
    };
    visit(item);
    end(keyOf(item), at);
    return found;
  };

  return {
    itemsNextTo: (ref) => nextTo.get(keyOf(ref)) ?? [],
    itemsOf: (ref) => items.get(keyOf(ref)) ?? [],
    partsOf: (item) => parts.get(keyOf(item))?.values() ?? [],
    isMovedBy: (changes, ref) => fieldsIn(changes, ref).some((field) => hasOwn(relationsOf(ref.name), field)),
    update(item) {
      const key = keyOf(item);
      const before = parts.get(key);
      const after = find(item);
      const added: EntityRef[] = [];
      const removed: EntityRef[] = [];
      if (before || after.size > 0) parts.set(key, after);
      for (const [part, ref] of after) {
        if (before?.has(part)) continue;
        getOrAdd(items, part, () => new Set()).add(key);
        added.push(ref);
      }
      for (const [part, ref] of before ?? []) {
        if (after.has(part)) continue;
        drop(items, part, key);
        removed.push(ref);
      }
      return { added, removed };
    },
    forget(item) {
      const key = keyOf(item);
      for (const part of parts.get(key)?.keys() ?? []) drop(items, part, key);
      parts.delete(key);
      end(key, new Set());
    },
  };
}
