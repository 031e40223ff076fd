import { inWorkflowContext, workflowInfo } from '@temporalio/workflow';
import { checkApiUrl } from '../contract/api-url';
import { type Check, matching, object, optional, text } from '../contract/check';
import { InvalidInputError } from '../contract/errors';
import { checkAnyToken, checkEntityName, checkReference, isLooseReference } from '../contract/payloads';
import { defineSchema, isMany, type Relation, type Schema } from '../contract/schema';
import type { SourceDefinition } from '../contract/source';
import { managedPaths } from '../hierarchy/managed-path';
import { entries, hasOwn, keys } from '../state/objects';
import { checkClassStrictly, checkReadable, type Declaration, DECLARED } from './class-check';
import { has } from '../base/patches';
import { refreshTimes } from './refresh';
import { limitsOf } from './source-state';

/** A run of fewer events ends before its first load has: such a workflow would do nothing but continue as new. */
const FEWEST_EVENTS = 10;
/** Temporal ends a workflow at 51,200 events, and what is under way needs room. */
const MOST_EVENTS = 40_000;
/** Less than this is used up by what a workflow without any data hands on. */
const LEAST_STATE = 1_000;

const checkLimits: { readonly [field: string]: Check<number | undefined> } = {
  maxHistoryEvents: optional(between(FEWEST_EVENTS, MOST_EVENTS, '4000')),
  maxStateBytes: optional(between(LEAST_STATE, Number.MAX_SAFE_INTEGER, '1900000')),
  maxDeleteRatio: optional(
    matching('a number from 0 to 1', '0.5', (value) => typeof value === 'number' && value >= 0 && value <= 1),
  ),
};

function between(least: number, most: number, example: string): Check<number> {
  const what = `a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}`;
  return matching(
    what,
    example,
    (value) => Number.isInteger(value) && Number(value) >= least && Number(value) <= most,
  );
}

const checkTaskQueue = optional(text('the name of a task queue', 'crm', (name) => name.trim() !== ''));

/**
 * Checks what a class declares, as far as it does not matter which entity is the root.
 *
 * @throws InvalidInputError that names the field, the reason and the fix
 */
export function checkDeclaration(declared: Declaration): void {
  for (const field of DECLARED) checkReadable(declared, field);
  const { schema, sources, refresh } = declared;
  if (schema !== undefined) checkSchema(schema);
  if (sources !== undefined) {
    object('{ profile: rest({ path: "/customers/{id}" }) }')(sources, 'sources');
    for (const [name, source] of entries(sources)) checkSource(`sources.${name}`, name, source, declared);
  }
  // A run that is replayed may have begun before these checks were there: what was taken then is taken still.
  if (!isReplayed()) checkClassStrictly(declared);
  refreshTimes(refresh);
  for (const [field, check] of entries(checkLimits)) check(declared[field as keyof Declaration], field);
}

/**
 * Checks what a class declares of the entity that is the root.
 *
 * @throws InvalidInputError that names the field, the reason and the fix
 */
export function checkRoot(declared: Declaration, root: string): void {
  const schema = schemaOf(declared, root);
  if (!hasOwn(schema, root))
    throw new InvalidInputError(
      'entityName',
      `"${root}" is not in the schema of this workflow, which has ${keys(schema).join(', ')}`,
      'Start it with one of those as entityName, or name the workflow type after one',
    );
  for (const [name, source] of entries(declared.sources ?? {})) listOf(schema, root, name, source);
  managedPaths(declared.managedPaths, schema, root);
}

/** Whether an entity can be the root of a class as it is declared. */
export function isRoot(declared: Declaration, name: string): boolean {
  try {
    checkRoot(declared, name);
    return true;
  } catch {
    return false;
  }
}

/** The schema of a workflow; without one it holds its root entity alone. */
export const schemaOf = ({ schema }: Declaration, root: string): Schema => schema ?? { [root]: {} };

/** What may stand as a token that nobody has taken yet. */
export const newTokenCheck = ({ allowPlaintextTokens }: Declaration): typeof checkReference =>
  allowPlaintextTokens ? checkAnyToken : checkReference;

/** What may stand as a token. A run that took a name of a secret which is none any more takes it again on replay. */
export const tokenCheck = (declaration: Declaration): typeof checkReference => {
  const check = newTokenCheck(declaration);
  return (value, field) => (isLooseReference(value) && !has('secretNames') ? value : check(value, field));
};

/** The list of the root entity that a source fills; `undefined` for the root entity itself. */
export function listOf(
  schema: Schema,
  root: string,
  source: string,
  { into, fedBy }: SourceDefinition,
): string | undefined {
  const relations = schema[root]?.relations ?? {};
  if (into === 'root' || (into === undefined && !hasOwn(relations, source))) return undefined;
  const field = into ?? source;
  if (fedBy !== undefined)
    throw new InvalidInputError(
      `sources.${source}.fedBy`,
      `is set, and the source fills the list "${field}": a feed brings the record of the root entity`,
      "Leave it out, or write into: 'root'",
    );
  const lists = keys(relations).filter((key) => isMany(relations[key] as Relation));
  if (lists.includes(field)) return field;
  throw new InvalidInputError(
    `sources.${source}.into`,
    `"${field}" is not a list that ${root} has`,
    `Use 'root' or a relation to many: ${lists.join(', ') || 'the schema has none'}`,
  );
}

const isReplayed = (): boolean => inWorkflowContext() && workflowInfo().unsafe.isReplaying;

function checkSchema(schema: Schema): void {
  object<Schema>('defineSchema({ Customer: {} })')(schema, 'schema');
  if (keys(schema).length === 0)
    throw new InvalidInputError(
      'schema',
      'has no entity',
      'Add the root entity: defineSchema({ Customer: {} })',
    );
  for (const [name, entity] of entries(schema)) {
    checkEntityName(name, 'schema');
    object('{ relations: { contacts: many("Contact") } }')(entity, `schema.${name}`);
  }
  defineSchema(schema);
}

function checkSource(field: string, name: string, source: unknown, declared: Declaration): void {
  const isSource =
    typeof source === 'object' && source !== null && typeof (source as SourceDefinition).adapter === 'string';
  if (!isSource)
    throw new InvalidInputError(
      field,
      'is not a source',
      "Give what an adapter's builder returns, such as rest({ path: '/customers/{id}' })",
    );
  const { credential = 'none', apiUrl, taskQueue, ...limits } = source as SourceDefinition;
  if (credential !== 'none') newTokenCheck(declared)(credential, `${field}.credential`);
  if (apiUrl !== undefined) checkApiUrl(apiUrl, `${field}.apiUrl`);
  checkTaskQueue(taskQueue, `${field}.taskQueue`);
  const { startToCloseTimeout, scheduleToCloseTimeout } = limitsOf(name, limits);
  for (const [limit, ms] of entries({ timeout: startToCloseTimeout, deadline: scheduleToCloseTimeout }))
    if (ms === 0)
      throw new InvalidInputError(
        `${field}.${limit}`,
        'leaves a load no time',
        "Give one such as '1 minute'",
      );
}
