import type { EntityRef } from '@stateful-workflow/core';
import type { HttpMethod } from '@stateful-workflow/http';
import { InvalidInputError } from '@stateful-workflow/core';
import type { PageRequest } from './pagination/pager';
import { requestUrl } from './request-url';
import type { JsonValue, RestQuery } from './rest-query';
import { fillTemplate, type TemplateValues, templateValues } from './template';

/** One request of a load. */
export interface RestRequest {
  readonly method: HttpMethod;
  readonly url: URL;
  readonly field: string;
  /** The path as the query has it, for limits by route. */
  readonly route: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Makes the requests of a query: the same for every page, but for what asks for the page. */
export class RequestMaker {
  readonly #first: { readonly url: URL; readonly field: string };
  readonly #query: RestQuery;
  readonly #body: JsonValue | undefined;

  /** @throws InvalidInputError as {@link requestUrl} does */
  constructor(query: RestQuery, context: { readonly apiUrl?: string; readonly entity: EntityRef }) {
    this.#first = requestUrl(query, context);
    this.#query = query;
    this.#body =
      query.body === undefined ? undefined : filled(query.body, templateValues(context.entity, query.values));
  }

  /**
   * The request for a page.
   *
   * @param page what asks for it. @default nothing: the query as it is
   * @param since parameters that ask for what changed
   * @param from the page that a URL of it is relative to. @default the first
   * @throws InvalidInputError for a next page on another origin
   */
  make(
    page: PageRequest = {},
    since: Readonly<Record<string, string | number>> = {},
    from: URL = this.url,
  ): RestRequest {
    const { method = 'GET', headers = {}, path: route } = this.#query;
    const { field } = this.#first;
    const url = page.url === undefined ? new URL(this.#first.url) : this.#next(page.url, from);
    // A next URL has them already, as the API understood them.
    const all = { ...(page.url === undefined && since), ...page.params };
    const params = Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ) as Record<string, JsonValue>;
    if (method === 'GET' || !isObject(this.#body)) {
      for (const [name, value] of Object.entries(params))
        url.searchParams.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value));
      return { method, url, field, route, headers, ...this.#encoded(this.#body) };
    }
    return { method, url, field, route, headers, ...this.#encoded({ ...this.#body, ...params }) };
  }

  /** The URL of the query, without what asks for a page. */
  get url(): URL {
    return this.#first.url;
  }

  /**
   * A link to a page as it may be kept: checked, absolute, and without some parameters.
   *
   * @param from the page that holds it
   * @throws InvalidInputError for one that leads to another origin
   */
  link(link: string, without: readonly string[], from: URL): string {
    const url = this.#next(link, from);
    for (const name of without) url.searchParams.delete(name);
    return url.href;
  }

  #next(link: string, from: URL): URL {
    const first = this.url;
    const wrong = (why: string): InvalidInputError =>
      new InvalidInputError('pagination', why, 'Check the API: its pages have to stay on its own origin');
    if (!URL.canParse(link, from.href)) throw wrong('the link to the next page is not a URL');
    const url = new URL(link, from);
    const isHome = url.origin === first.origin || url.origin === from.origin;
    if (!isHome || url.username !== '' || url.password !== '') {
      const to = url.origin === 'null' ? url.protocol : url.origin;
      throw wrong(
        isHome
          ? `the link to the next page holds a user name or password`
          : `the link to the next page leads from ${first.origin} to ${to}`,
      );
    }
    url.hash = '';
    return url;
  }

  #encoded(body: JsonValue | undefined): { body?: string; headers?: Record<string, string> } {
    if (body === undefined) return {};
    const headers = { 'Content-Type': 'application/json', ...this.#query.headers };
    return { body: JSON.stringify(body), headers };
  }
}

const isObject = (value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A body with the templates in its texts filled. */
function filled(body: JsonValue, values: TemplateValues): JsonValue {
  if (typeof body === 'string') return fillTemplate(body, values, (value) => value);
  if (Array.isArray(body)) return (body as readonly JsonValue[]).map((item) => filled(item, values));
  if (!isObject(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, filled(value, values)]));
}
