import { InvalidInputError } from '@stateful-workflow/core';

/** Headers that decide who asks, where the request goes or how it is framed; the adapter sets them itself. */
const RESERVED = new Set([
  'accept-encoding',
  'authorization',
  'connection',
  'content-length',
  'cookie',
  'expect',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'range',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/i;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Says what is wrong with a header name that a person wrote, or `undefined`. Never repeats its value. */
export function headerNameProblem(name: string): string | undefined {
  if (!NAME.test(name)) return 'is not a header name: use letters, digits and hyphens';
  const lower = name.toLowerCase();
  if (lower === 'authorization' || lower === 'cookie' || lower === 'proxy-authorization') {
    return 'would put a secret into workflow history. Set the credential of the source instead';
  }
  return RESERVED.has(lower) ? 'is set by the adapter itself. Leave it out' : undefined;
}

/** Whether a value can be sent as a header: one line of printable Latin-1. */
export const isHeaderValue = (value: string): boolean => VALUE.test(value);

/**
 * Checks headers that are about to be sent, whoever made them: a line break in one would begin another.
 *
 * @throws InvalidInputError that never repeats a value
 */
export function checkHeaders(headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    const problem = !NAME.test(name)
      ? 'is not a header name'
      : isHeaderValue(value)
        ? undefined
        : 'has a value that cannot be sent: it is not one line of printable Latin-1';
    if (problem !== undefined)
      throw new InvalidInputError(`headers.${JSON.stringify(name).slice(1, 80)}`, problem, 'Correct it');
  }
}

/** What of a request's headers may follow a redirect to another origin: only what says which answer is wanted. */
export function headersForOtherOrigin(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^(accept|accept-.*)$/i.test(name)));
}
