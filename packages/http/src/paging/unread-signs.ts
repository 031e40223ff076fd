import type { IncomingHttpHeaders } from 'node:http';
import { InvalidInputError } from '@stateful-workflow/core';
import { at, isObject } from '../values';
import { linkTo } from './link-header';
import { Totals } from './totals';

/** Something in an answer that says that a list goes on, and that nobody told the adapter to look at. */
interface Sign {
  /** Where it stands: a dotted path in the body, or the name of a header. */
  readonly where: string;
  /** How many records, or pages, there are by it. @default it only says that there are more */
  readonly counts?: { readonly records?: number; readonly pages?: number };
  /** Whether it names a place, which may be that of another page. */
  readonly names?: true;
  /** Whether it says that there are no more. */
  readonly ends?: true;
  /** Whether it says that the answer is none, or lacks something: whatever ends the list, it is not all. */
  readonly fails?: true;
}

/** A page, as far as its envelope goes. */
export interface Envelope {
  readonly body: unknown;
  readonly headers?: IncomingHttpHeaders;
  /** Where the records are in the body, as a dotted path. @default the body itself, or nobody knows */
  readonly items?: string;
  /** How many records the page has. */
  readonly records: number;
  /** How many there are by the sign that the source names. @default it names none */
  readonly total?: number;
}

/** What the named signs of the source have said already. */
export interface EndSaid {
  /** How many records and pages came. A total of an attempt before is not known: then counts prove nothing. */
  readonly read: { readonly records: number; readonly pages: number } | undefined;
  /** Names the request: `GET https://…`. */
  readonly request: string;
  /** What the source says of its pages: "has no pagination". */
  readonly why: string;
  /** Whether the source names where the next page is, and that has led to one: other names of pages mean something else. */
  readonly isPlaced?: boolean;
}

/**
 * Looks in the envelopes of a list for signs that it goes on, in the names that APIs give them. They are no way to the
 * next page, since they may mean something else; but a list whose last page has one is not proven to be over.
 */
export class UnreadSigns {
  readonly #ignored: ReadonlySet<string>;
  /** The least that was said of each count, since records come while a list is read. */
  readonly #least = new Map<string, number>();
  readonly #totals = new Totals();
  /** The first that says that a page is no answer, or not all of one. */
  #failed: string | undefined;
  #last: readonly Sign[] = [];

  /** @param ignored signs that mean something else, as the error names them */
  constructor(ignored: readonly string[] = []) {
    this.#ignored = new Set(ignored.map((name) => name.toLowerCase()));
  }

  /** Takes in a page. */
  saw({ body, headers = {}, items, records, total }: Envelope): void {
    const signs = [...inHeaders(headers), ...inBody(body, items)].filter(
      ({ where }) => !this.#ignored.has(where.toLowerCase()),
    );
    this.#failed ??= signs.find(({ fails }) => fails)?.where;
    this.#last = signs.filter(({ fails }) => fails === undefined);
    for (const { where, counts } of this.#last) {
      const count = counts?.records ?? counts?.pages;
      if (count !== undefined) this.#least.set(where, Math.min(count, this.#least.get(where) ?? count));
      if (counts?.records !== undefined) this.#totals.saw(where, counts.records, records);
    }
    if (total !== undefined) this.#totals.saw('', total, records);
  }

  /** Whether a total was another on one page than on the one before: records came or went meanwhile. */
  get hasMoved(): boolean {
    return this.#totals.hasMoved;
  }

  /**
   * Whether the last page says in so many words that it is the last, or as many records came as there are by it.
   *
   * @param records how many came
   */
  isOver(records: number): boolean {
    return this.#last.some(({ ends, counts }) => ends === true || counts?.records === records);
  }

  /**
   * Checks that no page says in its envelope that it is an error, or that something is missing in it, as some APIs do
   * with status 200 beside an empty list. Whatever ends the list: it is not all.
   *
   * @throws InvalidInputError that names what says so
   */
  checkAnswers(request: string): void {
    if (this.#failed === undefined) return;
    throw new InvalidInputError(
      'pagination',
      `${request} says at "${this.#failed}" that it is an error, or not all, so what it lacks would be taken for gone`,
      `Look at what the API answers; if "${this.#failed}" means something else, name it in ignoreSigns`,
    );
  }

  /**
   * Checks that nothing on the last page speaks against the end.
   *
   * @throws InvalidInputError that names what does
   */
  checkEnd({ read, request, why, isPlaced = false }: EndSaid): void {
    const against = this.#last.find((sign) => this.#isAgainst(sign, read) && !(isPlaced && sign.names));
    if (against === undefined) return;
    const { where, counts } = against;
    const came = counts?.records === undefined ? `${read?.pages} page(s)` : `${read?.records} record(s)`;
    const seen =
      counts === undefined
        ? `says at "${where}" that there is more`
        : `has ${this.#least.get(where)} at "${where}" where ${came} came`;
    throw new InvalidInputError(
      'pagination',
      `${request} ${seen}, and the source ${why}: what was not read would be taken for gone`,
      `Say in pagination how the list goes on; or, if "${where}" means something else, name it in ignoreSigns`,
    );
  }

  #isAgainst({ where, counts, ends }: Sign, read: EndSaid['read']): boolean {
    if (counts === undefined) return ends !== true;
    const said = this.#least.get(where) ?? 0;
    return read !== undefined && said > (counts.records === undefined ? read.pages : read.records);
  }
}

/** What names the next page, letters and digits only. Tokens that a last page has too are not among them. */
const NEXT =
  /^(odata)?next(link|url|href|page|pageurl|pagelink|pagetoken|pagecursor|pageid|cursor|cursorstr|token|marker|continuationtoken|offset|start|skip|key|records?url|results?url)?$|^(page)?cursornext$|^nextlink$|^lastevaluatedkey$|^continu(e|ation|ationtoken)$|^pag(e|ing|ination)nexttoken$/;
const MORE =
  /^(has)?more(results|items|pages|data|records|available|itemsincollection)?$|^has(next|nextpage)$|^(is)?truncated$/;
const LAST = /^(is)?last(page)?$/;
const TOTAL =
  /^(odata|x)?(grand)?(total(count|items|elements|records|results|rows|hits|size)?|count|(item|record|result|row)count|numfound)$/;
const PAGES = /^(total|num|number|numberof|max|last)?pages?(count|total)?$/;
const ERRORS = /^errors?$/;
const SUCCESS = /^(is)?(success|successful|succeeded|ok)$/;
/** Elasticsearch, GitHub's search, Solr. */
const INCOMPLETE = /^(is)?(incomplete|partial)(results?)?$|^timedout$|^terminatedearly$/;

function isFailure(name: string, value: unknown): boolean {
  if (SUCCESS.test(name)) return isFalse(value);
  if (INCOMPLETE.test(name)) return isTrue(value);
  if (!ERRORS.test(name)) return false;
  if (isObject(value)) return Object.values(value).some((part) => part !== null && part !== '');
  return Array.isArray(value) ? value.length > 0 : typeof value === 'string' ? value !== '' : isTrue(value);
}

/** Objects beside the records that speak of the page. */
const ASIDE =
  /^(meta|metadata|links?|page|paging|pagination|pager|pageinfo|cursors?|info|navigation|responsemetadata|result(s)?info|hits)$/;

/** The signs on the objects that lead to the records. */
function inBody(body: unknown, items = ''): readonly Sign[] {
  const signs: Sign[] = [];
  let level: unknown = body;
  let path = '';
  let rest = items;
  while (isObject(level)) {
    const inner: string | undefined = rest === '' ? undefined : keyOf(level, rest);
    signs.push(...beside(level, path, inner));
    if (inner === undefined) break;
    path += `${inner}.`;
    rest = rest.slice(inner.length + 1);
    level = level[inner];
  }
  return signs;
}

/** The key that a dotted path begins with: the longest that is there and leads to the end of the path. */
function keyOf(level: Readonly<Record<string, unknown>>, path: string): string | undefined {
  for (let end = path.length; end > 0; end = path.lastIndexOf('.', end - 1)) {
    const key = path.slice(0, end);
    if (!Object.hasOwn(level, key)) continue;
    if (end === path.length || at(level[key], path.slice(end + 1)) !== undefined) return key;
  }
  return undefined;
}

function beside(
  level: Readonly<Record<string, unknown>>,
  path: string,
  except: string | undefined,
  depth = 0,
): readonly Sign[] {
  return Object.entries(level).flatMap(([key, value]) => {
    if (key === except) return [];
    const where = path + key;
    const name = key.toLowerCase().replace(/[^a-z0-9]/g, '');
    const own = signOf(name, value);
    if (own !== undefined) return [{ where, ...own }];
    if (Array.isArray(value))
      return /^links?$/.test(name) && value.some(isNextLink) ? [{ where, names: true }] : [];
    return isObject(value) && ASIDE.test(name) && depth < 2
      ? beside(value, `${where}.`, undefined, depth + 1)
      : [];
  });
}

function signOf(name: string, value: unknown): Omit<Sign, 'where'> | undefined {
  if (MORE.test(name) && isTrue(value)) return {};
  if (LAST.test(name) && isFalse(value)) return {};
  if (NEXT.test(name) && leadsOn(value)) return { names: true };
  if (MORE.test(name) ? isFalse(value) : LAST.test(name) ? isTrue(value) : NEXT.test(name) && value === null)
    return { ends: true };
  if (isFailure(name, value)) return { fails: true };
  const count = countOf(isObject(value) ? value['value'] : value);
  if (count === undefined) return undefined;
  if (TOTAL.test(name)) return { counts: { records: count } };
  return PAGES.test(name) && name !== 'page' ? { counts: { pages: count } } : undefined;
}

/** Whether headers say that a list goes on: what came with a 304 may be newer than its body. */
export const goesOn = (headers: IncomingHttpHeaders): boolean =>
  inHeaders(headers).some(({ counts, ends, fails }) => counts === undefined && !ends && !fails);

const NEXT_HEADER =
  /^(x-)?((pagination-)?next-?(page|cursor|token|link|url|offset)|(ms-)?continuation(-?token)?)$/;
const TOTAL_HEADER = /^(x-)?(pagination-|wp-)?total(-?(count|results|items|records|elements))?$/;
const PAGES_HEADER = /^(x-)?(pagination-|wp-)?(total-?pages|page-?count)$/;

function inHeaders(headers: IncomingHttpHeaders): readonly Sign[] {
  return Object.entries(headers).flatMap(([where, given]): readonly Sign[] => {
    const value = [given ?? ''].flat().join(', ');
    if (where === 'link') return linkTo(value, 'next') === undefined ? [] : [{ where: 'Link', names: true }];
    if (where === 'x-pagination') return inBody(parsed(value)).map((sign) => ({ ...sign, where }));
    if (NEXT_HEADER.test(where)) return leadsOn(value) ? [{ where, names: true }] : [];
    if (/^x-has-?(more|next)/.test(where)) return isTrue(value) ? [{ where }] : [];
    const total = where === 'content-range' ? /\/(\d+)$/.exec(value)?.[1] : value;
    const count = countOf(total);
    if (count === undefined) return [];
    if (where === 'content-range' || TOTAL_HEADER.test(where)) return [{ where, counts: { records: count } }];
    return PAGES_HEADER.test(where) ? [{ where, counts: { pages: count } }] : [];
  });
}

const isTrue = (value: unknown): boolean => value === true || value === 'true';
const isFalse = (value: unknown): boolean => value === false || value === 'false';

/** Whether something can be the place of a page. Cursors of 0 and -1 are how some APIs end. */
function leadsOn(value: unknown): boolean {
  if (typeof value === 'number') return value > 0;
  if (typeof value === 'string') return !/^(\s*|0|-1|null|none|false)$/i.test(value);
  if (!isObject(value)) return value === true;
  return Object.values(value).some((part) => part !== null && part !== '' && part !== false);
}

function isNextLink(link: unknown): boolean {
  return isObject(link) && [link['rel'], link['relation']].some((rel) => rel === 'next');
}

function countOf(value: unknown): number | undefined {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
