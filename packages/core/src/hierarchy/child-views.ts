import type { EntityRef } from '../contract/adapter';
import type { ParentLink } from '../contract/hierarchy';
import { reachableSchema, relationTarget } from '../contract/schema';
import type { StartInput } from '../contract/wire';
import { denormalize } from '../state/denormalize';
import { getOrAdd, keys, values } from '../state/objects';
import { isSame } from '../state/refs';
import { callUserCode } from './user-code';
import type { Exchange } from './exchange';
import type { HierarchyHost } from './host';
import type { Item, ManagedPath } from './managed-path';
import { sourcesNamed, wordNamed } from './naming';
import type { Access } from './parents';
import type { Temporal } from './temporal';

/** What {@link ChildViews} ask of the workflow around them. */
export type ChildViewsHost = Pick<HierarchyHost, 'schema' | 'root' | 'state' | 'apiUrl' | 'apiToken'>;

/** A child, as far as it matters for what it is given. */
export interface Viewer {
  readonly workflowId: string;
  readonly path: ManagedPath;
  readonly item: EntityRef;
  /** The item as the child calls it. */
  readonly entity: EntityRef;
}

/** What each child is given: its part of the state, or what is made of it, and what it is told of its parent. */
export class ChildViews {
  readonly #host: ChildViewsHost;
  readonly #runId: string;
  readonly #exchange: Exchange;
  /** Which kinds of entity the children of a path want to hear of, by its field and what they call the item. */
  readonly #wants = new Map<string, readonly string[]>();
  /** The kinds of entity that are part of an item, by the item's. */
  readonly #kinds = new Map<string, ReadonlySet<string>>();

  constructor(host: ChildViewsHost, { runId }: Pick<Temporal, 'runId'>, exchange: Exchange) {
    this.#host = host;
    this.#runId = runId;
    this.#exchange = exchange;
  }

  /** The kinds of entity that can be part of an item of this kind. */
  kindsIn(target: string): ReadonlySet<string> {
    return getOrAdd(this.#kinds, target, () => {
      const { schema, root } = this.#host;
      // An item leads back to the root entity, but does not hold it.
      const held = reachableSchema(target === root.name ? schema : { ...schema, [root.name]: {} }, target);
      const relations = values(held).flatMap((entity) => values(entity.relations ?? {}));
      return new Set(relations.map(relationTarget));
    });
  }

  /** An item with its relations filled in, as far as no other workflow is their home. */
  itemOf({ name, id }: EntityRef): Item {
    const { schema, state } = this.#host;
    const isCut = (kind: string, key: string): boolean => this.#exchange.isElsewhere({ name: kind, id: key });
    return (denormalize(state.store, schema, name, id, isCut) as Item | undefined) ?? { id };
  }

  /** What is made of an item for its child. */
  make({ field, processData }: ManagedPath, item: EntityRef): Item {
    const given = this.itemOf(item);
    const { name, id } = item;
    if (!processData) return given;
    return (
      callUserCode(`managedPaths.${field}.processData, for ${name} ${id},`, () => processData(given)) ?? given
    );
  }

  /** What a child starts with: all there is, so that nothing waits for it any more. */
  inputOf(child: Viewer): StartInput {
    const { workflowId, path, item, entity } = child;
    const start = this.#exchange.start(workflowId);
    const rename = (ref: EntityRef): EntityRef => (isSame(ref, item) ? entity : ref);
    const { set = {} } = wordNamed(start.word, rename);
    return {
      id: entity.id,
      entityName: entity.name,
      state: keys(set).length > 0 ? set : undefined,
      ...this.#access(path),
      parent: {
        ...this.#link(child),
        link: start.link,
        sources: sourcesNamed(start.sources, rename),
        pauses: start.pauses || undefined,
        isMade: start.isMade || undefined,
      },
    };
  }

  /** What a workflow that may be the child is told of its parent, besides their link. */
  linkOf(child: Viewer): Omit<ParentLink, 'link'> {
    return { ...this.#link(child), entity: child.entity, ...this.#access(child.path) };
  }

  #link({ path, item, entity }: Viewer): Omit<ParentLink, 'link'> {
    const { loads, orphanPolicy, checkEveryMs, field, target } = path;
    const wants = getOrAdd(this.#wants, `${field}/${entity.name}`, () => {
      const reachable = keys(reachableSchema(this.#host.schema, target));
      return item.name === entity.name ? reachable : [...reachable, entity.name];
    });
    return { ancestry: this.#exchange.line, runId: this.#runId, wants, loads, orphanPolicy, checkEveryMs };
  }

  /** The address and the credential that the children of a path are given. */
  #access({ credentials }: ManagedPath): Access {
    const { apiUrl, apiToken } = this.#host;
    if (credentials === 'inherit') return { apiUrl, apiToken };
    return { apiUrl, apiToken: credentials === 'none' ? undefined : credentials };
  }
}
