import type { EntityRef } from '../contract/adapter';
import type { Patch } from '../contract/load';
import type { Entities, Fields, Json } from '../contract/schema';
import type { ChangeSet } from '../contract/wire';
import type { Draft } from './draft';
import type { EntityStore } from './entity-store';
import { copyFields, equalJson, own, setField } from './json';
import type { SourceView } from './source-view';
import { applySplice } from './splice';

/** What a source gave: all of some entities, or what changed of them. */
export type SourceContent =
  | {
      readonly entities: Entities;
      readonly complete: boolean;
      readonly deletes?: readonly EntityRef[];
      readonly append?: { readonly field: string; readonly ids: readonly string[] };
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

/** What came of an integration. */
export type Integration = { readonly changes: ChangeSet } | { readonly refused: RefusedSweep };

/** A sweep that would have removed too much. Nothing of it was taken in. */
export interface RefusedSweep {
  /** How many entities it would have removed. */
  readonly deletes: number;
  /** Of how many that the source gave. */
  readonly of: number;
}

/** The source that writes, among the views of all. */
export interface Writer {
  readonly source: string;
  readonly view: SourceView;
  readonly views: ReadonlyMap<string, SourceView>;
}

/**
 * Takes what a source gave into the store. A field changes when the source gives a value other than the one
 * it gave before: so a change made here stays until the source changes the same field, whether the load
 * brought everything or only what changed.
 */
export function integrate(
  store: EntityStore,
  root: EntityRef,
  writer: Writer,
  content: SourceContent,
  options: IntegrationOptions,
): Integration {
  const gone = goneEntities(writer.view, content);
  const of = writer.view.size;
  if (of > options.minDeleteCount && gone.length > of * options.maxDeleteRatio)
    return { refused: { deletes: gone.length, of } };

  const step = new IntegrationStep(store, root, writer, options.now);
  if ('changes' in content) step.takePatch(content.changes);
  else step.takeEntities(content.entities, content.append);
  step.takeDeletes(gone, 'changes' in content || content.complete);
  writer.view.checkedAt = options.now;
  return { changes: step.commit() };
}

function goneEntities(view: SourceView, content: SourceContent): EntityRef[] {
  if ('changes' in content) {
    return Object.entries(content.changes.deletes ?? {}).flatMap(([name, ids]) =>
      ids.map((id) => ({ name, id })),
    );
  }
  const gone = new Map<string, EntityRef>();
  const add = (ref: EntityRef): unknown => gone.set(JSON.stringify([ref.name, ref.id]), ref);
  for (const ref of content.deletes ?? []) if (view.has(ref.name, ref.id)) add(ref);
  if (content.complete) {
    for (const ref of view.refs()) if (own(own(content.entities, ref.name), ref.id) === undefined) add(ref);
  }
  return [...gone.values()];
}

class IntegrationStep {
  readonly #store: EntityStore;
  readonly #root: EntityRef;
  readonly #writer: Writer;
  readonly #now: number;
  readonly #draft: Draft;
  readonly #others: readonly SourceView[];

  constructor(store: EntityStore, root: EntityRef, writer: Writer, now: number) {
    this.#store = store;
    this.#root = root;
    this.#writer = writer;
    this.#now = now;
    this.#draft = store.draft();
    this.#others = [...writer.views.values()].filter((view) => view !== writer.view);
  }

  takeEntities(
    entities: Entities,
    append?: { readonly field: string; readonly ids: readonly string[] },
  ): void {
    const { view } = this.#writer;
    if (append !== undefined) this.#append(append.field, append.ids);
    for (const name of Object.keys(entities)) {
      const given = entities[name] ?? {};
      for (const id of Object.keys(given)) {
        const fields = given[id] as Fields;
        const held = this.#draft.get(name, id);
        let set: Record<string, Json> | undefined;
        for (const field of Object.keys(fields)) {
          const was = view.value(name, id, field, held);
          if (was === undefined || !equalJson(was, fields[field]))
            setField((set ??= {}), field, fields[field] as Json);
        }
        // The root can be nested in a record; the list that grows is none of what that gave.
        const grows = name === this.#root.name && id === this.#root.id ? append?.field : undefined;
        const unset = view
          .shape(name, id)
          .filter((field) => !Object.hasOwn(fields, field) && field !== grows);
        if (set !== undefined || unset.length > 0 || !view.has(name, id))
          this.#change(name, id, set ?? {}, unset);
      }
    }
  }

  /** Adds ids to a list of the root entity that was not given whole. */
  #append(field: string, ids: readonly string[]): void {
    const { name, id } = this.#root;
    const list = (this.#writer.view.value(name, id, field, this.#draft.get(name, id)) ??
      []) as readonly string[];
    const longer = [...new Set([...list, ...ids])];
    if (longer.length > list.length) this.#change(name, id, { [field]: longer }, []);
  }

  takePatch(patch: Patch): void {
    const touched = new Map<string, Set<string>>();
    for (const part of [patch.set, patch.unset, patch.splice]) {
      for (const [name, entities] of Object.entries(part ?? {})) {
        const ids = touched.get(name) ?? new Set<string>();
        touched.set(name, ids);
        for (const id of Object.keys(entities as object)) ids.add(id);
      }
    }
    for (const [name, ids] of touched) {
      for (const id of ids) {
        const set: Record<string, Json> = { ...own(own(patch.set, name), id) };
        for (const [field, splice] of Object.entries(own(own(patch.splice, name), id) ?? {})) {
          const list = this.#writer.view.value(name, id, field, this.#draft.get(name, id));
          setField(set, field, applySplice((list ?? []) as readonly Json[], splice));
        }
        this.#change(name, id, set, own(own(patch.unset, name), id) ?? []);
      }
    }
  }

  /** @param whole whether the source said all that it holds, and so all that its lists hold */
  takeDeletes(gone: readonly EntityRef[], whole: boolean): void {
    const removed: EntityRef[] = [];
    for (const ref of gone) {
      const { name, id } = ref;
      const isRoot = name === this.#root.name && id === this.#root.id;
      if (this.#draft.get(name, id) !== undefined) {
        if (isRoot || this.#others.some((view) => view.has(name, id))) {
          this.#change(name, id, {}, this.#writer.view.shape(name, id));
        } else {
          this.#draft.put(name, id, undefined);
          removed.push(ref);
        }
      }
      this.#writer.view.forget(name, id);
    }
    if (removed.length === 0) return;
    // What a source lists without giving it stays listed: so the state is what the sources say, and the item
    // is there again once one of them gives it.
    const listing = whole ? [this.#writer.view, ...this.#others] : this.#others;
    this.#store.dropReferences(this.#draft, removed, (name, id, field, fields) =>
      listing.some((view) => equalJson(view.value(name, id, field, fields), fields[field])),
    );
  }

  commit(): ChangeSet {
    return this.#store.commit(this.#draft, this.#writer.source, (name, id, before, after) => {
      for (const view of this.#others) view.keepBase(name, id, before, after);
    });
  }

  /** The source changed these fields of an entity. */
  #change(name: string, id: string, set: Record<string, Json>, unset: readonly string[]): void {
    const { view } = this.#writer;
    const held = this.#draft.get(name, id);
    const next = copyFields(held ?? view.fields(name, id, held));
    for (const field of Object.keys(set)) {
      const value = set[field] as Json;
      if (held === undefined || !equalJson(own(held, field), value)) setField(next, field, value);
    }
    for (const field of unset) {
      const other = this.#others.find((candidate) => candidate.gives(name, id, field));
      if (other === undefined) delete next[field];
      else setField(next, field, other.value(name, id, field, held) as Json);
    }
    const before = view.shape(name, id);
    const kept = before.filter((field) => !unset.includes(field));
    const shape = [...kept, ...Object.keys(set).filter((field) => !before.includes(field))];
    const base = held === undefined ? {} : { ...view.base(name, id) };
    for (const field of [...Object.keys(set), ...unset]) delete base[field];
    view.give(name, id, shape, this.#now, base);
    this.#draft.put(name, id, next);
  }
}
