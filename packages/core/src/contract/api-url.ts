import { InvalidInputError } from './errors';

/**
 * Checks a base address: absolute, http or https, without user name or password.
 *
 * @param field names the value in the error
 * @returns the address as given
 * @throws InvalidInputError that never repeats the address, which may hold a password
 */
export function checkApiUrl(value: unknown, field = 'apiUrl'): string {
  // So long that no server takes it, and it would be in the history of every load.
  const longest = 2_000;
  const fix = 'Give an absolute URL such as https://crm.example.com/api';
  if (typeof value !== 'string' || value.trim() === '') {
    throw new InvalidInputError(field, 'is not a non-empty string', fix);
  }
  if (value.length > longest) throw new InvalidInputError(field, `is longer than ${longest} characters`, fix);
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    throw new InvalidInputError(field, 'is not an absolute URL', fix);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new InvalidInputError(field, `has the scheme "${url.protocol}", which is not http or https`, fix);
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidInputError(
      field,
      'holds a user name or password',
      'Leave them out and set apiToken to a credential reference',
    );
  }
  return value;
}
