import type { EntityRef } from '../contract/adapter';
import { InvalidInputError } from '../contract/errors';
import type { ListEdits } from '../contract/hierarchy';
import { type Entities, type Fields, isMany, relationTarget, type Schema } from '../contract/schema';
import type { ChangeSet, DeletePayload, StartInput, UpdatePayload } from '../contract/wire';
import type { Earlier } from './before';
import { refsOf } from './change-set';
import { denormalize } from './denormalize';
import type { Draft } from './draft';
import { EntityStore } from './entity-store';
import { identify, recordOf } from './identify';
import { integrate, type Integration, type IntegrationOptions, type SourceContent } from './integrate';
import { forEach, isPlainObject, without } from './json';
import { editLists } from './list-edits';
import { getOrAdd } from './objects';
import { forEachGiven } from './place';
import { keyOf } from './refs';
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

/** What changes came from. */
export interface Trace {
  /** The entities that have come to be, by their keys. */
  readonly created?: ReadonlySet<string>;
  /** What changed, as it was before. */
  readonly earlier?: Earlier;
}

const always = (): boolean => true;

/** Entity state together with where it came from: the root entity, the store and a view per source. */
export class EntityState {
  readonly root: EntityRef;
  readonly store: EntityStore;
  /** What each source last gave, by its name. */
  readonly views: Map<string, SourceView>;
  /** Whether nothing is made of a list that is not there where something is taken out of it. */
  leavesAbsent = always;
  #created?: Set<string>;
  #earlier?: Map<string, Fields | undefined>;

  constructor(
    root: EntityRef,
    schema: Schema,
    entities: Entities = {},
    views: Readonly<Record<string, CarriedView>> = {},
  ) {
    this.root = root;
    this.store = new EntityStore(schema, entities);
    this.views = new Map(
      Object.entries(views).map(([source, carried]) => [source, SourceView.from(carried)]),
    );
  }

  /** The root entity, denormalized; `undefined` until something is known of it. */
  get data(): unknown {
    return this.store.denormalize(this.root.name, this.root.id);
  }

  /**
   * An entity, denormalized; `undefined` where nothing is known of it. Of all but the root it is made anew each time.
   *
   * @throws InvalidInputError when the schema has no such entity
   */
  dataOf(name: string, id: string): unknown {
    this.#checkName('entityName', name);
    return this.isRoot(name, id) ? this.data : denormalize(this.store, this.store.schema, name, id);
  }

  isRoot(name: string, id: string): boolean {
    return name === this.root.name && id === this.root.id;
  }

  /** What a source last gave. */
  view(source: string): SourceView {
    return getOrAdd(this.views, source, () => new SourceView());
  }

  /** Who gave an entity; empty for one that only signals and the workflow itself wrote. */
  provenance(name: string, id: string): Provenance[] {
    const found: Provenance[] = [];
    for (const [source, view] of this.views) {
      const given = view.given(name, id);
      if (given) found.push({ source, seenAt: view.checkedAt, changedAt: given.changedAt });
    }
    return found;
  }

  /** Takes in what a source gave, in one step: all of it, or nothing when the breaker refuses. */
  integrate(source: string, content: SourceContent, options: IntegrationOptions): Integration {
    return integrate(this, source, content, options);
  }

  /**
   * Takes in what a workflow is started with. A parent may hold kinds of entity that its child does not know.
   *
   * @throws StatefulWorkflowError that leaves the state as it was
   */
  seed({ state = {}, data, parent }: Pick<StartInput, 'state' | 'data' | 'parent'>): ChangeSet {
    const { name, id } = this.root;
    const updates = parent
      ? Object.fromEntries(Object.entries(state).filter(([kind]) => Object.hasOwn(this.store.schema, kind)))
      : state;
    const draft = this.#draftOf({ entityName: name, updates, strategy: '$set' }, 'state');
    if (data !== undefined) draft.upsert(name, data, '$merge', 'data', id);
    return this.commit(draft);
  }

  /**
   * Takes in an `update`.
   *
   * @param onEdits hears of lists that something was added to, or taken out of
   * @throws StatefulWorkflowError that leaves the state as it was
   */
  update(payload: UpdatePayload, onEdits?: (edits: ListEdits) => void): ChangeSet {
    const draft = this.#draftOf(payload);
    const edits = this.#editLists(draft, payload, this.leavesAbsent);
    if (edits) onEdits?.(edits);
    return this.commit(draft, payload.changeOrigin);
  }

  /** Whether an `update` could be taken in. @throws StatefulWorkflowError when it could not */
  checkUpdate(payload: UpdatePayload): void {
    this.#editLists(this.#draftOf(payload), payload, always);
  }

  /** Takes in a `delete`. @throws StatefulWorkflowError that leaves the state as it was */
  delete({ entityName, data, deletions = {}, changeOrigin }: DeletePayload): ChangeSet {
    this.#checkName('entityName', entityName);
    const refs: EntityRef[] = [];
    if (data !== undefined)
      forEachGiven(data, 'data', (given, place) => {
        const record = recordOf(given, entityName, place);
        refs.push({ name: entityName, id: identify(record, this.store.schema[entityName], place) });
      });
    refs.push(...refsOf(this.#checked('deletions', deletions)));
    const { name, id } = this.root;
    if (refs.some((ref) => this.isRoot(ref.name, ref.id)))
      throw new InvalidInputError(
        'deletions',
        `names the root entity ${name} ${id}`,
        'It lives as long as its workflow: send status "completed" or cancel instead',
      );
    return this.remove(refs, changeOrigin);
  }

  /** Removes entities, and their ids from the relations that hold them. */
  remove(refs: readonly EntityRef[], origin?: string): ChangeSet {
    const held = refs.filter(({ name, id }) => this.store.get(name, id));
    const draft = this.store.draft();
    for (const { name, id } of held) draft.put(name, id, undefined);
    this.store.dropReferences(draft, held);
    return this.commit(draft, origin);
  }

  /**
   * Sets the root entity's fields.
   *
   * @returns also what its lists held and no longer hold
   */
  setRoot(data: Readonly<Record<string, unknown>>): {
    readonly changes: ChangeSet;
    readonly dropped: readonly EntityRef[];
  } {
    const { store } = this;
    const { name, id } = this.root;
    const draft = store.draft();
    draft.upsert(name, data, '$set', 'data', id);
    const before = store.get(name, id);
    const after = draft.get(name, id);
    const dropped: EntityRef[] = [];
    for (const [field, relation] of Object.entries(store.schema[name]?.relations ?? {})) {
      if (!isMany(relation) || !Object.hasOwn(data, field)) continue;
      const target = relationTarget(relation);
      const kept = new Set(after?.[field] as readonly string[]);
      for (const item of (before?.[field] ?? []) as readonly string[])
        if (!kept.has(item) && !this.isRoot(target, item)) dropped.push({ name: target, id: item });
    }
    return { changes: this.commit(draft), dropped };
  }

  /** The views as plain JSON, for continue-as-new. */
  carryViews(): Record<string, CarriedView> {
    return Object.fromEntries([...this.views].map(([source, view]) => [source, view.carry()]));
  }

  /**
   * Makes a draft's changes real; what the sources gave is remembered where the state will differ.
   *
   * @param writer the view of the source that the changes are from, which knows of them already
   */
  commit(draft: Draft, origin?: string, writer?: SourceView): ChangeSet {
    return this.store.commit(draft, origin, (name, id, before, after) => {
      const key = keyOf({ name, id });
      if (!before && after) (this.#created ??= new Set()).add(key);
      if (!this.#earlier?.has(key)) (this.#earlier ??= new Map()).set(key, before);
      for (const view of this.views.values()) if (view !== writer) view.keepBase(name, id, before, after);
    });
  }

  /** What is to be known of changes since this was asked last besides what they are. */
  takeTrace(): Trace {
    const trace = { created: this.#created, earlier: this.#earlier };
    this.#created = this.#earlier = undefined;
    return trace;
  }

  #draftOf(
    { entityName, data, updates = {}, unset = {}, strategy = '$merge' }: UpdatePayload,
    field = 'updates',
  ): Draft {
    this.#checkName('entityName', entityName);
    const draft = this.store.draft();
    if (data !== undefined)
      forEachGiven(data, 'data', (record, place) =>
        draft.upsert(entityName, record, strategy, place, this.#rootId(entityName, record)),
      );
    forEach(this.#checked(field, updates), (name, id, fields) =>
      draft.upsert(name, fields, strategy, `${field}.${name}.${id}`, id),
    );
    forEach(this.#checked('unset', unset), (name, id, gone) => {
      const held = draft.get(name, id);
      if (held) draft.put(name, id, without(held, gone));
    });
    return draft;
  }

  #editLists(draft: Draft, payload: UpdatePayload, leavesAbsent: () => boolean): ListEdits | undefined {
    const { root, store } = this;
    const rootId = (name: string, record: unknown): string | undefined => this.#rootId(name, record);
    return editLists(draft, { root, store, rootId, leavesAbsent }, payload);
  }

  /** A record of the root's kind that has no id is the root. */
  #rootId(name: string, record: unknown): string | undefined {
    const paths = [this.store.schema[name]?.idAttribute ?? 'id'].flat();
    const hasId =
      isPlainObject(record) && paths.some((path) => Object.hasOwn(record, path.split('.', 1)[0] as string));
    return name === this.root.name && !hasId ? this.root.id : undefined;
  }

  /** What a payload has by entity name. */
  #checked<T extends object>(field: string, tables: T): T {
    for (const name of Object.keys(tables)) this.#checkName(`${field}.${name}`, name);
    return tables;
  }

  #checkName(field: string, name: string): void {
    const { schema } = this.store;
    if (Object.hasOwn(schema, name)) return;
    throw new InvalidInputError(
      field,
      `"${name.slice(0, 80)}" is not an entity of this workflow`,
      `Use one of ${Object.keys(schema).join(', ')}`,
    );
  }
}
