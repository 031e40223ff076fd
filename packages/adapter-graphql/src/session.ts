import { type FaultKind, InvalidInputError, type LoadContext } from '@stateful-workflow/core';
import { fetchOver, type HttpClient } from '@stateful-workflow/http';
import type { LRUCache } from 'lru-cache';
import type { CostBudgets } from './cost';
import { type Question, send, sendBatch, type SendOptions } from './driver';
import type { Endpoint } from './endpoint';
import { answerError, codeOf, type GraphqlAnswer } from './graphql-errors';
import type { GraphqlCursor, GraphqlQuery } from './graphql-query';

/** What all loads of an adapter share. */
export interface Shared {
  readonly client: HttpClient;
  readonly codes: Readonly<Record<string, FaultKind>>;
  readonly costs: CostBudgets;
  /** The endpoints that have said that they know no persisted queries: how they are asked, and no more. */
  readonly withoutPersisted: LRUCache<string, true>;
}

/** What a session needs to know of its load. */
export type Asking = Pick<
  LoadContext<GraphqlCursor>,
  'signal' | 'credential' | 'conceal' | 'metrics' | 'demandedAt'
>;

const DEFAULT_MAX_PAGES = 1_000;

/** So many endpoints are remembered; a path can have an id in it. */
export const MAX_ENDPOINTS = 1_000;

/** The requests of one load: counted, paid for, and judged. */
export class Session {
  readonly #shared: Shared;
  readonly #query: GraphqlQuery;
  readonly #endpoint: Endpoint;
  readonly #asking: Asking;
  /** Whose budget it is, at which origin. @default nobody's: there is none to remember it for */
  #payer: string | undefined;
  #requests = 0;

  constructor(shared: Shared, query: GraphqlQuery, endpoint: Endpoint, asking: Asking) {
    this.#shared = shared;
    this.#query = query;
    this.#endpoint = endpoint;
    this.#asking = asking;
  }

  /**
   * Asks questions, several in one request where the query's `batch` allows it.
   *
   * @returns their answers, in order; each has data, and errors only if the query's `errorPolicy` takes them
   * @throws HttpError for any other answer
   */
  async ask(questions: readonly Question[]): Promise<readonly GraphqlAnswer[]> {
    const { batch = 1 } = this.#query;
    const answers: GraphqlAnswer[] = [];
    for (let from = 0; from < questions.length; from += batch) {
      const some = questions.slice(from, from + batch);
      const [only] = some;
      if (some.length > 1) answers.push(...(await this.#askBatch(some)));
      else if (only !== undefined) answers.push(await this.#askOne(only));
    }
    return answers;
  }

  async #askBatch(questions: readonly Question[]): Promise<readonly GraphqlAnswer[]> {
    this.#count();
    const answers = await sendBatch(questions, this.#options());
    return answers.map((answer) => this.#judged(answer));
  }

  async #askOne(question: Question): Promise<GraphqlAnswer> {
    const { persisted } = this.#query;
    const { withoutPersisted } = this.#shared;
    this.#count();
    if (persisted === undefined || withoutPersisted.has(this.#endpoint.url.href))
      return this.#judged(await send(question, this.#options()));
    const method = persisted === 'get' ? 'GET' : 'POST';
    const known = await send(question, this.#options({ hash: 'alone', method }));
    if (!isUnknown(known)) return this.#judged(known);
    this.#count();
    this.#asking.metrics.count('graphql_persisted_misses');
    if (!isUnsupported(known)) {
      const learnt = await send(question, this.#options({ hash: 'added' }));
      if (!isUnsupported(learnt)) return this.#judged(learnt);
      this.#count();
    }
    withoutPersisted.set(this.#endpoint.url.href, true);
    return this.#judged(await send(question, this.#options()));
  }

  #options(more: Partial<SendOptions> = {}): SendOptions {
    const { url, field } = this.#endpoint;
    const { signal, metrics, demandedAt } = this.#asking;
    const fetch = fetchOver(this.#shared.client, {
      field,
      signal,
      metrics,
      demandedAt,
      conceal: (secret) => this.#asking.conceal?.(secret),
      credential: (origin) => this.#asking.credential(origin),
      admit: async (asker) => {
        // Here, since it is the credential that says whose budget the query is paid from.
        this.#payer = asker === undefined ? undefined : `${url.origin} ${asker}`;
        await this.#shared.costs.spend(this.#payer, signal, demandedAt);
      },
    });
    return { url, fetch, headers: this.#query.headers ?? {}, ...more };
  }

  #judged(answer: GraphqlAnswer): GraphqlAnswer {
    const { costs, codes } = this.#shared;
    const { errorPolicy = 'none' } = this.#query;
    const cost = costs.learn(this.#payer, answer);
    if (cost !== undefined) this.#asking.metrics.count('graphql_query_cost', cost);
    const { data, errors, status } = answer;
    const isGood = status >= 200 && status < 300 && data !== undefined && data !== null;
    if (isGood && (errors.length === 0 || errorPolicy !== 'none')) return answer;
    throw answerError(answer, codes, costs.wait(this.#payer));
  }

  #count(): void {
    const { maxPages = DEFAULT_MAX_PAGES } = this.#query;
    if (++this.#requests <= maxPages) return;
    throw new InvalidInputError(
      'maxPages',
      `the load goes on after ${maxPages} requests, and it is never cut short`,
      'Raise maxPages, ask for larger pages, or narrow the query',
    );
  }
}

const PERSISTED_UNKNOWN = /^PERSISTED_?QUERY_?(NOT_?FOUND|NOT_?SUPPORTED)$/i;
const PERSISTED_UNSUPPORTED = /^PERSISTED_?QUERY_?NOT_?SUPPORTED$/i;

/** Whether a server does not know a hash, or does not know what to do with one. */
function isUnknown({ data, errors, status }: GraphqlAnswer): boolean {
  if (data !== undefined && data !== null) return false;
  return (
    errors.some((error) => says(error, PERSISTED_UNKNOWN)) ||
    // To one that has never heard of hashes, the document is missing.
    (status === 400 && errors.every((error) => codeOf(error) === undefined || says(error, /BAD_REQUEST/)))
  );
}

const isUnsupported = ({ errors }: GraphqlAnswer): boolean =>
  errors.some((error) => says(error, PERSISTED_UNSUPPORTED));

function says(error: unknown, what: RegExp): boolean {
  const { message } = error as { readonly message?: unknown };
  return what.test(codeOf(error) ?? '') || (typeof message === 'string' && what.test(message));
}
