import { type Check, matching } from './check';
import { InvalidInputError } from './errors';

/** So long that no server takes it, and it would be in the history of every load. */
const LONGEST = 2_000;

const httpUrl: Check<string> = matching(
  `an absolute http or https URL of at most ${LONGEST} characters`,
  'https://crm.example.com/api',
  (value) =>
    typeof value === 'string' &&
    value.length <= LONGEST &&
    URL.canParse(value) &&
    /^https?:$/.test(new URL(value).protocol),
);

/**
 * Checks a base address: absolute, http or https, without user name or password.
 *
 * @param field names the value in the error
 * @returns the address as given
 * @throws InvalidInputError that never repeats the address, which may hold a password
 */
export function checkApiUrl(value: unknown, field = 'apiUrl'): string {
  const url = new URL(httpUrl(value, field));
  if (url.username || url.password)
    throw new InvalidInputError(
      field,
      'holds a user name or password',
      'Leave them out and set apiToken to a credential reference',
    );
  return value as string;
}
