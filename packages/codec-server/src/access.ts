import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';

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
  readonly #cookie: string;
  readonly #sessions = new LRUCache<string, number>({ max: MOST_SESSIONS });

  /** @param cookie the name of the cookie that a session is known by */
  constructor(token: string, cookie: string) {
    this.#token = digest(token);
    this.#cookie = cookie;
  }

  /** Whether it is the token. Takes as long for any other. */
  isToken(given: string): boolean {
    return timingSafeEqual(digest(given), this.#token);
  }

  /** What a request shows as the token, if it shows one. */
  shown({ authorization = '' }: AccessHeaders): string | undefined {
    return /^Bearer (.+)$/i.exec(authorization)?.[1];
  }

  /** The session that a request is of, if somebody has begun it with the token. */
  session({ cookie = '' }: AccessHeaders): string | undefined {
    const [, session] = new RegExp(`(?:^|; *)${this.#cookie}=([0-9a-f]+)`).exec(cookie) ?? [];
    return session !== undefined && (this.#sessions.get(session) ?? 0) > Date.now() ? session : undefined;
  }

  /** Begins a session. @param attributes of the cookie, such as `SameSite=Strict` @returns the `Set-Cookie` header */
  signIn(attributes: string): string {
    const session = randomBytes(32).toString('hex');
    this.#sessions.set(session, Date.now() + SESSION_S * 1_000);
    return `${this.#cookie}=${session}; HttpOnly; ${attributes}; Path=/; Max-Age=${SESSION_S}`;
  }

  /** Ends the session of a request. */
  signOut(headers: AccessHeaders): void {
    const session = this.session(headers);
    if (session !== undefined) this.#sessions.delete(session);
  }
}
