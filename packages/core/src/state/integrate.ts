import type { EntityRef } from '../contract/adapter';
import type { Patch } from '../contract/load';
import type { Entities, Fields, Json } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { refsOf } from './change-set';
import { difference } from './difference';
import type { EntityState } from './entity-state';
import { at, copyFields, equalJson, forEach, own, setField, without } from './json';
import { entries, hasOwn, keys } from './objects';
import { keyOf } from './refs';
import type { SourceView } from './source-view';
import { applySplice } from './splice';

/** What a source gave: all of some entities, or what changed of them. */
export type SourceContent =
  | {
      readonly entities: Entities;
      readonly complete: boolean;
      readonly deletes?: readonly EntityRef[];
      readonly append?: Append;
    }
  | { readonly changes: Patch };

/** How an integration is done. */
export interface IntegrationOptions {
  /** Now, in milliseconds. */
  readonly now: number;
  /** The largest part of a source's entities that one sweep may remove. */
  readonly maxDeleteRatio: number;
  /** Up to this many entities the ratio does not count. */
  readonly minDeleteCount: number;
}

/** What came of an integration: what it changed, and what the source said that it had not said before. */
export type Integration =
  { readonly changes: ChangeSet; readonly said: readonly Said[] } | { readonly refused: RefusedSweep };

/** Fields of an entity of which a source said something new; none for an entity that it no longer gives. */
export type Said = readonly [ref: EntityRef, fields: readonly string[]];

/** A sweep that would have removed too much. Nothing of it was taken in. */
export interface RefusedSweep {
  /** How many entities it would have removed. */
  readonly deletes: number;
  /** Of how many that the source gave. */
  readonly of: number;
}

/** Ids for a list of the root entity that was not given whole. */
interface Append {
  readonly field: string;
  readonly ids: readonly string[];
}

/**
 * Takes what a source gave into the state. A field changes when the source gives a value other than the one
 * it gave before: so a change made here stays until the source changes the same field, whether the load
 * brought everything or only what changed.
 */
export function integrate(
  state: EntityState,
  source: string,
  content: SourceContent,
  { now, maxDeleteRatio, minDeleteCount }: IntegrationOptions,
): Integration {
  const view = state.view(source);
  const gone = goneEntities(view, content);
  const of = view.size;
  if (of > minDeleteCount && gone.length > of * maxDeleteRatio)
    return { refused: { deletes: gone.length, of } };

  const draft = state.store.draft();
  const said: Said[] = [];
  const others = [...state.views.values()].filter((other) => other !== view);

  /** An entity as the source gave it before. */
  const earlier = (name: string, id: string): Fields | undefined =>
    view.fields(name, id, draft.get(name, id));

  /** The source changed these fields of an entity. */
  const change = (name: string, id: string, set: Fields, unset: readonly string[]): void => {
    const held = draft.get(name, id);
    const next = copyFields(held ?? earlier(name, id));
    for (const [field, value] of entries(set))
      if (!equalJson(own(next, field), value)) setField(next, field, value);
    for (const field of unset) {
      const other = others.find((candidate) => candidate.given(name, id)?.shape.includes(field));
      if (!other) delete next[field];
      else setField(next, field, own(other.fields(name, id, held), field) as Json);
    }
    const given = without({ ...earlier(name, id), ...set }, unset);
    view.give(name, id, keys(given), now, view.given(name, id)?.base && difference(next, given)?.set);
    draft.put(name, id, next);
    said.push([{ name, id }, [...keys(set), ...unset]]);
  };

  const takeEntities = (entities: Entities, append?: Append): void => {
    const { name, id } = state.root;
    if (append) {
      const list = (own(earlier(name, id), append.field) ?? []) as readonly string[];
      const longer = [...new Set([...list, ...append.ids])];
      if (longer.length > list.length) change(name, id, { [append.field]: longer }, []);
    }
    forEach(entities, (name, id, fields) => {
      let before = earlier(name, id);
      // The root can be nested in a record; the list that grows is none of what that gave.
      if (before && append && state.isRoot(name, id) && !hasOwn(fields, append.field))
        before = without(before, [append.field]);
      const changed = difference(before, fields);
      if (changed) change(name, id, changed.set, changed.unset);
    });
  };

  const takePatch = ({ set, unset, splice }: Patch): void => {
    forEach(set, (name, id, fields) => change(name, id, fields, []));
    forEach(unset, (name, id, fields) => change(name, id, {}, fields));
    forEach(splice, (name, id, edits) => {
      const lists: Record<string, Json> = {};
      for (const [field, edit] of entries(edits)) {
        const list = (own(earlier(name, id), field) ?? []) as readonly Json[];
        setField(lists, field, applySplice(list, edit));
      }
      change(name, id, lists, []);
    });
  };

  const takeDeletes = (): void => {
    const removed: EntityRef[] = [];
    for (const ref of gone) {
      const { name, id } = ref;
      if (draft.get(name, id)) {
        if (state.isRoot(name, id) || others.some((other) => other.given(name, id))) {
          change(name, id, {}, view.given(name, id)?.shape ?? []);
        } else {
          draft.put(name, id, undefined);
          removed.push(ref);
        }
      }
      view.forget(name, id);
      said.push([ref, []]);
    }
    // What a source lists without giving it stays listed: so the state is what the sources say, and the item
    // is there again once one of them gives it. Of this one that is known if it said all that its lists hold.
    const listing = 'changes' in content || content.complete ? [view, ...others] : others;
    state.store.dropReferences(draft, removed, (name, id, field, fields) =>
      listing.some((one) => equalJson(own(one.fields(name, id, fields), field), fields[field])),
    );
  };

  if ('changes' in content) takePatch(content.changes);
  else takeEntities(content.entities, content.append);
  takeDeletes();
  view.checkedAt = now;
  return { changes: state.commit(draft, source, view), said };
}

/** The entities that the source gave and that are no more; as for a patch, all that it names. */
function goneEntities(view: SourceView, content: SourceContent): EntityRef[] {
  if ('changes' in content) return refsOf(content.changes.deletes);
  const { entities, complete, deletes = [] } = content;
  const gone = deletes.filter(({ name, id }) => view.given(name, id));
  if (complete) for (const ref of view.refs()) if (!at(entities, ref.name, ref.id)) gone.push(ref);
  return [...new Map(gone.map((ref) => [keyOf(ref), ref])).values()];
}
