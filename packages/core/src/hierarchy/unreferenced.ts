import type { EntityRef } from '../contract/adapter';
import { relationTarget } from '../contract/schema';
import type { EntityState } from '../state/entity-state';
import { own } from '../state/json';
import { entries } from '../state/objects';
import { keyOf } from '../state/refs';
import { idsOf } from './managed-path';
import { isOwn } from './speech';

/**
 * Which of some entities, and of those that hang from them, nothing refers to any more: nothing that hangs from the
 * root entity, and nothing that a source of this workflow gives.
 */
export function findUnreferenced(state: EntityState, suspects: Iterable<EntityRef>): EntityRef[] {
  const { store, root } = state;
  const refsIn = ({ name, id }: EntityRef): EntityRef[] =>
    entries(own(store.schema, name)?.relations ?? {}).flatMap(([field, relation]) =>
      idsOf(own(store.get(name, id), field)).map((key) => ({ name: relationTarget(relation), id: key })),
    );
  /** Adds what hangs from entities. */
  const follow = (
    from: readonly EntityRef[],
    found: Map<string, EntityRef>,
    stop?: Map<string, EntityRef>,
  ): void => {
    const open = [...from];
    for (let ref = open.pop(); ref; ref = open.pop()) {
      const key = keyOf(ref);
      if (found.has(key) || stop?.has(key)) continue;
      found.set(key, ref);
      open.push(...refsIn(ref));
    }
  };

  const held = [...suspects].filter(({ name, id }) => store.get(name, id));
  if (held.length === 0) return [];
  const kept = new Map<string, EntityRef>();
  const given = [...state.views].flatMap(([source, view]) => (isOwn(source) ? [...view.refs()] : []));
  follow([root, ...given], kept);
  const gone = new Map<string, EntityRef>();
  follow(held, gone, kept);
  return [...gone.values()].filter(({ name, id }) => store.get(name, id));
}
