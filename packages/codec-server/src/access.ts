import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const COOKIE = 'stateful-workflow-codec';
const SESSION_S = 8 * 3_600;
const MOST_SESSIONS = 1_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** The part of a request's headers that says who asks. */
export interface AccessHeaders {
  readonly authorization?: string;
  readonly cookie?: string;
}

/** Who may use the server: those who know the token, by a header each time or by having signed in. */
export class Access {
  readonly #token: Buffer;
  readonly #sessions = new LRUCache<string, number>({ max: MOST_SESSIONS });

  constructor(token: string) {
    this.#token = digest(token);
  }

  /** Whether it is the token. Takes as long for any other. */
  isToken(given: string): boolean {
    return timingSafeEqual(digest(given), this.#token);
  }

  /** What a request shows as the token, if it shows one. */
  shown({ authorization = '' }: AccessHeaders): string | undefined {
    return /^Bearer (.+)$/i.exec(authorization)?.[1];
  }

  /** Whether a request is of a session that somebody has begun with the token. */
  hasSession({ cookie = '' }: AccessHeaders): boolean {
    const [, session] = new RegExp(`(?:^|; *)${COOKIE}=([0-9a-f]+)`).exec(cookie) ?? [];
    return session !== undefined && (this.#sessions.get(session) ?? 0) > Date.now();
  }

  /** Begins a session. @returns the `Set-Cookie` header */
  signIn(secure: boolean): string {
    const session = randomBytes(32).toString('hex');
    this.#sessions.set(session, Date.now() + SESSION_S * 1_000);
    const site = secure ? 'SameSite=None; Secure' : 'SameSite=Strict';
    return `${COOKIE}=${session}; HttpOnly; ${site}; Path=/; Max-Age=${SESSION_S}`;
  }
}
