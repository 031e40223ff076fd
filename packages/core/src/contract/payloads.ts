import {
  type Check,
  listOf,
  matching,
  object,
  oneOf,
  optional,
  shape,
  type ShapeCheck,
  showing,
  tableOf,
  text,
} from './check';
import { InvalidInputError } from './errors';
import type { ListEdit } from './hierarchy';
import { isWellFormed, MAX_ID, NAME_PATTERN, NAME_RULE } from './names';
import { checkNesting } from './nesting';
import type { Entities } from './schema';
import type {
  CredentialReference,
  DeletePayload,
  MergeStrategy,
  RefreshRequest,
  UpdatePayload,
} from './wire';

/**
 * A secret's name is path segments of letters, digits, "_", "-" and "."; each begins with a letter or a digit, all but the
 * first also with "_".
 */
const SECRET =
  /^secret:(?=[A-Za-z0-9].{0,199}$)[A-Za-z0-9_][A-Za-z0-9_.-]*(?:\/[A-Za-z0-9_][A-Za-z0-9_.-]*)*$/;
const SEALED = /^sealed:[A-Za-z0-9_.~:-]{16,8192}$/;
/** What was taken for the name of a secret before: it may lead out of where the secrets are. */
const LOOSE_SECRET = /^secret:[A-Za-z0-9][A-Za-z0-9_./-]{0,199}$/;

/**
 * Checks that a token is a reference and not a secret.
 *
 * @throws InvalidInputError `CREDENTIAL_PLAINTEXT` that says nothing of the value
 */
export function checkReference(value: unknown, field = 'apiToken'): CredentialReference {
  if (typeof value === 'string' && (SECRET.test(value) || SEALED.test(value)))
    return value as CredentialReference;
  if (isLooseReference(value))
    throw new InvalidInputError(
      field,
      'names a secret by what is no name: "." or "..", nothing, or a hyphen at the beginning of a segment',
      'Write secret: and segments of letters, digits, "_", "-" and ".", as in secret:team/CRM_TOKEN',
    );
  throw new InvalidInputError(
    field,
    'is not a credential reference, and a plaintext token must not enter a workflow',
    'Store the token with the worker and send "secret:NAME"; if this was a real token, rotate it',
    'CREDENTIAL_PLAINTEXT',
  );
}

/** Whether a token is a reference, and not a token in plaintext. */
export const isReference = (token: string): boolean => LOOSE_SECRET.test(token) || SEALED.test(token);

/** Whether a value was a reference before names were held to segments, and is none any more. */
export const isLooseReference = (value: unknown): value is CredentialReference =>
  typeof value === 'string' && LOOSE_SECRET.test(value) && !SECRET.test(value);

/** Whether a name of a secret leads nowhere but to one. */
export const isSecretName = (name: string): boolean => SECRET.test(`secret:${name}`);

/** Takes a token in plaintext, too: for development, where a workflow says so. @throws InvalidInputError */
export const checkAnyToken: typeof checkReference = (value, field) =>
  typeof value === 'string' && /^[!-~]{1,4096}$/.test(value) && !isLooseReference(value)
    ? (value as CredentialReference)
    : checkReference(value, field);

/** Checks an id. @throws InvalidInputError */
export const checkId = text(
  `a text of at most ${MAX_ID} whole characters that is not blank`,
  'c_42',
  (id) => id.trim() !== '' && isWellFormed(id),
);

/** Checks an entity name. @throws InvalidInputError */
export const checkEntityName = text(NAME_RULE, 'Customer', (name) => NAME_PATTERN.test(name));

/** Checks a merge strategy. @throws InvalidInputError */
export const checkStrategy: Check<MergeStrategy> = oneOf('$merge', '$set', '$replace');

const changeOrigin = optional(text('a workflow id', 'Customer-c_42', () => true));

/** Something for each entity, by its name and its id. */
const byEntity = <T>(check: Check<T>): Check<{ readonly [name: string]: { readonly [id: string]: T } }> =>
  tableOf(checkEntityName, tableOf(checkId, check));

const fields = object<Entities[string][string]>('{ name: "Ada" }');
const entities = byEntity(fields);
const ids = tableOf(checkEntityName, listOf(checkId));
const record = object('{ id: "c_42", name: "Ada" }');
const records = listOf(record);

/** Checks the payload of `data`. @throws InvalidInputError */
export const checkRootData = (value: unknown, field = 'data'): Readonly<Record<string, unknown>> =>
  fields(checkNesting(value, field), field);

/** Checks normalized entities. @throws InvalidInputError */
export const checkEntities = (value: unknown, field: string): Entities =>
  entities(checkNesting(value, field), field);

/** Checks one or several entities, denormalized. */
const checkRecords = (value: unknown, field: string): NonNullable<UpdatePayload['data']> =>
  Array.isArray(checkNesting(value, field)) ? records(value, field) : record(value, field);

const areTexts = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Checks the names of fields, by entity. @throws InvalidInputError */
export const checkFieldsOf = byEntity(matching<string[]>('a list of fields', '["phone"]', areTexts));

/** The name of a relation. */
const relationName = text('the name of a relation', 'contacts', (name) => name.trim() !== '');

/** Checks ids. @throws InvalidInputError */
export const checkIds = listOf(checkId);

/** An entity, or the id of one. */
const item = showing(checkId.example, (value: unknown, field: string) =>
  typeof value === 'object' ? record(checkNesting(value, field), field) : checkId(value, field),
);

const added = tableOf(relationName, listOf(item));
const removed = tableOf(relationName, checkIds);

/** Checks what is added to lists and taken out of them, by entity. @throws InvalidInputError */
export const checkListEdits = byEntity(
  tableOf(
    relationName,
    shape<ListEdit>({ add: optional(checkIds), remove: optional(checkIds), items: optional(checkEntities) }),
  ),
);

/** A payload of which one of two fields may be left out, but not both unless there is another one. */
const withEither =
  <T>(
    field: keyof T & string,
    other: keyof T & string,
    check: ShapeCheck<T>,
    instead: readonly (keyof T)[] = [],
  ) =>
  (value: unknown): T => {
    const payload = check(value);
    if ([field, other, ...instead].some((one) => payload[one])) return payload;
    throw new InvalidInputError(
      field,
      `is missing, and so is ${other}`,
      `Give one of them, as in ${check.example}`,
    );
  };

/** Checks the payload of `update`. @throws InvalidInputError */
export const checkUpdate = withEither(
  'data',
  'updates',
  shape<UpdatePayload>(
    {
      entityName: checkEntityName,
      data: optional(checkRecords, record.example),
      updates: optional(checkEntities),
      unset: optional(checkFieldsOf),
      id: optional(checkId),
      add: optional(added),
      remove: optional(removed),
      strategy: optional(checkStrategy),
      changeOrigin,
    },
    'update',
  ),
  ['add', 'remove'],
);

/** Checks the payload of `delete`. @throws InvalidInputError */
export const checkDelete = withEither(
  'deletions',
  'data',
  shape<DeletePayload>(
    {
      entityName: checkEntityName,
      data: optional(checkRecords),
      deletions: optional(ids, ids.example),
      changeOrigin,
    },
    'delete',
  ),
);

const sources = matching<NonNullable<RefreshRequest['acceptDeletions']>>(
  'true or a list of sources',
  '["contacts"]',
  (value) => value === true || areTexts(value),
);

const named = matching<readonly string[]>(
  'a list of one or more sources',
  '["profile"]',
  (value) => areTexts(value) && (value as readonly string[]).length > 0,
);

const refresh = shape<RefreshRequest>(
  { sources: optional(named), acceptDeletions: optional(sources, sources.example) },
  'refresh',
);

/** Checks the payload of `refresh`. @throws InvalidInputError */
export const checkRefresh = (value: unknown): RefreshRequest => refresh(value ?? {});

const finalStatus = matching(
  'a status that can be sent',
  '"completed", or send the signal pause, resume or cancel',
  (value) => value === 'completed' || value === 'complete',
);

/** Checks a `status` signal. @throws InvalidInputError */
export function checkFinalStatus(value: unknown): 'completed' {
  finalStatus(value, 'status');
  return 'completed';
}
