import { InvalidInputError } from './errors';
import { MAX_ID } from './names';
import { checkNesting } from './nesting';
import type {
  CredentialReference,
  DeletePayload,
  MergeStrategy,
  RefreshRequest,
  UpdatePayload,
} from './wire';
import type { Entities } from './schema';

const SECRET_REFERENCE = /^secret:[A-Za-z0-9][A-Za-z0-9_./-]{0,199}$/;
const SEALED_REFERENCE = /^sealed:[A-Za-z0-9_.~:-]{16,8192}$/;
const UNSET = '{ Contact: { k_1: ["phone"] } }';
const STRATEGIES: readonly MergeStrategy[] = ['$merge', '$set', '$replace'];

/** Checks an id. @throws InvalidInputError */
export function checkId(value: unknown, field = 'id'): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw new InvalidInputError(field, 'is not a non-empty string', 'Give an id, for example "c_42"');
  }
  if (value.length > MAX_ID)
    throw new InvalidInputError(field, `is longer than ${MAX_ID} characters`, 'Give a shorter id');
  return value;
}

/** Checks an entity name. @throws InvalidInputError */
export function checkEntityName(value: unknown, field = 'entityName'): string {
  if (typeof value === 'string' && /^[A-Za-z][A-Za-z0-9_]{0,199}$/.test(value)) return value;
  throw new InvalidInputError(
    field,
    'is not a usable entity name',
    'Use letters, digits and "_", starting with a letter, for example "Customer"',
  );
}

/**
 * Checks that a token is a reference and not a secret.
 *
 * @throws InvalidInputError `CREDENTIAL_PLAINTEXT` that says nothing of the value
 */
export function checkReference(value: unknown, field = 'apiToken'): CredentialReference {
  if (typeof value === 'string' && (SECRET_REFERENCE.test(value) || SEALED_REFERENCE.test(value))) {
    return value as CredentialReference;
  }
  throw new InvalidInputError(
    field,
    'is not a credential reference, and a plaintext token must not enter a workflow',
    'Store the token with the worker and send "secret:NAME"; if this was a real token, rotate it',
    'CREDENTIAL_PLAINTEXT',
  );
}

/** Checks the payload of `update`. @throws InvalidInputError */
export function checkUpdate(value: unknown): UpdatePayload {
  const payload = checkObject(value, 'update', '{ entityName, data }');
  const entityName = checkEntityName(payload['entityName']);
  const strategy = payload['strategy'] == null ? undefined : checkStrategy(payload['strategy']);
  const data = checkData(payload['data'] ?? undefined);
  const updates = payload['updates'] == null ? undefined : checkEntities(payload['updates'], 'updates');
  if (data === undefined && updates === undefined) {
    throw new InvalidInputError(
      'data',
      'is missing, and so is updates',
      'Give the changed entity as data, or normalized entities as updates',
    );
  }
  return {
    entityName,
    data,
    updates,
    ...(payload['unset'] != null && { unset: checkUnset(payload['unset']) }),
    strategy,
    changeOrigin: checkOrigin(payload['changeOrigin']),
  };
}

/** Checks a merge strategy. @throws InvalidInputError */
export function checkStrategy(value: unknown): MergeStrategy {
  if (STRATEGIES.includes(value as MergeStrategy)) return value as MergeStrategy;
  throw new InvalidInputError('strategy', 'is not a merge strategy', `Use one of ${STRATEGIES.join(', ')}`);
}

/** Checks fields to take away. */
function checkUnset(value: unknown): NonNullable<UpdatePayload['unset']> {
  for (const [name, entities] of Object.entries(checkObject(value, 'unset', UNSET))) {
    for (const [id, fields] of Object.entries(checkObject(entities, `unset.${checkEntityName(name)}`, UNSET)))
      if (!Array.isArray(fields) || !fields.every((field) => typeof field === 'string'))
        throw new InvalidInputError(
          `unset.${name}.${checkId(id).slice(0, 80)}`,
          'is not a list of fields',
          `Give ${UNSET}`,
        );
  }
  return value as NonNullable<UpdatePayload['unset']>;
}

/** Checks the payload of `delete`. @throws InvalidInputError */
export function checkDelete(value: unknown): DeletePayload {
  const payload = checkObject(value, 'delete', '{ entityName, deletions }');
  const entityName = checkEntityName(payload['entityName']);
  const data = checkData(payload['data'] ?? undefined);
  let deletions: Record<string, string[]> | undefined;
  if (payload['deletions'] != null) {
    const given = checkObject(payload['deletions'], 'deletions', '{ Contact: ["k_1"] }');
    deletions = {};
    for (const [name, ids] of Object.entries(given)) {
      const field = `deletions.${checkEntityName(name, 'deletions')}`;
      if (!Array.isArray(ids))
        throw new InvalidInputError(field, 'is not a list of ids', 'Give { Contact: ["k_1"] }');
      deletions[name] = ids.map((id, i) => checkId(id, `${field}[${i}]`));
    }
  }
  if (data === undefined && deletions === undefined) {
    throw new InvalidInputError(
      'deletions',
      'is missing, and so is data',
      'Give ids by entity name as deletions, or the entities as data',
    );
  }
  return { entityName, data, deletions, changeOrigin: checkOrigin(payload['changeOrigin']) };
}

/** Checks the payload of `data`. @throws InvalidInputError */
export function checkRootData(value: unknown): Readonly<Record<string, unknown>> {
  checkNesting(value, 'data');
  return checkObject(value, 'data', '{ name: "Ada" }');
}

/** Checks normalized entities. @throws InvalidInputError */
export function checkEntities(value: unknown, field: string): Entities {
  checkNesting(value, field);
  const tables = checkObject(value, field, '{ Contact: { k_1: { name: "Ada" } } }');
  for (const [name, entities] of Object.entries(tables)) {
    checkEntityName(name, field);
    for (const [id, fields] of Object.entries(
      checkObject(entities, `${field}.${name}`, '{ k_1: { name: "Ada" } }'),
    )) {
      checkId(id, `${field}.${name}`);
      checkObject(fields, `${field}.${name}.${id.slice(0, 80)}`, '{ name: "Ada" }');
    }
  }
  return tables as unknown as Entities;
}

/** Checks the payload of `refresh`. @throws InvalidInputError */
export function checkRefresh(value: unknown): RefreshRequest {
  if (value == null) return {};
  const { acceptDeletions } = checkObject(value, 'refresh', '{ acceptDeletions: ["contacts"] }, or nothing');
  if (acceptDeletions == null) return {};
  const names: unknown = acceptDeletions;
  if (names === true || (Array.isArray(names) && names.every((name) => typeof name === 'string'))) {
    return { acceptDeletions: names };
  }
  throw new InvalidInputError(
    'acceptDeletions',
    'is neither true nor a list of sources',
    'Give true, or for example ["contacts"]',
  );
}

/** Checks a `status` signal. @throws InvalidInputError */
export function checkFinalStatus(value: unknown): 'completed' {
  if (value === 'completed' || value === 'complete') return 'completed';
  throw new InvalidInputError(
    'status',
    'is not a status that can be set',
    'Send "completed" to end the workflow; use the signals pause, resume and cancel for the rest',
  );
}

/** Checks that a value is an object. @throws InvalidInputError with an example of one */
export function checkObject(value: unknown, field: string, example: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new InvalidInputError(field, 'is not an object', `Give an object such as ${example}`);
}

function checkData(value: unknown): UpdatePayload['data'] {
  if (value === undefined) return undefined;
  checkNesting(value, 'data');
  if (!Array.isArray(value)) return checkObject(value, 'data', '{ id: "c_42", name: "Ada" }');
  return value.map((item, i) => checkObject(item, `data[${i}]`, '{ id: "c_42", name: "Ada" }'));
}

function checkOrigin(value: unknown): string | undefined {
  if (value == null) return undefined;
  if (typeof value === 'string' && value.length <= MAX_ID) return value;
  throw new InvalidInputError(
    'changeOrigin',
    'is not a workflow id',
    'Leave it out, or give the id of the workflow that the change came from',
  );
}
