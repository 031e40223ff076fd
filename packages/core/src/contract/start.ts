import { checkApiUrl } from './api-url';
import { InvalidInputError } from './errors';
import {
  checkEntities,
  checkEntityName,
  checkId,
  checkObject,
  checkReference,
  checkRootData,
} from './payloads';
import { checkParentLink, checkSubscription } from './subscription';
import type { Subscription } from './hierarchy';
import type { StartInput } from './wire';

const START_FIELDS: ReadonlySet<string> = new Set([
  'id',
  'entityName',
  'data',
  'state',
  'apiUrl',
  'apiToken',
  'subscriptions',
  'status',
  'parent',
]);

/** What {@link checkStart} found. */
export interface CheckedStart {
  readonly input: StartInput;
  /** What was left out, each with its reason. */
  readonly dropped: readonly InvalidInputError[];
}

/**
 * Checks a start argument. A token in plaintext and fields that are not known are left out; everything else
 * that is wrong is an error.
 *
 * @throws InvalidInputError
 */
export function checkStart(value: unknown): CheckedStart {
  const given = checkObject(value, 'start argument', '{ id: "c_42" }');
  const dropped: InvalidInputError[] = [];
  const input: { -readonly [K in keyof StartInput]: StartInput[K] } = { id: checkId(given['id']) };
  if (given['entityName'] != null) input.entityName = checkEntityName(given['entityName']);
  if (given['data'] != null) input.data = checkRootData(given['data']);
  if (given['state'] != null) input.state = checkEntities(given['state'], 'state');
  if (given['apiUrl'] != null) input.apiUrl = checkApiUrl(given['apiUrl']);
  if (given['status'] != null) {
    const status = given['status'];
    if (status !== 'running' && status !== 'paused') {
      throw new InvalidInputError(
        'status',
        'is not a status that a workflow can start with',
        'Give "running" or "paused", or leave it out',
      );
    }
    input.status = status;
  }
  if (given['apiToken'] != null) {
    try {
      input.apiToken = checkReference(given['apiToken']);
    } catch (error) {
      dropped.push(error as InvalidInputError);
    }
  }
  if (given['subscriptions'] != null) input.subscriptions = checkSubscriptions(given['subscriptions']);
  if (given['parent'] != null) input.parent = checkParentLink(given['parent']);
  for (const field of Object.keys(given)) {
    if (START_FIELDS.has(field)) continue;
    dropped.push(
      new InvalidInputError(
        field.slice(0, 80),
        'is not a field of the start argument',
        `Use ${[...START_FIELDS].join(', ')}`,
      ),
    );
  }
  return { input, dropped };
}

function checkSubscriptions(value: unknown): readonly Subscription[] {
  if (Array.isArray(value)) return value.map((item, i) => checkSubscription(item, `subscriptions[${i}]`));
  throw new InvalidInputError('subscriptions', 'is not a list', 'Give a list of subscriptions');
}
