import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Access, Tries } from '@stateful-workflow/codec-server/internal';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from './guard';

/** What stands for the session where nobody has to sign in. */
const LOCAL = 'local';

/** Lets people in, holds back those who try tokens, and knows the pages that it let in. */
export class Door {
  readonly #access: Access | undefined;
  readonly #tries = new Tries();
  readonly #attributes: string;
  readonly #key = randomBytes(32);

  /**
   * @param token what a person has to know; without one everybody who reaches the console is let in
   * @param secure whether it is reached by https
   */
  constructor(token: string | undefined, secure: boolean) {
    this.#access = token === undefined ? undefined : new Access(token, 'stateful-workflow-console');
    this.#attributes = secure ? 'SameSite=Strict; Secure' : 'SameSite=Strict';
  }

  get needsToken(): boolean {
    return this.#access !== undefined;
  }

  /** The session of a request; `undefined` for somebody who has not signed in. */
  session({ headers }: FastifyRequest): string | undefined {
    return this.#access === undefined ? LOCAL : this.#access.session(headers);
  }

  /** What a page of a session has to show with whatever it sends: no other site can read it. */
  csrf(session: string): string {
    return createHmac('sha256', this.#key).update(session).digest('base64url');
  }

  /** Refuses who has not signed in. Runs before a body is read. */
  async authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    if (this.session(request) === undefined) await refuse(reply, 401, 'Sign in first.');
  }

  /** Refuses what is sent without the token that only a page of the console knows. */
  async checkCsrf(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const session = this.session(request);
    const given = Buffer.from(String(request.headers['x-csrf-token'] ?? ''));
    const wanted = Buffer.from(session === undefined ? '' : this.csrf(session));
    if (session === undefined || given.length !== wanted.length || !timingSafeEqual(given, wanted))
      await refuse(reply, 403, 'The page is out of date: load it anew.');
  }

  /** Refuses who has shown too many wrong tokens. */
  async holdBack({ ip }: FastifyRequest, reply: FastifyReply): Promise<void> {
    const seconds = this.#tries.wait(ip);
    if (seconds > 0)
      await refuse(
        reply.header('retry-after', seconds),
        429,
        `Too many wrong tokens: try again in ${seconds} s.`,
      );
  }

  /** Begins a session for who gives the token. */
  async signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    // Others may have tried while the body came.
    await this.holdBack(request, reply);
    if (reply.sent) return reply;
    const { token } = (request.body ?? {}) as { token?: unknown };
    if (this.#access === undefined) return reply.send({});
    if (typeof token !== 'string' || !this.#access.isToken(token)) {
      this.#tries.failed(request.ip);
      return reply.code(401).send({ message: 'That is not the token.' });
    }
    this.#tries.passed(request.ip);
    return reply.header('set-cookie', this.#access.signIn(this.#attributes)).send({});
  }

  signOut({ headers }: FastifyRequest): void {
    this.#access?.signOut(headers);
  }
}
