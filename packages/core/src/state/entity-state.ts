import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import { type Entities, isMany, relationTarget, type Schema } from '../contract/schema';
import type { ChangeSet, DeletePayload, StartInput, UpdatePayload } from '../contract/wire';
import type { Draft } from './draft';
import { EntityStore } from './entity-store';
import { identify } from './identify';
import type { IntegrationOptions, Integration, SourceContent } from './integrate';
import { integrate } from './integrate';
import { copyFields, isPlainObject } from './json';
import { type CarriedView, SourceView } from './source-view';

/** Who gave an entity, and when. */
export interface Provenance {
  /** The source's name. */
  readonly source: string;
  /** When the source was last looked at and still gave the entity, in milliseconds. */
  readonly seenAt: number;
  /** When the source last gave something new of the entity, in milliseconds. */
  readonly changedAt: number;
}

/** Entity state together with where it came from: the root entity, the store and a view per source. */
export class EntityState {
  readonly root: EntityRef;
  readonly store: EntityStore;
  readonly #views = new Map<string, SourceView>();

  constructor(
    root: EntityRef,
    schema: Schema,
    entities: Entities = {},
    views: Readonly<Record<string, CarriedView>> = {},
  ) {
    this.root = root;
    this.store = new EntityStore(schema, entities);
    for (const [source, carried] of Object.entries(views)) this.#views.set(source, SourceView.from(carried));
  }

  /** The root entity, denormalized; `undefined` until something is known of it. */
  get data(): unknown {
    return this.store.denormalize(this.root.name, this.root.id);
  }

  /** What a source last gave. */
  view(source: string): SourceView {
    let view = this.#views.get(source);
    if (view === undefined) this.#views.set(source, (view = new SourceView()));
    return view;
  }

  /** Who gave an entity; empty for one that only signals and the workflow itself wrote. */
  provenance(name: string, id: string): Provenance[] {
    const found: Provenance[] = [];
    for (const [source, view] of this.#views) {
      const changedAt = view.changedAt(name, id);
      if (changedAt !== undefined) found.push({ source, seenAt: view.checkedAt, changedAt });
    }
    return found;
  }

  /** Takes in what a source gave, in one step: all of it, or nothing when the breaker refuses. */
  integrate(source: string, content: SourceContent, options: IntegrationOptions): Integration {
    return integrate(
      this.store,
      this.root,
      { source, views: this.#views, view: this.view(source) },
      content,
      options,
    );
  }

  /** Takes in what a workflow is started with. @throws StatefulWorkflowError that leaves the state as it was */
  seed({ state = {}, data }: Pick<StartInput, 'state' | 'data'>): ChangeSet {
    const draft = this.#draftOf({ entityName: this.root.name, updates: state, strategy: '$set' }, 'state');
    if (data !== undefined) draft.upsert(this.root.name, data, '$merge', 'data', this.root.id);
    return this.commit(draft);
  }

  /** Takes in an `update`. @throws StatefulWorkflowError that leaves the state as it was */
  update(payload: UpdatePayload): ChangeSet {
    return this.commit(this.#draftOf(payload), payload.changeOrigin);
  }

  /** Whether an `update` could be taken in. @throws StatefulWorkflowError when it could not */
  checkUpdate(payload: UpdatePayload): void {
    this.#draftOf(payload);
  }

  /** Takes in a `delete`. @throws StatefulWorkflowError that leaves the state as it was */
  delete(payload: DeletePayload): ChangeSet {
    const { entityName, data, deletions = {}, changeOrigin } = payload;
    this.#checkName('entityName', entityName);
    const records = data === undefined ? [] : Array.isArray(data) ? (data as readonly unknown[]) : [data];
    const refs: EntityRef[] = records.map((record, i) => {
      const where = Array.isArray(data) ? `data[${i}]` : 'data';
      if (!isPlainObject(record))
        throw new InvalidInputError(where, 'is not an object', 'Give the entity, or at least its id');
      return { name: entityName, id: identify(record, this.store.schema[entityName], () => where) };
    });
    for (const [name, ids] of Object.entries(deletions)) {
      this.#checkName(`deletions.${name}`, name);
      for (const id of ids) refs.push({ name, id });
    }
    for (const { name, id } of refs) {
      if (name === this.root.name && id === this.root.id) {
        throw new InvalidInputError(
          'deletions',
          `names the root entity ${name} ${id}`,
          'It lives as long as its workflow: send status "completed" or cancel instead',
        );
      }
    }
    return this.remove(refs, changeOrigin);
  }

  /** Removes entities, and their ids from the relations that hold them. */
  remove(refs: readonly EntityRef[], origin?: string): ChangeSet {
    const draft = this.store.draft();
    const held = refs.filter(({ name, id }) => this.store.get(name, id) !== undefined);
    for (const { name, id } of held) draft.put(name, id, undefined);
    this.store.dropReferences(draft, held);
    return this.commit(draft, origin);
  }

  /**
   * Takes in a `data` signal: sets the root entity's fields. Entities that its lists held and no longer hold
   * are removed.
   */
  setRoot(data: Readonly<Record<string, unknown>>): ChangeSet {
    const { name, id } = this.root;
    const draft = this.store.draft();
    draft.upsert(name, data, '$set', 'data', id);
    const before = this.store.get(name, id);
    const after = draft.get(name, id);
    const dropped: EntityRef[] = [];
    for (const [field, relation] of Object.entries(this.store.schema[name]?.relations ?? {})) {
      if (!isMany(relation) || !Object.hasOwn(data, field)) continue;
      const kept = new Set(after?.[field] as readonly string[]);
      for (const item of (before?.[field] ?? []) as readonly string[]) {
        const target = relationTarget(relation);
        if (!kept.has(item) && !(target === name && item === id)) dropped.push({ name: target, id: item });
      }
    }
    for (const ref of dropped) draft.put(ref.name, ref.id, undefined);
    this.store.dropReferences(draft, dropped);
    return this.commit(draft);
  }

  /** The views as plain JSON, for continue-as-new. */
  carryViews(): Record<string, CarriedView> {
    return Object.fromEntries([...this.#views].map(([source, view]) => [source, view.carry()]));
  }

  #draftOf(
    { entityName, data, updates = {}, unset = {}, strategy = '$merge' }: UpdatePayload,
    field = 'updates',
  ): Draft {
    this.#checkName('entityName', entityName);
    const draft = this.store.draft();
    if (data !== undefined) {
      const records = Array.isArray(data) ? (data as readonly unknown[]) : [data];
      records.forEach((record, i) =>
        draft.upsert(
          entityName,
          record,
          strategy,
          Array.isArray(data) ? `data[${i}]` : 'data',
          this.#rootId(entityName, record),
        ),
      );
    }
    for (const [name, entities] of Object.entries(updates)) {
      this.#checkName(`${field}.${name}`, name);
      for (const [id, fields] of Object.entries(entities))
        draft.upsert(name, fields, strategy, `${field}.${name}.${id}`, id);
    }
    for (const [name, entities] of Object.entries(unset)) {
      this.#checkName(`unset.${name}`, name);
      for (const [id, fields] of Object.entries(entities)) {
        const held = draft.get(name, id);
        if (held === undefined) continue;
        const left = copyFields(held);
        for (const gone of fields) delete left[gone];
        draft.put(name, id, left);
      }
    }
    return draft;
  }

  /** Makes a draft's changes real; what the sources gave is remembered where the state will differ. */
  commit(draft: Draft, origin?: string): ChangeSet {
    return this.store.commit(draft, origin, (name, id, before, after) => {
      for (const view of this.#views.values()) view.keepBase(name, id, before, after);
    });
  }

  /** A record of the root's kind that has no id is the root. */
  #rootId(name: string, record: unknown): string | undefined {
    const attribute = this.store.schema[name]?.idAttribute ?? 'id';
    const hasId =
      isPlainObject(record) &&
      [attribute].flat().some((path) => Object.hasOwn(record, path.split('.')[0] ?? path));
    return name === this.root.name && !hasId ? this.root.id : undefined;
  }

  #checkName(field: string, name: string): void {
    if (Object.hasOwn(this.store.schema, name)) return;
    throw new InvalidInputError(
      field,
      `"${name.slice(0, 80)}" is not an entity of this workflow`,
      `Use one of ${Object.keys(this.store.schema).join(', ')}`,
    );
  }
}
