import { milliseconds } from '../contract/duration';
import { wholeNumber } from '../contract/check';
import { InvalidInputError } from '../contract/errors';
import type { OrphanPolicy } from '../contract/hierarchy';
import { checkEntityName, checkReference } from '../contract/payloads';
import { isIdAttribute, relationTarget, type Schema } from '../contract/schema';
import type { Duration } from '../contract/source';
import type { CredentialReference } from '../contract/wire';
import { own } from '../state/json';
import { entries, fromEntries, keys } from '../state/objects';
import { ReadOnly } from '../state/read-only';

/** An item of a managed path, with its relations filled in. Of an item that only its id is known of: `{ id }`. */
export type Item = Readonly<Record<string, unknown>>;

/**
 * How the items of a managed path get their workflows.
 *
 * @typeParam Of what an item is
 */
export interface ManagedPathOptions<Of = Item> {
  /** The type of the children. @default the entity's name with `Workflow` added */
  readonly workflowType?: string;
  /** What the child calls the entity. @default the entity that the relation leads to */
  readonly entityName?: string;
  /** The field that holds the child's id, or several for a composite one. @default as in the schema */
  readonly idAttribute?: string | readonly string[];
  /** Whether a child starts as its item appears; if not, `startChild` starts it. @default true */
  readonly autoStart?: boolean;
  /**
   * Whether an item gets a child; asked again whenever the item or a field of the root entity changes. A child
   * whose item no longer gets one is stopped as if the item had gone. One that throws fails the workflow task.
   * @default every item
   */
  readonly condition?: (item: Of) => boolean;
  /**
   * Turns an item into the data of its child; asked again whenever the item or a field of the root entity changes.
   * One that throws fails the workflow task.
   * @default as it is
   */
  readonly processData?: (item: Of) => Item;
  /** Whether the parent's id is part of the child's workflow id: `Ticket-t_1-c_42`. @default false */
  readonly includeParentId?: boolean;
  /** The child's credential: the parent's, none, or a reference of its own. @default 'inherit' */
  readonly credentials?: 'inherit' | 'none' | CredentialReference;
  /** Whether a child follows when the parent's `apiUrl` changes. It starts with the parent's either way. @default 'own' */
  readonly apiUrl?: 'inherit' | 'own';
  /** Who loads: the child its own sources, or the parent alone. @default 'own' */
  readonly loads?: 'own' | 'parent';
  /** What becomes of a child whose item goes. @default 'cancel' */
  readonly onRemoved?: 'cancel' | 'complete' | 'keep';
  /** Whether a child that somebody else ended starts again while its item is there. @default true */
  readonly restart?: boolean;
  /** What a child does when this workflow was terminated or failed. @default 'cancel' */
  readonly orphanPolicy?: OrphanPolicy;
  /** How often parent and child see whether the other is still there and gets on; a second at least. @default '10 minutes' */
  readonly checkEvery?: Duration;
  /** How many children may be starting at a time. @default 50 */
  readonly maxConcurrentStarts?: number;
  /** The task queue of the children's workers. @default the workflow's own */
  readonly taskQueue?: string;
  /**
   * The functions of the path as they were, where one has been changed or taken away: runs that began before this was
   * here go on with them. Remove it once all workflows have continued as new.
   * @default a run that began with a function needs it still
   */
  readonly formerly?: Pick<ManagedPathOptions<Of>, 'condition' | 'processData'>;
  /**
   * Whether the path is no longer used: runs that begin with it let its children go, which go on by themselves. It keeps
   * the path's functions for runs that began before. Remove the path once all workflows have continued as new.
   * @default false
   */
  readonly retired?: boolean;
}

/**
 * Relations of the root entity whose items have children; `true` takes every option's default, and `false` is as good as
 * nothing.
 */
export type ManagedPaths = Readonly<Record<string, boolean | ManagedPathOptions>>;

/** A managed path with every option decided. */
export interface ManagedPath extends Omit<ManagedPathOptions, 'checkEvery'> {
  /** The relation of the root entity. */
  readonly field: string;
  /** The entity that the relation leads to. */
  readonly target: string;
  readonly entityName: string;
  readonly workflowType: string;
  readonly autoStart: boolean;
  readonly credentials: 'inherit' | 'none' | CredentialReference;
  readonly apiUrl: 'inherit' | 'own';
  readonly loads: 'own' | 'parent';
  readonly onRemoved: 'cancel' | 'complete' | 'keep';
  readonly restart: boolean;
  readonly orphanPolicy: OrphanPolicy;
  readonly checkEveryMs: number;
  readonly maxConcurrentStarts: number;
}

/** The paths that a class declares. */
export const pathsIn = (declared: ManagedPaths): [field: string, path: true | ManagedPathOptions][] =>
  entries(declared).filter((path): path is [string, true | ManagedPathOptions] => path[1] !== false);

/** Decides the options of every managed path. @throws InvalidInputError that names the field */
export function managedPaths(
  declared: true | ManagedPaths | undefined,
  schema: Schema,
  root: string,
): ManagedPath[] {
  const relations = schema[root]?.relations ?? {};
  const given =
    declared === true ? fromEntries(keys(relations).map((name) => [name, true as const])) : (declared ?? {});
  const readOnly = new ReadOnly();
  /** A function of the class, which sees an item and does not change it. */
  const seeing = <T>(ask: ((item: Item) => T) | undefined): ((item: Item) => T) | undefined =>
    ask && ((item) => ask(readOnly.of(item)));
  const used = pathsIn(given).filter(([, value]) => value === true || !value.retired);
  return used.map(([field, value]) => {
    const name = `managedPaths.${field}`;
    const relation = own(relations, field);
    if (!relation)
      throw new InvalidInputError(
        name,
        `is not a relation of ${root}`,
        `Name one of ${keys(relations).join(', ') || 'its relations; the schema gives it none'}`,
      );
    const options: ManagedPathOptions = value === true ? {} : value;
    const { credentials = 'inherit', maxConcurrentStarts = 50 } = options;
    if (credentials !== 'inherit' && credentials !== 'none')
      checkReference(credentials, `${name}.credentials`);
    if (options.idAttribute !== undefined && !isIdAttribute(options.idAttribute))
      throw new InvalidInputError(
        `${name}.idAttribute`,
        'is empty',
        'Name the field that holds the id, or several, or leave it out',
      );
    const target = relationTarget(relation);
    const entityName = checkEntityName(options.entityName ?? target, `${name}.entityName`);
    return {
      autoStart: true,
      apiUrl: 'own',
      loads: 'own',
      onRemoved: 'cancel',
      restart: true,
      orphanPolicy: 'cancel',
      workflowType: `${entityName}Workflow`,
      ...options,
      condition: seeing(options.condition),
      processData: seeing(options.processData),
      field,
      target,
      entityName,
      credentials,
      maxConcurrentStarts: checkCount(maxConcurrentStarts, `${name}.maxConcurrentStarts`),
      checkEveryMs: milliseconds(`${name}.checkEvery`, options.checkEvery ?? '10 minutes'),
    };
  });
}

/** The workflow id of a child. */
export const nameOfChild = (
  { entityName, includeParentId }: Pick<ManagedPath, 'entityName' | 'includeParentId'>,
  id: string,
  parentId: string,
): string => `${entityName}-${id}${includeParentId ? `-${parentId}` : ''}`;

const checkCount = wholeNumber('100');

/** The ids that a relation holds. */
export function idsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
