import { abortable } from './abortable';
import { checkNotified, UnheardError } from './check-notified';
import type { OwnClient } from './connection';
import type { PgNotification } from './pg-types';
import { quote } from './sql';

/** How often a listening connection is asked whether it is still there, in milliseconds. */
const PING_EVERY = 30_000;
/** How long an answer may take. */
const ANSWER_TIMEOUT = 5_000;
/** How long a connection that carries no notifications is not tried again. */
const UNHEARD_FOR = 10 * 60_000;
/** So many marks are kept; of a source whose mark is gone, the next wait is over at once. */
const MAX_MARKS = 10_000;

/** What a source wants to hear of. */
export interface Topic {
  readonly channel: string;
  /** @default every payload */
  readonly payload?: string;
}

/** Since when a source listens, and whether something was said since. */
interface Mark extends Topic {
  notified: boolean;
  readonly wake: Set<() => void>;
}

/**
 * One connection that listens for all sources of a pool.
 *
 * A source is marked before it reads. What is said from then on, while it reads or before it waits, is not lost: the
 * wait is then over at once. When the connection breaks, every wait is over, since nobody knows what was said; the
 * look that follows marks the source, and so connects again.
 */
export class Listener {
  readonly #open: () => Promise<OwnClient>;
  readonly #marks = new Map<string, Mark>();
  #connection: Promise<OwnClient> | undefined;
  readonly #channels = new Map<string, Promise<unknown>>();
  #ping: NodeJS.Timeout | undefined;
  /** Why nothing is heard, and until when nobody tries again. */
  #unheard: { readonly error: unknown; readonly until: number } | undefined;

  constructor(open: () => Promise<OwnClient>) {
    this.#open = open;
  }

  /** Listens from now on, for a source that is about to read. @throws when it cannot, or the signal's reason */
  async mark(source: string, topic: Topic, signal: AbortSignal): Promise<void> {
    await abortable(this.#listen(topic.channel), signal);
    const wake = this.#marks.get(source)?.wake ?? new Set();
    this.#marks.delete(source);
    this.#marks.set(source, { ...topic, notified: false, wake });
    this.#forgetOld();
  }

  /** Resolves when something was said since the source was marked. @throws when nobody listens, or the signal's reason */
  async wait(source: string, topic: Topic, signal: AbortSignal): Promise<void> {
    await abortable(this.#listen(topic.channel), signal);
    const mark = this.#marks.get(source);
    if (mark === undefined || mark.notified) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        mark.wake.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      mark.wake.add(done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }

  /** Whether some source waits. */
  get isAwaited(): boolean {
    for (const { wake: waiting } of this.#marks.values()) if (waiting.size > 0) return true;
    return false;
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#lost();
    await connection?.then(
      (own) => own.close(true),
      () => {},
    );
  }

  async #listen(channel: string): Promise<void> {
    const own = await (this.#connection ??= this.#connect());
    let listening = this.#channels.get(channel);
    if (listening === undefined) {
      listening = answered(own, `LISTEN ${quote(channel)}`);
      this.#channels.set(channel, listening);
      listening.catch(() => this.#channels.delete(channel));
    }
    await listening;
  }

  async #connect(): Promise<OwnClient> {
    if (this.#unheard !== undefined && Date.now() < this.#unheard.until) {
      this.#connection = undefined;
      throw this.#unheard.error;
    }
    try {
      const own = await this.#open();
      await this.#check(own);
      const isCurrent = this.#connection;
      const lost = (): void => {
        if (this.#connection !== isCurrent) return;
        this.#lost();
        own.close(true).catch(() => {});
      };
      own.client.on('notification', (message) => this.#notified(message));
      own.client.on('error', lost);
      own.client.on('end', lost);
      this.#ping = setInterval(() => void answered(own, 'SELECT 1').catch(lost), PING_EVERY).unref();
      return own;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }

  async #check(own: OwnClient): Promise<void> {
    try {
      await checkNotified(own, this.#open);
    } catch (error) {
      if (error instanceof UnheardError) this.#unheard = { error, until: Date.now() + UNHEARD_FOR };
      own.close(true).catch(() => {});
      throw error;
    }
  }

  #notified({ channel, payload = '' }: PgNotification): void {
    for (const mark of this.#marks.values()) {
      if (mark.channel !== channel) continue;
      if (mark.payload === undefined || payload === '' || payload === mark.payload) wake(mark);
    }
  }

  #lost(): void {
    clearInterval(this.#ping);
    this.#connection = undefined;
    this.#channels.clear();
    for (const mark of this.#marks.values()) wake(mark);
  }

  #forgetOld(): void {
    for (const [source, { wake: waiting }] of this.#marks) {
      if (this.#marks.size <= MAX_MARKS) return;
      if (waiting.size === 0) this.#marks.delete(source);
    }
  }
}

function wake(mark: Mark): void {
  mark.notified = true;
  for (const done of [...mark.wake]) done();
}

/**
 * Asks something of a listening connection. One that is silent is closed: it can be dead without anybody having
 * closed it.
 *
 * @throws when there is no answer
 */
async function answered(own: OwnClient, text: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('Connection terminated: the listening connection is silent'));
      own.close(true).catch(() => {});
    }, ANSWER_TIMEOUT);
  });
  try {
    await Promise.race([own.client.query(text), silence]);
  } finally {
    clearTimeout(timer);
  }
}
