import { checkApiUrl } from './api-url';
import { listOf, oneOf, optional, shape, type Shape } from './check';
import { InvalidInputError } from './errors';
import { checkEntities, checkEntityName, checkId, checkReference, checkRootData } from './payloads';
import { checkParentLink, checkSubscription } from './subscription';
import type { StartInput } from './wire';

/** What {@link checkStart} found. */
export interface CheckedStart {
  readonly input: StartInput;
  /** What was left out, each with its reason. */
  readonly dropped: readonly InvalidInputError[];
}

const FIELDS: Shape<StartInput> = {
  id: checkId,
  entityName: optional(checkEntityName),
  data: optional(checkRootData),
  state: optional(checkEntities),
  apiUrl: optional(checkApiUrl),
  apiToken: optional(checkReference),
  subscriptions: optional(listOf(checkSubscription)),
  status: optional(oneOf('running', 'paused')),
  parent: optional(checkParentLink),
};

/**
 * Checks a start argument. A token in plaintext and fields that are not known are left out; everything else
 * that is wrong is an error.
 *
 * @param checkToken what may stand as a token
 * @throws InvalidInputError
 */
export function checkStart(value: unknown, checkToken = checkReference): CheckedStart {
  const dropped: InvalidInputError[] = [];
  const check = optional(checkToken);
  const apiToken: typeof FIELDS.apiToken = (token, field) => {
    try {
      return check(token, field);
    } catch (error) {
      dropped.push(error as InvalidInputError);
      return undefined;
    }
  };
  const parent = optional<StartInput['parent']>((link, field) => checkParentLink(link, field, checkToken));
  const input = shape<StartInput>({ ...FIELDS, apiToken, parent }, 'start argument')(value);
  for (const field of Object.keys(value as object))
    if (!Object.hasOwn(FIELDS, field))
      dropped.push(
        new InvalidInputError(
          field.slice(0, 80),
          'is not a field of the start argument',
          `Use ${Object.keys(FIELDS).join(', ')}`,
        ),
      );
  return { input, dropped };
}
