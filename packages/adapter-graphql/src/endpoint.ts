import { absoluteUrl, type Upstreams } from '@stateful-workflow/http';
import { InvalidInputError } from '@stateful-workflow/core';
import type { GraphqlQuery } from './graphql-query';

const EXAMPLE = 'https://support.example.com/graphql';

/** The URL of an API, and which field its origin came from. */
export interface Endpoint {
  readonly url: URL;
  /** For errors about the origin. */
  readonly field: 'apiUrl' | 'path' | 'upstream';
}

/**
 * Where a query is sent. Whether its origin may be reached is for the client to say.
 *
 * @throws InvalidInputError when `apiUrl` is missing, or a URL is none
 */
export function endpointOf(
  { path = '', upstream }: GraphqlQuery,
  given: string | undefined,
  upstreams: Upstreams,
): Endpoint {
  const apiUrl = upstream === undefined ? given : upstreams.url(upstream);
  if (/^https?:\/\//i.test(path)) return { url: absoluteUrl(path, 'path', EXAMPLE), field: 'path' };
  if (apiUrl === undefined) {
    throw new InvalidInputError(
      'apiUrl',
      'is missing, and the source says no absolute URL as its path',
      'Set apiUrl on the workflow or the source, or name an upstream of the adapter',
    );
  }
  const url = absoluteUrl(apiUrl, 'apiUrl', EXAMPLE);
  // Under the base, whose own path is kept.
  if (path !== '') url.pathname = url.pathname.replace(/\/+$/, '') + path;
  return { url, field: upstream === undefined ? 'apiUrl' : 'upstream' };
}
