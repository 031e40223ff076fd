import { workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { ParentLink } from '../contract/hierarchy';
import { reachableSchema, relationTarget } from '../contract/schema';
import type { StartInput } from '../contract/wire';
import { denormalize } from '../state/denormalize';
import { getOrAdd, keys, values } from '../state/objects';
import { isSame } from '../state/refs';
import type { Session } from '../workflow/session';
import { callUserCode } from '../workflow/user-code';
import type { Child } from './child';
import type { Exchange } from './exchange';
import type { Item, ManagedPath } from './managed-path';
import { sourcesNamed, wordNamed } from './naming';
import type { Access } from './parents';

/** What each child is given: its part of the state, or what is made of it, and what it is told of its parent. */
export interface Portions {
  /** The kinds of entity that can be part of an item of this kind. */
  kindsIn(target: string): ReadonlySet<string>;
  /** An item with its relations filled in, as far as no other workflow is their home. */
  itemOf(item: EntityRef): Item;
  /** What is made of an item for its child. */
  make(path: ManagedPath, item: EntityRef): Item;
  /** What a child starts with: all there is, so that nothing waits for it any more. */
  inputOf(child: Child): StartInput;
  /** What a workflow that may be the child is told of its parent, besides their link. */
  linkOf(child: Child): Omit<ParentLink, 'link'>;
}

export function portionsOf(session: Session, exchange: Exchange): Portions {
  const { schema, root } = session;
  const { store: held } = session.state;
  const wantsOf = new Map<string, readonly string[]>();
  /** The kinds of entity that are part of an item, by the item's. */
  const kinds = new Map<string, ReadonlySet<string>>();

  const itemOf = ({ name, id }: EntityRef): Item => {
    const isCut = (kind: string, key: string): boolean => exchange.isElsewhere({ name: kind, id: key });
    return (denormalize(held, schema, name, id, isCut) as Item | undefined) ?? { id };
  };

  const link = ({ path, item, entity }: Child): Omit<ParentLink, 'link'> => {
    const { loads, orphanPolicy, checkEveryMs, field, target } = path;
    const wants = getOrAdd(wantsOf, field, () => {
      const reachable = keys(reachableSchema(schema, target));
      return item.name === entity.name ? reachable : [...reachable, entity.name];
    });
    const { firstExecutionRunId: runId } = workflowInfo();
    return { ancestry: exchange.line, runId, wants, loads, orphanPolicy, checkEveryMs };
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
    make({ field, processData }, item) {
      const given = itemOf(item);
      const { name, id } = item;
      if (!processData) return given;
      return (
        callUserCode(`managedPaths.${field}.processData, for ${name} ${id},`, () => processData(given)) ??
        given
      );
    },
    inputOf(child) {
      const { workflowId, path, item, entity, peer } = child;
      peer.clear();
      const start = exchange.start(workflowId);
      const rename = (ref: EntityRef): EntityRef => (isSame(ref, item) ? entity : ref);
      const { set = {} } = wordNamed(start.word, rename);
      return {
        id: entity.id,
        entityName: entity.name,
        state: keys(set).length > 0 ? set : undefined,
        ...access(path),
        parent: {
          ...link(child),
          link: start.link,
          sources: sourcesNamed(start.sources, rename),
          pauses: start.pauses || undefined,
          isMade: start.isMade || undefined,
        },
      };
    },
    linkOf: (child) => ({ ...link(child), entity: child.entity, ...access(child.path) }),
  };
}
