import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { InvalidInputError, type LoadContext, type Page } from '@stateful-workflow/core';
import { type HttpAnswer, statusError } from '@stateful-workflow/http';
import { ask } from './ask';
import type { Harvest } from './harvest';
import type { Pager, Place } from './pagination/pager';
import { parametersOf } from './pagination/parameters';
import { parseBody, recordsOf } from './records';
import type { PageValidators, Progress, RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';
import type { RequestMaker } from './rest-request';
import { answerValidators, conditionalHeaders } from './validators';

/** What a list is loaded with. */
export interface ListLoad {
  readonly query: RestQuery;
  readonly requests: RequestMaker;
  readonly pager: Pager;
  readonly harvest: Harvest;
  readonly parts: RestParts;
  readonly context: LoadContext<RestCursor>;
  /** Where the attempt before got to. */
  readonly progress?: Progress;
}

const MAX_PAGES = 1_000;

/** More validators than this are not kept: they are in history with every load. Bytes of JSON. */
const MAX_VALIDATOR_BYTES = 2_048;

/** Loads a list, one request a page, to its end. */
export async function* loadList(given: ListLoad): AsyncGenerator<Page<RestCursor>> {
  // A load that is left in its middle ends the request that is ahead of it.
  const left = new AbortController();
  const signal = AbortSignal.any([given.context.signal, left.signal]);
  try {
    yield* pagesOf(given, signal);
  } finally {
    left.abort();
  }
}

async function* pagesOf(load: ListLoad, signal: AbortSignal): AsyncGenerator<Page<RestCursor>> {
  const { query, requests, pager, harvest, parts, context, progress } = load;
  if (progress === undefined && (await isUnchanged(load))) {
    yield { records: [], unchanged: true, cursor: context.checkpoint?.cursor, complete: false };
    return;
  }
  const { maxPages = MAX_PAGES } = query.pagination ?? {};
  const places = new Places(query);
  const validators = new ListValidators();
  let place: Place | undefined = progress?.place;
  const { params } = harvest;
  const askFor = async (at: Place | undefined): Promise<HttpAnswer> =>
    ask(parts.client, context, requests.make(pager.request(at), params), {}, signal);
  let before: readonly unknown[] | undefined;
  let coming: Promise<HttpAnswer> | undefined;
  for (let page = progress?.pages ?? 0; ; page += 1) {
    if (page === maxPages) throw tooLong(maxPages);
    const answer = await (coming ?? askFor(place));
    // It may have come before the signal was aborted, while the page before it was used.
    context.signal.throwIfAborted();
    if (answer.status === 304) throw statusError(answer.request, 304, answer.headers);
    const body = parseBody(answer);
    const records = recordsOf(body, query, answer, parts);
    const { headers, request } = answer;
    const next = withoutSecrets(pager.next({ place, body, headers, records, request }), load);
    places.go(place, next, request);
    if (next !== undefined && records.length > 0 && isDeepStrictEqual(before, records))
      throw sameAgain(query, request);
    before = records;
    validators.add(place, answer);
    harvest.answered(headers);
    const harvested = await harvest.take(records, request);
    if (next === undefined) {
      yield { ...harvested, ...cursorOf(load, validators), complete: isWhole(load) };
      return;
    }
    place = next;
    if (page + 1 < maxPages) coming = ahead(askFor(place));
    const { full, records: count, since, startedAt } = harvest;
    context.heartbeat({
      at: { place, pages: page + 1, records: count, startedAt, full, ...(since && { since }) },
    });
    yield { ...harvested, complete: false };
  }
}

/** A place that may be a URL, without the key that an API repeats in it: places are in heartbeats. */
function withoutSecrets(place: Place | undefined, { parts, requests, query }: ListLoad): Place | undefined {
  const type = query.pagination?.type;
  if (typeof place !== 'string' || (type !== 'next' && type !== 'link')) return place;
  return requests.link(place, parts.origins.settings(requests.url).auth?.queryParameters ?? []);
}

/**
 * A page that is asked for while the one before it is taken in. What is wrong with it is for whoever waits for it, and
 * nobody may: a load can be left in its middle.
 */
function ahead(answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  answer.catch(() => {});
  return answer;
}

/** Whether every page says that it is as it was in the last sweep. At the first that does not, all are read. */
async function isUnchanged({ query, requests, pager, parts, context }: ListLoad): Promise<boolean> {
  const pages = context.checkpoint?.cursor?.pages;
  if (pages === undefined || pages.length === 0 || !isConditional(query)) return false;
  for (const page of pages) {
    const request = requests.make(pager.request(page.at));
    const answer = await ask(parts.client, context, request, conditionalHeaders(page));
    if (answer.status !== 304) return false;
  }
  return true;
}

const isConditional = ({ method = 'GET', incremental }: RestQuery): boolean =>
  method === 'GET' && incremental === undefined;

/** A list whose pages may have shifted while it waited for another attempt proves nothing gone. */
const isWhole = ({ harvest, pager, progress }: ListLoad): boolean =>
  harvest.isWhole && (progress === undefined || pager.stable === true);

function cursorOf(
  { query, harvest, progress }: ListLoad,
  validators: ListValidators,
): { cursor?: RestCursor } {
  const { since } = harvest;
  if (since !== undefined) return { cursor: { since } };
  const pages = progress === undefined && isConditional(query) ? validators.all : undefined;
  return pages === undefined ? {} : { cursor: { pages } };
}

/** What the pages of a sweep give to ask "changed since?": of use only when every one gives something. */
class ListValidators {
  #pages: PageValidators[] | undefined = [];
  #bytes = 0;

  add(at: Place | undefined, answer: HttpAnswer): void {
    if (this.#pages === undefined) return;
    const given = answerValidators(answer.headers);
    const page = { ...(at !== undefined && { at }), ...given };
    this.#bytes += JSON.stringify(page).length;
    if (given === undefined || this.#bytes > MAX_VALIDATOR_BYTES) this.#pages = undefined;
    this.#pages?.push(page);
  }

  get all(): readonly PageValidators[] | undefined {
    return this.#pages;
  }
}

/** Notices when a list leads back to where it has been. */
class Places {
  readonly #names = new Set<string>();
  readonly #type: string;

  constructor({ pagination }: RestQuery) {
    this.#type = pagination?.type ?? '';
  }

  /** @throws InvalidInputError when `next` is a page that was read */
  go(from: Place | undefined, next: Place | undefined, request: string): void {
    if (from !== undefined) this.#names.add(nameOf(from));
    if (next === undefined || !this.#names.has(nameOf(next))) return;
    throw new InvalidInputError(
      'pagination',
      `${request} goes on at a page that was read before, so the list would never end`,
      `Check that the API understands what the "${this.#type}" pagination sends`,
    );
  }
}

/** Cursors and URLs can be long, and lists as well. */
function nameOf(place: Place): string {
  const text = String(place);
  return text.length < 24 ? text : createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

function tooLong(maxPages: number): InvalidInputError {
  return new InvalidInputError(
    'pagination.maxPages',
    `the list goes on after ${maxPages} pages, and a load never cuts it short`,
    'Raise maxPages or the size of a page, or narrow the list with params',
  );
}

function sameAgain({ pagination }: RestQuery, request: string): InvalidInputError {
  const [parameter] = pagination === undefined ? [] : parametersOf(pagination);
  const why =
    parameter === undefined
      ? 'its links lead nowhere'
      : `the server ignores the page parameter "${parameter}"`;
  return new InvalidInputError(
    'pagination',
    `two pages of ${request} are the same and more are promised: ${why}`,
    'Set the pagination to what the API understands, or leave it out if one answer holds everything',
  );
}
