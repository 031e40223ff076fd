import type { Credential, LoadMetrics, Secret } from '@stateful-workflow/core';
import type { AuthScheme } from './auth/auth-scheme';
import type { HttpMethod } from './http-method';

/** What to ask for. */
export interface HttpRequest {
  readonly url: URL;
  /** @default 'GET' */
  readonly method?: HttpMethod;
  /** What the person wrote that led to `url`, for errors: `path`, `apiUrl`. */
  readonly field: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** Resolves the credential for an origin; its secret is shown to that origin only. */
  readonly credential: (origin: string) => Promise<Credential | undefined>;
  /** Hears of secrets that were made or got from the credential. @default nobody */
  readonly conceal?: (secret: Secret) => void;
  /**
   * Called when it is known whose the request is, before it is sent or shares an answer: for a limit of one's own.
   *
   * @param asker equal for requests that one limit holds; `undefined`: there is nobody to remember a limit for
   * @throws what holds the request back
   */
  readonly admit?: (asker: string | undefined) => void | Promise<void>;
  /** @default the scheme of the origin */
  readonly auth?: AuthScheme;
  /** Statuses whose answer is wanted, body and all, instead of an error. @default none but 200, 203 and 304 */
  readonly accept?: (status: number) => boolean;
  /** Where requests, bytes and waits are counted. @default nowhere */
  readonly metrics?: LoadMetrics;
  /** The route that it belongs to, where an API limits by route. @default the path of `url` */
  readonly route?: string;
  /**
   * When somebody asked for the load that it belongs to, in milliseconds since 1970: a wish of the origin to be left
   * alone that is older is tried once. @default nobody did
   */
  readonly demandedAt?: number;
  /** Whether an equal request that is under way may answer this one too. @default true */
  readonly dedupe?: boolean;
}
