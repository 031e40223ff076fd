import { onTestFinished } from 'vitest';
import { type Crm, startCrm, type StartCrmOptions } from '../../src/crm/start-crm';

/** What the CRM answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed JSON; `undefined` for an empty body. */
  readonly body: unknown;
}

/** How a request is made, beyond its method and path. */
export interface CallOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** @default the client's own; `null` sends none */
  readonly token?: string | null;
  readonly signal?: AbortSignal;
}

/** Makes a request such as `GET /customers`. */
export type Call = (what: string, options?: CallOptions) => Promise<Answer>;

/** A CRM that stops after the test, with a client that has a token. */
export async function crmWithClient(
  options?: StartCrmOptions,
): Promise<{ crm: Crm; call: Call; token: string }> {
  const crm = await startCrm(options);
  onTestFinished(() => crm.stop());
  const token = crm.issueToken();
  return { crm, token, call: (what, how = {}) => request(crm.url, token, what, how) };
}

async function request(
  origin: string,
  ownToken: string,
  what: string,
  options: CallOptions,
): Promise<Answer> {
  const [method, path = ''] = what.split(' ');
  const headers = new Headers(options.headers);
  const token = options.token === undefined ? ownToken : options.token;
  if (token !== null) headers.set('authorization', `Bearer ${token}`);
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  const response = await fetch(`${origin}${path}`, {
    method,
    headers,
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    signal: options.signal,
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
  };
}
