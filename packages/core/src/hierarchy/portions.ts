import { workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Ancestor, ParentLink } from '../contract/hierarchy';
import { type Fields, reachableSchema, relationTarget } from '../contract/schema';
import type { ChangeSet, StartInput } from '../contract/wire';
import { denormalize } from '../state/denormalize';
import { forEach, inner, table } from '../state/json';
import { getOrAdd, keys, values } from '../state/objects';
import type { Session } from '../workflow/session';
import { callUserCode } from '../workflow/user-code';
import type { Child } from './child';
import type { Item, ManagedPath } from './managed-path';
import type { Access } from './parents';
import type { Post } from './peer';
import type { Reach } from './reach';

/** What each child is given: its part of the state, or what is made of it, and what it is told of its parent. */
export interface Portions {
  /** The kinds of entity that can be part of an item of this kind. */
  kindsIn(target: string): ReadonlySet<string>;
  /** An item with its relations filled in, as far as no other workflow is their home. */
  itemOf(item: EntityRef): Item;
  /** Makes anew what a child is given instead of its item, and has it told what of that changed. */
  project(child: Child): void;
  /** Notes what is made of an item now as what the child has. @returns what of that is new */
  note(child: Child): ChangeSet | undefined;
  /** Has a child told all that it is to have. */
  tellAll(child: Child): void;
  /** What a child starts with: all there is, so that nothing waits for it any more. */
  inputOf(child: Child): StartInput;
  /** What a workflow that may be the child is told of its parent. */
  linkOf(child: Child): ParentLink;
}

/**
 * @param line from the top of the hierarchy to this workflow
 * @param isHome whether an entity has a workflow of its own
 */
export function portionsOf(
  session: Session,
  { store: held, stamps }: Post,
  line: readonly Ancestor[],
  reach: Reach,
  isHome: (ref: EntityRef) => boolean,
): Portions {
  const { schema, root } = session;
  const wantsOf = new Map<string, readonly string[]>();
  /** The kinds of entity that are part of an item, by the item's. */
  const kinds = new Map<string, ReadonlySet<string>>();

  const itemOf = ({ name, id }: EntityRef): Item => {
    const isCut = (kind: string, key: string): boolean => isHome({ name: kind, id: key });
    return (denormalize(held, schema, name, id, isCut) as Item | undefined) ?? { id };
  };

  const note = ({ path, item, projection }: Child): ChangeSet | undefined => {
    if (!projection) return undefined;
    const given = itemOf(item);
    return callUserCode(`managedPaths.${path.field}.processData, for ${item.name} ${item.id},`, () =>
      projection.take(path.processData?.(given) ?? given),
    );
  };

  const project = (child: Child): void => {
    const changes = note(child);
    if (changes) child.peer.dirty.note(changes);
  };

  /** What a child is to be told all of. */
  const partsOf = ({ item, projection }: Child): EntityRef[] => {
    if (!projection) return [item, ...reach.partsOf(item)].filter(({ name, id }) => held.get(name, id));
    const parts: EntityRef[] = [];
    forEach(projection.store.entities, (name, id) => parts.push({ name, id }));
    return parts;
  };

  const link = ({
    loads,
    orphanPolicy,
    checkEveryMs,
    field,
    target,
    entityName,
  }: ManagedPath): ParentLink => {
    const wants = getOrAdd(wantsOf, field, () =>
      keys(reachableSchema(schema, target)).map((name) => (name === target ? entityName : name)),
    );
    const { firstExecutionRunId: runId } = workflowInfo();
    return { ancestry: line, runId, wants, loads, orphanPolicy, checkEveryMs };
  };

  /** The address and the credential that the children of a path are given. */
  const access = ({ credentials }: ManagedPath): Access => {
    const { apiUrl, apiToken } = session;
    if (credentials === 'inherit') return { apiUrl, apiToken };
    return { apiUrl, apiToken: credentials === 'none' ? undefined : credentials };
  };

  return {
    kindsIn: (target) =>
      getOrAdd(kinds, target, () => {
        // An item leads back to the root entity, but does not hold it.
        const held = reachableSchema(target === root.name ? schema : { ...schema, [root.name]: {} }, target);
        const relations = values(held).flatMap((entity) => values(entity.relations ?? {}));
        return new Set(relations.map(relationTarget));
      }),
    itemOf,
    project,
    note,
    tellAll(child) {
      for (const { name, id } of partsOf(child)) child.peer.dirty.mark(name, id, true);
    },
    inputOf(child) {
      const { path, entity, peer, projection } = child;
      project(child);
      peer.clear();
      const { store } = projection ?? { store: held };
      const state = table<Record<string, Fields>>();
      for (const ref of partsOf(child)) {
        const { name, id } = child.rename(ref);
        inner(state, name)[id] = store.get(ref.name, ref.id) as Fields;
      }
      child.begunAt = stamps.clock;
      return {
        id: entity.id,
        entityName: entity.name,
        state: keys(state).length > 0 ? state : undefined,
        ...access(path),
        status: session.paused ? 'paused' : undefined,
        parent: link(path),
      };
    },
    linkOf: ({ path, entity }) => ({ ...link(path), entity, ...access(path) }),
  };
}
