import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from './access';
import { signInPage } from './sign-in-page';
import { Tries } from './tries';

/** Lets people in, and holds back those who try tokens. */
export class Door {
  readonly #access: Access;
  readonly #tries = new Tries();
  readonly #secure: boolean;

  constructor(token: string, secure: boolean) {
    this.#access = new Access(token, 'stateful-workflow-codec');
    this.#secure = secure;
  }

  /** Refuses who does not show the token or a session. Runs before a body is read. */
  async authenticate(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const shown = this.#access.shown(request.headers);
    if (shown === undefined && this.#access.session(request.headers) !== undefined) return;
    if (shown !== undefined) {
      await this.holdBack(request, reply);
      if (reply.sent || this.#isRight(request, shown)) return;
    }
    await refuse(reply, 401, 'Send the token as Authorization: Bearer, or sign in at / first.');
  }

  /** Refuses who has shown too many wrong tokens. */
  async holdBack({ ip }: FastifyRequest, reply: FastifyReply): Promise<void> {
    const seconds = this.#tries.wait(ip);
    if (seconds === 0) return;
    const message = `Too many wrong tokens: try again in ${seconds} s.`;
    await refuse(reply.header('retry-after', seconds), 429, message);
  }

  /** The page to sign in at. */
  page({ headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
    const isIn = this.#access.session(headers) !== undefined;
    return html(reply, 200, isIn ? 'You are signed in.' : undefined);
  }

  /** Begins a session for who gives the token. */
  async signIn(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    // Others may have tried while the body came.
    await this.holdBack(request, reply);
    if (reply.sent) return reply;
    const { token: given } = (request.body ?? {}) as { token?: unknown };
    if (typeof given !== 'string' || !this.#isRight(request, given))
      return html(reply, 401, 'That is not the token.');
    void reply.header(
      'set-cookie',
      this.#access.signIn(this.#secure ? 'SameSite=None; Secure' : 'SameSite=Strict'),
    );
    return html(reply, 200, 'You are signed in. The Temporal UI can read your workflows now.');
  }

  #isRight({ ip }: FastifyRequest, given: string): boolean {
    const isRight = this.#access.isToken(given);
    if (isRight) this.#tries.passed(ip);
    else this.#tries.failed(ip);
    return isRight;
  }
}

/** Answers without reading on: the connection ends, and with it what is still to come. */
const refuse = (reply: FastifyReply, status: number, message: string): FastifyReply =>
  reply.code(status).header('connection', 'close').send({ message });

const html = (reply: FastifyReply, status: number, message?: string): FastifyReply =>
  reply.code(status).type('text/html; charset=utf-8').send(signInPage(message));
