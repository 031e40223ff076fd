import { CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import type { Envelope } from '../contract/hierarchy';
import { type CarriedDirty, Dirty } from './dirty';
import { type Message, messagesOf, MOST_PAYLOAD, type Receiver, type Sender, tooLarge } from './messages';
import type { Window } from './window';

/** What every peer of a workflow sends with. */
export interface Post extends Sender {
  /** How many signals are under way at a time. */
  readonly window: Window;
}

/** A {@link Peer} as it travels through continue-as-new. */
export interface CarriedPeer {
  readonly dirty?: CarriedDirty;
  readonly controls?: readonly (readonly [signal: string, payload: unknown, via: readonly string[]])[];
}

/**
 * Another workflow that is sent signals: what waits for it, and that one is under way at a time, so that they
 * arrive in order. What comes while one is under way goes together with the next.
 */
export class Peer {
  readonly workflowId: string;
  readonly dirty: Dirty;
  /** Why a change was not sent. */
  problem?: string;
  /** Other signals that wait, the last of each kind. */
  readonly #controls: Map<string, { readonly payload: unknown; readonly via: readonly string[] }>;
  readonly #post: Post;
  readonly #receiver: Receiver;
  #sending = false;
  /** What is too large to be sent; it is tried again when something else comes. */
  readonly #unsent = new Dirty();
  /** What is being sent: were the run to end before it is, the next one sends it again, to no effect. */
  #taken?: Dirty;

  constructor(
    workflowId: string,
    post: Post,
    receiver: Receiver,
    { dirty, controls = [] }: CarriedPeer = {},
  ) {
    this.workflowId = workflowId;
    this.#post = post;
    this.#receiver = receiver;
    this.dirty = new Dirty(dirty);
    this.#controls = new Map(controls.map(([signal, payload, via]) => [signal, { payload, via }]));
  }

  /** The entity that it is told of. */
  get entityName(): string {
    return this.#receiver.entityName;
  }

  get isIdle(): boolean {
    return !this.#sending && this.dirty.isEmpty && this.#controls.size === 0;
  }

  /** Forgets what waits: it is told in another way. */
  clear(): void {
    this.dirty.take();
    this.#unsent.take();
    this.problem = undefined;
    this.#controls.clear();
  }

  /** Has a signal wait that is no change of data. */
  tell(signal: string, payload?: unknown, via: readonly string[] = []): void {
    // What is taken back has no effect, and what is said anew comes last.
    this.#controls.delete(signal === 'pause' ? 'resume' : signal === 'resume' ? 'pause' : signal);
    this.#controls.delete(signal);
    this.#controls.set(signal, { payload, via });
  }

  /**
   * Sends all that waits, and what comes to wait meanwhile. One run at a time: another returns at once.
   *
   * @returns whether anything was sent
   * @throws when the other workflow is not there
   */
  async send(): Promise<boolean> {
    if (this.#sending) return false;
    this.#sending = true;
    let sent = false;
    try {
      // The rest of what happens in this moment goes along.
      await Promise.resolve();
      while (this.#controls.size > 0 || !this.dirty.isEmpty) {
        while (this.#controls.size > 0) await this.#sendControl();
        if (!this.dirty.isEmpty) await this.#sendDirty();
        sent = true;
      }
    } finally {
      this.#sending = false;
    }
    return sent;
  }

  /** Sends one signal now, in its turn. */
  signal(signal: string, payload?: unknown): Promise<void> {
    return this.#post.window.pass(() => this.#begin({ signal, payload, envelope: this.#from(), bytes: 500 }));
  }

  async #sendControl(): Promise<void> {
    await this.#post.window.pass(() => {
      // Taken out only now: what has not begun is carried to the next run.
      const [next] = this.#controls;
      if (next === undefined) return { bytes: 0, done: Promise.resolve() };
      const [signal, { payload, via }] = next;
      this.#controls.delete(signal);
      return this.#begin({
        signal,
        payload,
        envelope: { ...this.#from(), ...(via.length > 0 && { via }) },
        bytes: 500,
      });
    });
  }

  async #sendDirty(): Promise<void> {
    let messages: Message[] | undefined;
    do {
      await this.#post.window.pass(() => {
        if (messages === undefined) {
          this.dirty.add(this.#unsent.take());
          this.problem = undefined;
          this.#taken = this.dirty.take();
          messages = messagesOf(this.#post, this.#taken, this.#receiver);
        }
        const message = messages.shift();
        return message === undefined ? { bytes: 0, done: Promise.resolve() } : this.#begin(message);
      });
    } while (messages === undefined || messages.length > 0);
    this.#taken = undefined;
  }

  #begin({ signal, payload, envelope, bytes, only }: Message): { bytes: number; done: Promise<void> } {
    if (bytes > MOST_PAYLOAD) {
      this.problem = tooLarge(bytes).message;
      if (only !== undefined) this.#unsent.mark(...only);
      return { bytes: 0, done: Promise.resolve() };
    }
    // Also when the workflow is cancelled: who hears of it hears by this.
    const done = CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(this.workflowId).signal(signal, payload, envelope),
    );
    return { bytes, done };
  }

  #from(): Envelope {
    return { from: this.#post.workflowId };
  }

  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedPeer | undefined {
    const all = new Dirty();
    if (this.#taken !== undefined) all.add(this.#taken);
    all.add(this.#unsent);
    all.add(this.dirty);
    const dirty = all.carry();
    const controls = [...this.#controls].map(([signal, { payload, via }]) => [signal, payload, via] as const);
    return dirty === undefined && controls.length === 0
      ? undefined
      : { ...(dirty && { dirty }), ...(controls.length > 0 && { controls }) };
  }
}
