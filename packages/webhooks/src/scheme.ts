import type { Secret } from '@stateful-workflow/core';

/** What the headers of a request say of it, before its body is read. Nothing of it is proven yet. */
export interface WebhookClaim {
  /** When it was signed, in milliseconds since 1970, where the signature covers the time. */
  readonly signedAt?: number;
  /** Names the event, the same whenever it is sent again. */
  readonly id?: string;
  /** Whether the signature covers the id. @default false: the id counts together with the body that it came with */
  readonly isIdSigned?: boolean;
  /** The kind of event. */
  readonly type?: string;
}

/** A request as its signature was made of it. */
export interface SignedMessage {
  /** Of the request, as they came. */
  readonly headers: Headers;
  /** The bytes as they came. */
  readonly body: Buffer;
}

/** What a request for a test is signed with, besides its body. */
export interface Signing {
  /** The event's. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly signedAt: number;
  /** The kind of event, where a header says it. */
  readonly type?: string;
}

/**
 * How a sender signs. {@link standardWebhooks}, {@link github}, {@link stripe}, {@link shopify}, {@link slack} and
 * {@link hmac} make one; write one of your own for what none of them fits.
 *
 * ## Rules
 * - `verify` compares in constant time: `timingSafeEqual` of `node:crypto`.
 * - It is given every secret that is in use, one after the other.
 * - Neither `claim` nor `describe` is to throw for what a stranger may send.
 */
export interface WebhookScheme {
  /** Names the scheme in logs. */
  readonly name: string;
  /** What the headers say; `undefined` where one that the scheme needs is missing or malformed. */
  claim(headers: Headers): WebhookClaim | undefined;
  /**
   * Whether the signature was made with the secret, over these bytes.
   *
   * @throws what it likes where the secret itself cannot be used
   */
  verify(message: SignedMessage, secret: Secret): boolean | Promise<boolean>;
  /** The id and kind of event as the body has them, which is proven by then. They come before those of the headers. */
  describe?(body: unknown): Pick<WebhookClaim, 'id' | 'type'>;
  /** The headers that a sender would set, for tests. */
  sign?(body: Buffer, signing: Signing, secret: Secret): Readonly<Record<string, string>>;
}

/** A field of a body, if it is a text. */
export function textIn(body: unknown, field: string): string | undefined {
  if (typeof body !== 'object' || body === null || !Object.hasOwn(body, field)) return undefined;
  const value = (body as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : undefined;
}

/** A time in seconds, as headers have it; `undefined` for what is none. */
export const secondsIn = (text: string | null | undefined): number | undefined =>
  text != null && /^\d{1,12}$/.test(text) ? Number(text) : undefined;
