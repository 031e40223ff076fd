import { withoutCredentials } from 'stateful-workflow/internal';

/** One line of JSON, with no credentials in the URLs that it holds. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === 'string' ? withoutCredentials(item) : item));
