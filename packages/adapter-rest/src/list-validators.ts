import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { LoadContext } from '@stateful-workflow/core';
import { goesOn, type HttpAnswer } from '@stateful-workflow/http';
import { ask } from './ask';
import type { ListPager, Place } from './pagination/pager';
import type { PageValidators, RestCursor } from './rest-cursor';
import type { RestParts } from './rest-parts';
import type { RestQuery } from './rest-query';
import type { RequestMaker } from './rest-request';
import { answerValidators, conditionalHeaders } from './validators';

/** More validators than this are not kept: they are in history with every load. Bytes of JSON. */
const MAX_VALIDATOR_BYTES = 2_048;

/** What the pages of a sweep give to ask "changed since?": of use only when every one gives something. */
export class ListValidators {
  readonly #pager: ListPager;
  #pages: PageValidators[] | undefined = [];
  #bytes = 0;

  constructor(pager: ListPager) {
    this.#pager = pager;
  }

  add(at: Place | undefined, answer: HttpAnswer): void {
    if (this.#pages === undefined) return;
    const given = answerValidators(answer.headers);
    const told = toldBy(answer.headers, this.#pager);
    const page = { ...(at !== undefined && { at }), ...given, ...(told !== undefined && { told }) };
    this.#bytes += JSON.stringify(page).length;
    if (given === undefined || this.#bytes > MAX_VALIDATOR_BYTES) this.#pages = undefined;
    this.#pages?.push(page);
  }

  /** What ended the list was no page, and nothing tells whether it is one by now. */
  drop(): void {
    this.#pages = undefined;
  }

  all(query: RestQuery): readonly PageValidators[] | undefined {
    return isConditional(query) && isTold(this.#pager, this.#pages ?? []) ? this.#pages : undefined;
  }
}

/** Whether every page says that it is as it was in the last sweep. At the first that does not, all are read. */
export async function isUnchanged({
  query,
  requests,
  pager,
  parts,
  context,
}: {
  readonly query: RestQuery;
  readonly requests: RequestMaker;
  readonly pager: ListPager;
  readonly parts: RestParts;
  readonly context: LoadContext<RestCursor>;
}): Promise<boolean> {
  const pages = context.checkpoint?.cursor?.pages;
  if (pages === undefined || pages.length === 0 || !isConditional(query) || !isTold(pager, pages))
    return false;
  for (const [i, page] of pages.entries()) {
    const request = requests.make(pager.request(page.at));
    const { status, headers } = await ask(parts.client, context, request, conditionalHeaders(page));
    if (status !== 304 || toldBy(headers, pager) !== page.told) return false;
    // What is in no header of the answer before may be in one of this.
    if (i === pages.length - 1 && goesOn(headers)) return false;
  }
  return true;
}

/**
 * Whether it would be seen in a 304 that there is another page. A page's validators cover its body. Where a header says
 * whether there is more, it has to come with the 304 too, which servers may leave out: so one has to be there to compare.
 */
const isTold = ({ headers, hidesHeaders }: ListPager, pages: readonly PageValidators[]): boolean =>
  hidesHeaders !== true && (headers.length === 0 || pages.some(({ told }) => told !== undefined));

/** Names what the headers say of whether there is more; `undefined` when they say nothing. */
function toldBy(headers: IncomingHttpHeaders, { headers: signs }: ListPager): string | undefined {
  const given = signs.map((name) => headers[name] ?? null);
  if (given.every((value) => value === null)) return undefined;
  return createHash('sha256').update(JSON.stringify(given)).digest('base64url').slice(0, 8);
}

const isConditional = ({ method = 'GET', incremental }: RestQuery): boolean =>
  method === 'GET' && incremental === undefined;
