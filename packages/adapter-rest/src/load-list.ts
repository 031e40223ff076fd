import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { InvalidInputError, type LoadContext, type Page } from '@stateful-workflow/core';
import {
  END,
  type HttpAnswer,
  isNumberedCursor,
  isNumberedLink,
  nextLink,
  type Onward,
  statusError,
  UnreadSigns,
  Visited,
} from '@stateful-workflow/http';
import { ask } from './ask';
import type { Harvest } from './harvest';
import { readAt } from './pagination/answer-place';
import { isUnchanged, ListValidators } from './list-validators';
import { explained, PastTheEnd } from './past-the-end';
import { linkAt, type ListPager, type PageSeen, type Place } from './pagination/pager';
import { linkPager } from './pagination/pagers';
import { parametersOf } from './pagination/parameters';
import { contentsOf } from './records';
import type { Progress, RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';
import type { RequestMaker } from './rest-request';

/** What a list is loaded with. */
export interface ListLoad {
  readonly query: RestQuery;
  readonly requests: RequestMaker;
  readonly pager: ListPager;
  readonly harvest: Harvest;
  readonly parts: RestParts;
  readonly context: LoadContext<RestCursor>;
  /** Where the attempt before got to. */
  readonly progress?: Progress;
}

const MAX_PAGES = 1_000;

/** Loads a list, one request a page, to its end. */
export async function* loadList(given: ListLoad): AsyncGenerator<Page<RestCursor>> {
  const { context, progress } = given;
  if (progress === undefined && (await isUnchanged(given))) {
    yield { records: [], unchanged: true, cursor: context.checkpoint?.cursor, complete: false };
    return;
  }
  // A load that is left in its middle ends the request that is ahead of it.
  const left = new AbortController();
  try {
    yield* new ListReader(given, AbortSignal.any([context.signal, left.signal])).pages();
  } finally {
    left.abort();
  }
}

/** Reads the pages of a list, as far as it is proven to go. */
class ListReader {
  readonly #load: ListLoad;
  readonly #signal: AbortSignal;
  readonly #visited: Visited;
  readonly #validators: ListValidators;
  readonly #past: PastTheEnd;
  readonly #unread: UnreadSigns;
  #pager: ListPager;
  #isLinked: boolean;
  #place: Place | undefined;
  /** Whether records that come or go meanwhile may have moved others from page to page. */
  #drifts: boolean;
  /** Where the page came from that named the one to read now. */
  #from: URL;

  constructor(load: ListLoad, signal: AbortSignal) {
    const { query, pager, progress, requests } = load;
    this.#load = load;
    this.#signal = signal;
    this.#visited = new Visited(
      `Check that the API understands what the "${query.pagination?.type}" pagination sends`,
    );
    this.#isLinked = progress?.linked ?? false;
    this.#pager = this.#isLinked ? linkPager() : pager;
    this.#validators = new ListValidators(pager);
    this.#past = new PastTheEnd(query, progress);
    this.#unread = new UnreadSigns([...(query.ignoreSigns ?? []), ...placesOf(query)]);
    this.#place = progress?.place;
    this.#drifts = progress?.drifts ?? (progress !== undefined && !pager.stable);
    // A place that was kept was checked against the page that held it, which may have been elsewhere by a redirect.
    const isUrl = progress !== undefined && this.#pager.isLinked === true;
    this.#from = isUrl ? new URL(linkAt(progress.place)) : requests.url;
  }

  async *pages(): AsyncGenerator<Page<RestCursor>> {
    const { query, harvest, context, progress } = this.#load;
    const { maxPages = MAX_PAGES } = query.pagination ?? {};
    let before: readonly unknown[] | undefined;
    let coming: Promise<HttpAnswer> | undefined;
    for (let page = progress?.pages ?? 0; ; page += 1) {
      if (page === maxPages) throw tooLong(maxPages);
      const answer = await explained(coming ?? this.#ask(), this.#past.says);
      // It may have come before the signal was aborted, while the page before it was used.
      context.signal.throwIfAborted();
      if (this.#past.isEnd(answer)) {
        this.#checkEnd(answer.request, page);
        this.#validators.drop();
        yield { records: [], ...this.#last() };
        return;
      }
      if (answer.status === 304) throw statusError(answer.request, 304, answer.headers);
      const { body, records } = contentsOf(answer, query, this.#load.parts);
      this.#saw(answer, body, records);
      const onward = this.#onward(answer, body, records, page + 1);
      const next = onward.says === 'end' ? undefined : onward.next;
      this.#visited.go(this.#place, next, answer.request);
      if (next !== undefined && records.length > 0 && isDeepStrictEqual(before, records))
        throw sameAgain(query, answer.request);
      before = records;
      this.#validators.add(this.#place, answer);
      const fits = onward.says === 'nothing' && onward.fits === true;
      this.#past.saw(onward.says, fits || this.#unread.isOver(harvest.records + records.length));
      harvest.answered(answer.headers);
      if (this.#drifts) harvest.drifted(this.#unread.hasMoved);
      const turns = await harvest.take(records, answer.request);
      const last = turns.at(-1) ?? { records: [] };
      for (const harvested of turns.slice(0, -1)) yield { ...harvested, complete: false };
      if (next === undefined) {
        this.#checkEnd(answer.request, page + 1);
        yield { ...last, ...this.#last() };
        return;
      }
      this.#place = next;
      this.#from = answer.url;
      if (page + 1 < maxPages) coming = ahead(this.#ask());
      this.#heartbeat(next, page + 1);
      // Only then is the request on its way, and the page is taken in while the API answers.
      if (coming !== undefined) await turnOfLoop();
      yield { ...last, complete: false };
    }
  }

  /** Looks at what a page says of its list besides the sign that the source names; of totals, at that one, too. */
  #saw(answer: HttpAnswer, body: unknown, records: readonly unknown[]): void {
    const { query } = this.#load;
    const { headers } = answer;
    const page = { body, headers, items: query.items, records: records.length };
    const where = query.pagination !== undefined && 'total' in query.pagination && query.pagination.total;
    const total = where ? Number(readAt({ body, headers }, where).value) : NaN;
    this.#unread.saw(Number.isNaN(total) ? page : { ...page, total });
    this.#drifts ||= this.#unread.hasMoved;
  }

  /** @throws InvalidInputError for an end that something else in the answers speaks against */
  #checkEnd(request: string, pages: number): void {
    const { harvest, progress, query } = this.#load;
    const { endsBy } = this.#pager;
    this.#unread.checkAnswers(request);
    if (endsBy === 'sign') return;
    const read = progress === undefined ? { records: harvest.records, pages } : undefined;
    this.#unread.checkEnd({
      read,
      request,
      why: `ends it there by its "${query.pagination?.type}" pagination`,
      isPlaced: endsBy === 'place' && this.#place !== undefined,
    });
  }

  #ask(): Promise<HttpAnswer> {
    const { requests, parts, context, harvest, query } = this.#load;
    const request = requests.make(this.#pager.request(this.#place), harvest.params, this.#from);
    return ask(parts.client, context, request, {}, this.#signal, this.#past.accept(query));
  }

  /** What the page says of the next one, as it may be kept. A `Link` that says more is followed whatever the pager. */
  #onward(answer: HttpAnswer, body: unknown, records: readonly unknown[], pages: number): Onward<Place> {
    const { headers, request, status } = answer;
    const seen = this.#load.harvest.records + records.length;
    const page = { place: this.#place, body, headers, records, seen, pages, request };
    const said = status === 204 ? this.#withoutContent(page) : this.#pager.onward(page);
    const link = said.says === 'more' ? undefined : nextLink(headers.link, 'next', request);
    if (link !== undefined && !this.#isLinked) {
      this.#isLinked = true;
      this.#pager = linkPager();
    }
    const onward: Onward<Place> = link === undefined ? said : { says: 'more', next: link };
    if (onward.says === 'end') return onward;
    const next = this.#kept(onward.next, answer.url);
    this.#drifts ||= !this.#pager.stable || this.#isNumbered(next, records);
    return { ...onward, next };
  }

  /** What an answer without content says: its headers may say more. */
  #withoutContent(page: PageSeen): Onward<Place> {
    if (this.#pager.headers.some((name) => page.headers[name] !== undefined)) return this.#pager.onward(page);
    if (this.#pager.isTold !== true || this.#past.says !== 'more') return END;
    throw new InvalidInputError(
      'pagination',
      `${page.request} answers without content, and the page before promised more`,
      'Check what the pagination names as the sign of the end',
    );
  }

  #isNumbered(next: Place, records: readonly unknown[]): boolean {
    if (this.#pager.isLinked !== true) return isNumberedCursor(this.#place, next, records, this.#pager.names);
    const here = this.#place === undefined ? this.#load.requests.url : new URL(linkAt(this.#place));
    return isNumberedLink(here, new URL(linkAt(next)), records.length);
  }

  /** A place that may be a URL, without the key that an API repeats in it: places are in heartbeats. */
  #kept(place: Place, page: URL): Place {
    const { parts, requests } = this.#load;
    if (this.#pager.isLinked !== true) return place;
    return requests.link(
      linkAt(place),
      parts.origins.settings(requests.url).auth?.queryParameters ?? [],
      page,
    );
  }

  #heartbeat(place: Place, pages: number): void {
    const { context, harvest } = this.#load;
    const { full, records, since, startedAt } = harvest;
    const borders = this.#drifts ? harvest.borders : undefined;
    context.heartbeat({
      at: {
        place,
        pages,
        records,
        startedAt,
        full,
        ...(since && { since }),
        ...(borders && { borders }),
        ...(this.#isLinked && { linked: true as const }),
        ...(this.#drifts && { drifts: true as const }),
        ...this.#past.progress,
      },
    });
  }

  /** What the last page of the load proves, and what it leaves for the next load. */
  #last(): Pick<Page<RestCursor>, 'complete' | 'drifts' | 'cursor'> {
    const { harvest, progress, query } = this.#load;
    harvest.finish();
    const hasWaited = progress !== undefined;
    // A list whose pages may have shifted while it waited for another attempt proves nothing gone.
    const complete = harvest.isWhole && !(hasWaited && this.#drifts);
    const { since } = harvest;
    const pages =
      hasWaited || this.#isLinked || query.incremental !== undefined
        ? undefined
        : this.#validators.all(query);
    return {
      complete,
      ...(complete && this.#drifts && { drifts: true as const }),
      ...(since !== undefined ? { cursor: { since } } : pages !== undefined && { cursor: { pages } }),
    };
  }
}

/** Where the source has said that the cursor is, which it knows how to read. */
const placesOf = ({ pagination }: RestQuery): readonly string[] =>
  pagination?.type !== 'cursor'
    ? []
    : [pagination.cursor, pagination.header].filter((place) => typeof place === 'string');

/**
 * A page that is asked for while the one before it is taken in. What is wrong with it is for whoever waits for it, and
 * nobody may: a load can be left in its middle.
 */
function ahead(answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  answer.catch(() => {});
  return answer;
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
