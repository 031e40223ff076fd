import type { EntityRef } from '../contract/adapter';
import { relationTarget } from '../contract/schema';
import { selectorParts } from '../contract/selector';
import type { EntityStore } from '../state/entity-store';
import { own } from '../state/json';
import { keys } from '../state/objects';
import { idsOf } from './managed-path';

/**
 * Whether somebody asked for a change of this field; without one, for something of an entity that is gone.
 */
export type Selector = (store: EntityStore, change: EntityRef, field?: string) => boolean;

/**
 * Reads which changes somebody asked for: an entity's name, its id, a field, and where the field is a relation
 * the id and the fields of the entities it leads to. `*` stands for any; what is left out too.
 *
 * @param text a checked selector
 */
export function selectorOf(text: string): Selector {
  const parts = selectorParts(text);
  return (store, change, field) => covers(parts, store, change, field);
}

const fits = (part: string | undefined, value: string): boolean => !part || part === value;

/** @param field `undefined` for an entity that is gone: what led to it no longer does */
function covers(
  [name, id, field, ...rest]: readonly string[],
  store: EntityStore,
  change: EntityRef,
  changed: string | undefined,
): boolean {
  if (fits(name, change.name) && fits(id, change.id) && (changed === undefined || fits(field, changed)))
    return true;
  const relation = own(own(store.schema, name ?? '')?.relations, field ?? '');
  if (!name || !field || !relation) return false;
  if (!covers([relationTarget(relation), ...rest], store, change, changed)) return false;
  if (changed === undefined) return true;
  // Only the first step is looked at: further relations are followed from the entity that it leads to.
  const holders = !id ? keys(own(store.entities, name) ?? {}) : [id];
  return holders.some((holder) => leadsTo(store, { name, id: holder }, field, rest, change));
}

/** Whether a relation of an entity holds the changed one, or one from which the rest of the selector leads there. */
function leadsTo(
  store: EntityStore,
  { name, id }: EntityRef,
  field: string,
  [next, ...rest]: readonly string[],
  change: EntityRef,
): boolean {
  const target = relationTarget(own(own(store.schema, name)?.relations, field) ?? '');
  return idsOf(store.get(name, id)?.[field]).some((held) => {
    if (!fits(next, held)) return false;
    if (target === change.name && held === change.id) return true;
    const [deeper, ...further] = rest;
    return (
      !!deeper &&
      !!own(own(store.schema, target)?.relations, deeper) &&
      leadsTo(store, { name: target, id: held }, deeper, further, change)
    );
  });
}
