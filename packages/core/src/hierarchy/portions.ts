import { workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ParentLink } from '../contract/hierarchy';
import { type Entities, type Fields, reachableSchema, relationTarget } from '../contract/schema';
import type { StartInput } from '../contract/wire';
import { denormalize } from '../state/denormalize';
import { inner, table } from '../state/json';
import { getOrAdd, keys, values } from '../state/objects';
import type { Session } from '../workflow/session';
import type { Child } from './child';
import { fieldsIn } from './fields-in';
import type { Item, ManagedPath } from './managed-path';
import type { Post } from './peer';
import { Projection } from './projection';
import type { Reach } from './reach';

/** What each child is given: its part of the state, or what is made of it, and what it is told of its parent. */
export class Portions {
  readonly #session: Session;
  readonly #post: Post;
  /** From the top of the hierarchy to this workflow. */
  readonly #line: readonly Ancestor[];
  readonly #reach: Reach;
  /** Whether an entity has a workflow of its own. */
  readonly #isHome: (ref: EntityRef) => boolean;
  readonly #wants = new Map<string, readonly string[]>();
  /** The kinds of entity that are part of an item, by the item's. */
  readonly #kinds = new Map<string, ReadonlySet<string>>();
  readonly #projections = new Map<string, Projection>();

  constructor(
    session: Session,
    post: Post,
    line: readonly Ancestor[],
    reach: Reach,
    isHome: (ref: EntityRef) => boolean,
  ) {
    this.#session = session;
    this.#post = post;
    this.#line = line;
    this.#reach = reach;
    this.#isHome = isHome;
  }

  /** Begins to keep what is made of an item, where it is not given as it is. */
  projectionFor({ processData }: ManagedPath, item: EntityRef, workflowId: string): Projection | undefined {
    const projection = processData && new Projection(this.#session.schema, item);
    if (projection) this.#projections.set(workflowId, projection);
    return projection;
  }

  forget({ workflowId }: Child): void {
    this.#projections.delete(workflowId);
  }

  /** The kinds of entity that can be part of an item of this kind. */
  kindsIn(target: string): ReadonlySet<string> {
    return getOrAdd(this.#kinds, target, () => {
      const { schema, root } = this.#session;
      // An item leads back to the root entity, but does not hold it.
      const held = reachableSchema(target === root.name ? schema : { ...schema, [root.name]: {} }, target);
      const relations = values(held).flatMap((entity) => values(entity.relations ?? {}));
      return new Set(relations.map(relationTarget));
    });
  }

  /** An item with its relations filled in, as far as no other workflow is their home. */
  itemOf(item: EntityRef): Item {
    const { store } = this.#post;
    const filled = denormalize(store, store.schema, item.name, item.id, (name, id) =>
      this.#isHome({ name, id }),
    );
    return (filled as Item | undefined) ?? { id: item.id };
  }

  /** Makes anew what a child is given instead of its item, and has it told what of that changed. */
  project(child: Child): void {
    const changes = this.#projections.get(child.workflowId)?.take(this.#processed(child));
    for (const [name, entities] of Object.entries(changes?.upserts ?? {}))
      for (const id of Object.keys(entities))
        child.peer.dirty.mark(name, id, fieldsIn(changes, { name, id }));
  }

  /** Notes what is made of an item now as what the child has. */
  note(child: Child): void {
    this.#projections.get(child.workflowId)?.take(this.#processed(child));
  }

  /** What a child is to be told all of. */
  *partsOf(child: Child): IterableIterator<EntityRef> {
    const projection = this.#projections.get(child.workflowId);
    if (projection !== undefined) {
      for (const [name, entities] of Object.entries(projection.store.entities))
        for (const id of Object.keys(entities)) yield { name, id };
      return;
    }
    for (const ref of [child.item, ...this.#reach.partsOf(child.item)])
      if (this.#post.store.get(ref.name, ref.id) !== undefined) yield ref;
  }

  /** What a child starts with: all there is, so that nothing waits for it any more. */
  inputOf(child: Child): StartInput {
    const { path, entity } = child;
    const state = this.#stateOf(child);
    child.begunAt = this.#post.stamps.clock;
    return {
      id: entity.id,
      entityName: entity.name,
      ...(state && { state }),
      ...this.#access(path),
      ...(this.#session.paused && { status: 'paused' }),
      parent: this.#link(path),
    };
  }

  /** What a workflow that may be the child is told of its parent. */
  linkOf({ path, entity }: Child): ParentLink {
    return { ...this.#link(path), entity, ...this.#access(path) };
  }

  #processed({ path, item }: Child): Item {
    const given = this.itemOf(item);
    return path.processData?.(given) ?? given;
  }

  /** Its part of the state, as the child calls it. */
  #stateOf(child: Child): Entities | undefined {
    this.project(child);
    child.peer.clear();
    const { store } = this.#projections.get(child.workflowId) ?? this.#post;
    const state = table<Record<string, Fields>>();
    for (const ref of this.partsOf(child)) {
      const { name, id } = child.rename(ref);
      inner(state, name)[id] = store.get(ref.name, ref.id) as Fields;
    }
    return Object.keys(state).length > 0 ? state : undefined;
  }

  #link(path: ManagedPath): ParentLink {
    const { loads, orphanPolicy, checkEveryMs, field, target, entityName } = path;
    const wants = getOrAdd(this.#wants, field, () =>
      keys(reachableSchema(this.#session.schema, target)).map((name) =>
        name === target ? entityName : name,
      ),
    );
    const { firstExecutionRunId: runId } = workflowInfo();
    return { ancestry: this.#line, runId, wants, loads, orphanPolicy, checkEveryMs };
  }

  /** The address and the credential that the children of a path are given. */
  #access({ credentials }: ManagedPath): Pick<StartInput, 'apiUrl' | 'apiToken'> {
    const { apiUrl, apiToken: inherited } = this.#session;
    const apiToken = credentials === 'inherit' ? inherited : credentials === 'none' ? undefined : credentials;
    return { ...(apiUrl !== undefined && { apiUrl }), ...(apiToken !== undefined && { apiToken }) };
  }
}
