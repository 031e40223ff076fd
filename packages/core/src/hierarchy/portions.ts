import { workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ParentLink } from '../contract/hierarchy';
import { type Fields, reachableSchema, relationTarget } from '../contract/schema';
import type { ChangeSet, StartInput } from '../contract/wire';
import { denormalize } from '../state/denormalize';
import { inner, table } from '../state/json';
import { entries, getOrAdd, keys, values } from '../state/objects';
import type { Session } from '../workflow/session';
import type { Child } from './child';
import type { Item, ManagedPath } from './managed-path';
import type { Access } from './parents';
import type { Post } from './peer';
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
  itemOf({ name, id }: EntityRef): Item {
    const { store } = this.#post;
    const isCut = (kind: string, key: string): boolean => this.#isHome({ name: kind, id: key });
    return (denormalize(store, store.schema, name, id, isCut) as Item | undefined) ?? { id };
  }

  /** Makes anew what a child is given instead of its item, and has it told what of that changed. */
  project(child: Child): void {
    const changes = this.note(child);
    if (changes) child.peer.dirty.note(changes);
  }

  /** Notes what is made of an item now as what the child has. @returns what of that is new */
  note({ path, item, projection }: Child): ChangeSet | undefined {
    if (!projection) return undefined;
    const given = this.itemOf(item);
    return projection.take(path.processData?.(given) ?? given);
  }

  /** What a child is to be told all of. */
  partsOf({ item, projection }: Child): EntityRef[] {
    if (projection)
      return entries(projection.store.entities).flatMap(([name, table]) =>
        keys(table).map((id) => ({ name, id })),
      );
    return [item, ...this.#reach.partsOf(item)].filter(({ name, id }) => this.#post.store.get(name, id));
  }

  /** Has a child told all that it is to have. */
  tellAll(child: Child): void {
    for (const { name, id } of this.partsOf(child)) child.peer.dirty.mark(name, id, true);
  }

  /** What a child starts with: all there is, so that nothing waits for it any more. */
  inputOf(child: Child): StartInput {
    const { path, entity, peer, projection } = child;
    this.project(child);
    peer.clear();
    const { store } = projection ?? this.#post;
    const state = table<Record<string, Fields>>();
    for (const ref of this.partsOf(child)) {
      const { name, id } = child.rename(ref);
      inner(state, name)[id] = store.get(ref.name, ref.id) as Fields;
    }
    child.begunAt = this.#post.stamps.clock;
    return {
      id: entity.id,
      entityName: entity.name,
      state: keys(state).length > 0 ? state : undefined,
      ...this.#access(path),
      status: this.#session.paused ? 'paused' : undefined,
      parent: this.#link(path),
    };
  }

  /** What a workflow that may be the child is told of its parent. */
  linkOf({ path, entity }: Child): ParentLink {
    return { ...this.#link(path), entity, ...this.#access(path) };
  }

  #link({ loads, orphanPolicy, checkEveryMs, field, target, entityName }: ManagedPath): ParentLink {
    const wants = getOrAdd(this.#wants, field, () =>
      keys(reachableSchema(this.#session.schema, target)).map((name) =>
        name === target ? entityName : name,
      ),
    );
    const { firstExecutionRunId: runId } = workflowInfo();
    return { ancestry: this.#line, runId, wants, loads, orphanPolicy, checkEveryMs };
  }

  /** The address and the credential that the children of a path are given. */
  #access({ credentials }: ManagedPath): Access {
    const { apiUrl, apiToken } = this.#session;
    if (credentials === 'inherit') return { apiUrl, apiToken };
    return { apiUrl, apiToken: credentials === 'none' ? undefined : credentials };
  }
}
