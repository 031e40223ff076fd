import { InvalidInputError } from '@stateful-workflow/core';
import type { GraphqlQuery } from './graphql-query';

/** The URL of an API, and which field its origin came from. */
export interface Endpoint {
  readonly url: URL;
  /** For errors about the origin. */
  readonly field: 'apiUrl' | 'path';
}

/**
 * Where a query is sent. Whether its origin may be reached is for the client to say.
 *
 * @throws InvalidInputError when `apiUrl` is missing, or a URL is none
 */
export function endpointOf({ path = '' }: GraphqlQuery, apiUrl: string | undefined): Endpoint {
  if (/^https?:\/\//i.test(path)) return { url: parsed(path, 'path'), field: 'path' };
  if (apiUrl === undefined) {
    throw new InvalidInputError(
      'apiUrl',
      'is missing, and the source says no absolute URL as its path',
      'Set apiUrl on the workflow or the source',
    );
  }
  const url = parsed(apiUrl, 'apiUrl');
  // Under the base, whose own path is kept.
  if (path !== '') url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return { url, field: 'apiUrl' };
}

function parsed(text: string, field: 'apiUrl' | 'path'): URL {
  if (!URL.canParse(text)) {
    throw new InvalidInputError(
      field,
      'is not an absolute URL',
      'Give one such as https://support.example.com/graphql',
    );
  }
  const url = new URL(text);
  url.hash = '';
  return url;
}
