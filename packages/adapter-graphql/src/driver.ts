import { GraphQLClient } from 'graphql-request';
import { at, describeRequest, HttpError, isObject, readJson } from '@stateful-workflow/http';
import type { GraphqlAnswer } from './graphql-errors';
import { hashOf, persistedFetch } from './persisted-fetch';
import type { Variables } from './variables';

/** A document and what it is asked with. */
export interface Question {
  readonly text: string;
  readonly variables: Variables;
}

/** How a question is put. */
export interface SendOptions {
  readonly url: URL;
  readonly fetch: typeof fetch;
  readonly headers: Readonly<Record<string, string>>;
  /** @default 'POST' */
  readonly method?: 'GET' | 'POST';
  /** Whether a hash stands in for the document, or goes along with it. @default neither */
  readonly hash?: 'alone' | 'added';
}

/**
 * Asks one question. What the answer says is not judged here.
 *
 * @throws HttpError when the answer is none of a GraphQL API; what `fetch` throws
 */
export async function send(question: Question, options: SendOptions): Promise<GraphqlAnswer> {
  const { hash, method = 'POST' } = options;
  const { text, variables } = question;
  return within(options, async (fetch) => {
    const wrapped = hash === undefined ? fetch : persistedFetch(fetch, hashOf(text), hash === 'added');
    const client = driver({ ...options, fetch: wrapped, method });
    const { data, errors, extensions } = await client.rawRequest<unknown>(text, variables);
    return [{ data, errors, extensions }];
  }).then(([answer]) => answer as GraphqlAnswer);
}

/** Asks several questions in one request, for servers that take lists. Otherwise like {@link send}. */
export async function sendBatch(
  questions: readonly Question[],
  options: SendOptions,
): Promise<readonly GraphqlAnswer[]> {
  return within(options, async (fetch) => {
    const documents = questions.map(({ text, variables }) => ({ document: text, variables }));
    const answers: unknown = await driver({ ...options, fetch, method: 'POST' }).batchRequests(documents);
    if (Array.isArray(answers) && answers.length === questions.length) return answers.map(partsOf);
    throw new HttpError(
      { type: 'rule', kind: 'invalid' },
      `${describeRequest('POST', options.url)} did not answer a list of ${questions.length} documents with a list. Leave out batch: this API takes one document a request.`,
    );
  });
}

const driver = ({ url, fetch, headers, method }: SendOptions): GraphQLClient =>
  new GraphQLClient(url.href, { fetch, method, headers, errorPolicy: 'all', jsonSerializer });

/** The driver takes `errors: null`, as some APIs write that there are none, for no answer at all. */
const jsonSerializer = {
  parse: (text: string): unknown => {
    const answer = readJson(text);
    return Array.isArray(answer) ? answer.map(withoutNull) : withoutNull(answer);
  },
  stringify: JSON.stringify,
};

function withoutNull(answer: unknown): unknown {
  if (!isObject(answer)) return answer;
  return Object.fromEntries(
    Object.entries(answer).filter(
      ([name, part]) => part !== null || (name !== 'errors' && name !== 'extensions'),
    ),
  );
}

interface Parts {
  readonly data?: unknown;
  readonly errors?: unknown;
  readonly extensions?: unknown;
}

const partsOf = (answer: unknown): Parts => (isObject(answer) ? answer : {});

/** Runs the driver, and makes what it throws of an answer an answer again. */
async function within(
  { url, fetch: send, method = 'POST' }: SendOptions,
  run: (fetch: typeof globalThis.fetch) => Promise<readonly Parts[]>,
): Promise<readonly GraphqlAnswer[]> {
  const request = describeRequest(method, url);
  let response: Response | undefined;
  const answerOf = ({ data, errors, extensions }: Parts): GraphqlAnswer => ({
    request,
    status: response?.status ?? 0,
    headers: Object.fromEntries(response?.headers ?? []),
    data,
    errors: errors === undefined || errors === null ? [] : [errors].flat(),
    extensions,
  });
  try {
    const parts = await run(async (...given) => (response = await send(...given)));
    const answers = parts.map(answerOf);
    if (answers.every(({ data, errors }) => data !== undefined || errors.length > 0)) return answers;
    throw notGraphql(request, response);
  } catch (error) {
    // Before there was an answer, it is the client that speaks.
    if (response === undefined || error instanceof HttpError) throw error;
    const given = at(error, 'response');
    // The driver's own error holds the document and the variables. Only what the answer had is of use.
    if (isObject(given)) return [answerOf(given)];
    if (error instanceof RangeError)
      throw new HttpError(
        { type: 'body', problem: 'malformed' },
        `${request} answered with JSON that ${error.message}.`,
      );
    throw notGraphql(request, response);
  }
}

function notGraphql(request: string, response: Response | undefined): HttpError {
  const type = response?.headers.get('content-type') ?? 'missing';
  return new HttpError(
    { type: 'body', problem: 'malformed' },
    `${request} answered ${response?.status} with a body that is no GraphQL answer (content-type ${type}). Check apiUrl and path: a sign-in page or a proxy may have answered.`,
  );
}
