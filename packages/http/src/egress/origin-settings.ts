import type { AuthScheme } from '../auth/auth-scheme';
import type { RateBudget } from '../limits/rate-limits';

/** An origin that an adapter may reach, and how. A bare `'https://crm.example.com'` has every default. */
export interface OriginSettings {
  /** `scheme://host[:port]`, http or https. */
  readonly origin: string;
  /**
   * Addresses that are not public and that its name may have, one by one or as ranges: `['10.1.0.0/16']`.
   * @default none, but for the origin's own host where that is an address or `localhost`
   */
  readonly addresses?: readonly string[];
  /** Certificates to trust for this origin, in place of those that Node trusts. */
  readonly ca?: Pem | readonly Pem[];
  /** The certificate that the worker shows to this origin (mutual TLS). */
  readonly clientCertificate?: ClientCertificate;
  /** How the source's credential is shown to this origin. @default bearer() */
  readonly auth?: AuthScheme;
  /** The most requests that may be under way at once; others wait for their turn. @default 16 */
  readonly concurrency?: number;
  /**
   * How often this origin may be asked with one credential, by all workflows of this worker together.
   * @default no limit but those that the origin's answers name
   */
  readonly budget?: RateBudget;
}

/** A certificate or a key, as PEM. */
export type Pem = string | Buffer;

/** A certificate with its key. */
export interface ClientCertificate {
  readonly cert: Pem;
  readonly key: Pem;
  /** Opens the key. */
  readonly passphrase?: string;
}
