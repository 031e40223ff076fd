import { absoluteUrl } from '@stateful-workflow/http';
import { InvalidInputError, type EntityRef } from '@stateful-workflow/core';
import type { RestQuery } from './rest-query';
import { fillTemplate, templateValues } from './template';

const EXAMPLE = 'https://crm.example.com/api';

/** The URL of a query, and which field its origin came from. */
export interface RequestUrl {
  readonly url: URL;
  /** For errors about the origin. */
  readonly field: 'apiUrl' | 'path' | 'upstream';
}

/**
 * Makes the URL of a query's first request, under `apiUrl`, or what stands in for it: path filled, base path kept, parameters added. Whether its origin
 * may be reached is for the client to say.
 *
 * @throws InvalidInputError when `apiUrl` is missing or the filled path would leave its place
 */
export function requestUrl(
  query: RestQuery,
  context: { readonly apiUrl?: string; readonly entity: EntityRef },
): RequestUrl {
  const values = templateValues(context.entity, query.values);
  const filled = fillTemplate(query.path, values, encodeURIComponent);
  const absolute = /^https?:\/\//i.test(filled);
  const url = absolute ? absoluteUrl(filled, 'path', EXAMPLE) : under(baseUrl(query, context.apiUrl), filled);
  // Here, and not on the URL, which has resolved them already.
  refuseDotSegments(absolute ? filled.replace(/^https?:\/\/[^/?]*/i, '') : filled);
  for (const [name, value] of Object.entries(query.params ?? {})) {
    url.searchParams.set(name, fillTemplate(String(value), values, wellFormed));
  }
  return { url, field: absolute ? 'path' : query.upstream === undefined ? 'apiUrl' : 'upstream' };
}

function baseUrl(query: RestQuery, apiUrl: string | undefined): URL {
  if (apiUrl === undefined) {
    throw new InvalidInputError(
      'apiUrl',
      `is missing, and the path of the source (${query.path}) is relative to it`,
      'Set apiUrl on the workflow or the source, name an upstream of the adapter, or give path as an absolute URL',
    );
  }
  return absoluteUrl(apiUrl, 'apiUrl', EXAMPLE);
}

/** Puts a path with its own query under a base. Not `new URL(path, base)`, which would drop the base's path. */
function under(base: URL, path: string): URL {
  const [pathname = '', ...search] = path.split('?');
  const url = new URL(base);
  url.pathname = base.pathname.replace(/\/+$/, '') + pathname;
  for (const [name, value] of new URLSearchParams(search.join('?'))) url.searchParams.append(name, value);
  return url;
}

/** An id of `..` would otherwise read the collection's parent. */
function refuseDotSegments(path: string): void {
  const [pathname = ''] = path.split('?');
  for (const segment of pathname.split('/')) {
    if (/^\.{1,2}$/.test(segment.replace(/%2e/gi, '.'))) {
      throw new InvalidInputError(
        'path',
        'has the segment "." or "..", in itself or once the id is filled in, and would lead to another place',
        'Use ids and paths without such segments',
      );
    }
  }
}

/** `URLSearchParams` encodes, but would turn half of a surrogate pair into another character, unsaid. */
function wellFormed(text: string): string {
  encodeURIComponent(text);
  return text;
}
