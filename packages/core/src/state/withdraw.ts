import type { EntityRef } from '../contract/adapter';
import type { Json } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import type { EntityState } from './entity-state';
import { copyFields, equalJson, own, setField } from './json';

/** What becomes of what was given. */
export interface WithdrawOptions {
  /** Whether a source gives a field still. @default none does */
  readonly isGiven?: (source: string, ref: EntityRef, field: string) => boolean;
  /** Whether it is decided here what becomes of an entity. @default of all */
  readonly decides?: (ref: EntityRef) => boolean;
}

/**
 * Some sources are there no more, and did not say that anything is gone. What stands as they gave it falls back to what
 * another source gives; what none gives is nobody's from now on, and stays. What somebody else wrote since stays, too.
 *
 * @returns also the entities of which something is given no more
 */
export function withdraw(
  state: EntityState,
  sources: readonly string[],
  { isGiven = () => false, decides = () => true }: WithdrawOptions = {},
  origin?: string,
): { readonly changes: ChangeSet; readonly withdrawn: readonly EntityRef[] } {
  const { store, views } = state;
  const gone: (readonly [ref: EntityRef, fields: readonly string[]])[] = [];
  for (const source of sources) {
    const view = views.get(source);
    for (const ref of [...(view?.refs() ?? [])]) {
      const { name, id } = ref;
      const { shape = [], base = {}, changedAt = 0 } = view?.given(name, id) ?? {};
      const left = shape.filter((field) => isGiven(source, ref, field));
      if (left.length === shape.length) continue;
      gone.push([ref, shape.filter((field) => !left.includes(field) && !Object.hasOwn(base, field))]);
      if (left.length === 0) {
        view?.forget(name, id);
        continue;
      }
      const kept = copyFields(base);
      for (const field of shape) if (!left.includes(field)) delete kept[field];
      view?.give(name, id, left, changedAt, kept);
    }
    if (view?.size === 0) views.delete(source);
  }
  const draft = store.draft();
  for (const [ref, fields] of gone) {
    const { name, id } = ref;
    const held = store.get(name, id);
    if (!held || !decides(ref)) continue;
    const others = [...views.values()];
    const next = copyFields(draft.get(name, id));
    for (const field of fields) {
      const other = others.find((view) => view.given(name, id)?.shape.includes(field));
      const value = own<Json>(other?.fields(name, id, held), field);
      if (value !== undefined && !equalJson(value, held[field])) setField(next, field, value);
    }
    draft.put(name, id, next);
  }
  return { changes: state.commit(draft, origin), withdrawn: gone.map(([ref]) => ref) };
}
