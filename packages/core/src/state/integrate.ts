import type { EntityRef } from '../contract/adapter';
import type { Patch } from '../contract/load';
import type { Entities, Fields, Json } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import { refsOf } from './change-set';
import { difference } from './difference';
import type { Draft } from './draft';
import type { EntityStore } from './entity-store';
import { at, copyFields, equalJson, forEach, own, setField, without } from './json';
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

/** What an integration needs of the state: the entities, and what each source gave of them. */
export interface IntegrationTarget {
  readonly root: EntityRef;
  readonly store: EntityStore;
  readonly views: ReadonlyMap<string, SourceView>;
  view(source: string): SourceView;
  isRoot(name: string, id: string): boolean;
  commit(draft: Draft, origin: string, writer: SourceView): ChangeSet;
}

/**
 * Takes what a source gave into the state. A field changes when the source gives a value other than the one
 * it gave before: so a change made here stays until the source changes the same field, whether the load
 * brought everything or only what changed.
 */
export function integrate(
  state: IntegrationTarget,
  source: string,
  content: SourceContent,
  { now, maxDeleteRatio, minDeleteCount }: IntegrationOptions,
): Integration {
  const view = state.view(source);
  const gone = goneEntities(view, content);
  const of = view.size;
  if (of > minDeleteCount && gone.length > of * maxDeleteRatio)
    return { refused: { deletes: gone.length, of } };

  const intake = new Intake(state, view, now);
  if ('changes' in content) intake.takePatch(content.changes);
  else intake.takeEntities(content.entities, content.append);
  intake.takeDeletes(gone, 'changes' in content || content.complete);
  view.checkedAt = now;
  return { changes: state.commit(intake.draft, source, view), said: intake.said };
}

/** One integration under way. The state is changed when its draft is committed; the view is, step by step. */
class Intake {
  readonly draft: Draft;
  readonly said: Said[] = [];
  readonly #state: IntegrationTarget;
  readonly #view: SourceView;
  /** What the other sources gave. */
  readonly #others: readonly SourceView[];
  readonly #now: number;

  constructor(state: IntegrationTarget, view: SourceView, now: number) {
    this.draft = state.store.draft();
    this.#state = state;
    this.#view = view;
    this.#others = [...state.views.values()].filter((other) => other !== view);
    this.#now = now;
  }

  takeEntities(entities: Entities, append?: Append): void {
    const { name, id } = this.#state.root;
    if (append) {
      const list = (own(this.#earlier(name, id), append.field) ?? []) as readonly string[];
      const longer = [...new Set([...list, ...append.ids])];
      if (longer.length > list.length) this.#change(name, id, { [append.field]: longer }, []);
    }
    forEach(entities, (name, id, fields) => {
      let before = this.#earlier(name, id);
      // A list page can hold the root, nested in a record: the list that grows by this page was no field of that root.
      if (before && append && this.#state.isRoot(name, id) && !Object.hasOwn(fields, append.field))
        before = without(before, [append.field]);
      const changed = difference(before, fields);
      if (changed) this.#change(name, id, changed.set, changed.unset);
    });
  }

  takePatch({ set, unset, splice }: Patch): void {
    forEach(set, (name, id, fields) => this.#change(name, id, fields, []));
    forEach(unset, (name, id, fields) => this.#change(name, id, {}, fields));
    forEach(splice, (name, id, edits) => {
      const lists: Record<string, Json> = {};
      for (const [field, edit] of Object.entries(edits)) {
        const list = (own(this.#earlier(name, id), field) ?? []) as readonly Json[];
        setField(lists, field, applySplice(list, edit));
      }
      this.#change(name, id, lists, []);
    });
  }

  /** @param isWhole whether what the source gave is all that its lists hold */
  takeDeletes(gone: readonly EntityRef[], isWhole: boolean): void {
    const removed: EntityRef[] = [];
    for (const ref of gone) {
      const { name, id } = ref;
      if (this.draft.get(name, id)) {
        if (this.#state.isRoot(name, id) || this.#others.some((other) => other.given(name, id))) {
          this.#change(name, id, {}, this.#view.given(name, id)?.shape ?? []);
        } else {
          this.draft.put(name, id, undefined);
          removed.push(ref);
        }
      }
      this.#view.forget(name, id);
      this.said.push([ref, []]);
    }
    // The id of a removed entity stays in a relation as long as a source still lists it there, though no source gives
    // the entity: so the state is what the sources say, and the item is there again once one of them gives it. Whether
    // this source still lists the id is known only if it gave its lists whole.
    const listing = isWhole ? [this.#view, ...this.#others] : this.#others;
    this.#state.store.dropReferences(this.draft, removed, (name, id, field, fields) =>
      listing.some((one) => equalJson(own(one.fields(name, id, fields), field), fields[field])),
    );
  }

  /** An entity as the source gave it before. */
  #earlier(name: string, id: string): Fields | undefined {
    return this.#view.fields(name, id, this.draft.get(name, id));
  }

  /** The source changed these fields of an entity. */
  #change(name: string, id: string, set: Fields, unset: readonly string[]): void {
    const { draft } = this;
    const view = this.#view;
    const held = draft.get(name, id);
    const next = copyFields(held ?? this.#earlier(name, id));
    for (const [field, value] of Object.entries(set))
      if (!equalJson(own(next, field), value)) setField(next, field, value);
    for (const field of unset) {
      const other = this.#others.find((candidate) => candidate.given(name, id)?.shape.includes(field));
      if (!other) delete next[field];
      else setField(next, field, own(other.fields(name, id, held), field) as Json);
    }
    const given = without({ ...this.#earlier(name, id), ...set }, unset);
    view.give(
      name,
      id,
      Object.keys(given),
      this.#now,
      view.given(name, id)?.base && difference(next, given)?.set,
    );
    draft.put(name, id, next);
    this.said.push([{ name, id }, [...Object.keys(set), ...unset]]);
  }
}

/** The entities that the source gave and that are no more; as for a patch, all that it names. */
function goneEntities(view: SourceView, content: SourceContent): EntityRef[] {
  if ('changes' in content) return refsOf(content.changes.deletes);
  const { entities, complete, deletes = [] } = content;
  const gone = deletes.filter(({ name, id }) => view.given(name, id));
  if (complete) for (const ref of view.refs()) if (!at(entities, ref.name, ref.id)) gone.push(ref);
  return [...new Map(gone.map((ref) => [keyOf(ref), ref])).values()];
}
