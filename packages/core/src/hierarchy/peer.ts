import { CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import { type CarriedDirty, Dirty } from './dirty';
import { type Message, messagesOf, MOST_PAYLOAD, type Receiver, type Sender, tooLarge } from './messages';
import type { Begun, Window } from './window';

/** What every peer of a workflow sends with. */
export interface Post extends Sender {
  /** How many signals are under way at a time. */
  readonly window: Window;
}

/** A signal that is no change of data, and the workflows that it came through. */
type Control = readonly [signal: string, payload: unknown, via: readonly string[]];

/** A {@link Peer} as it travels through continue-as-new. */
export interface CarriedPeer {
  readonly dirty?: CarriedDirty;
  readonly controls?: readonly Control[];
}

/** About how large a signal without data is. */
const CONTROL_BYTES = 500;

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
  readonly #controls: Map<string, Control>;
  readonly #post: Post;
  readonly #receiver: Receiver;
  readonly #onGone: () => void;
  #sending = false;
  /** What is too large to be sent; it is tried again when something else comes. */
  readonly #unsent = new Dirty();
  /** What is being sent: were the run to end before it is, the next one sends it again, to no effect. */
  #taken?: Dirty;

  /** @param onGone is called when the other workflow turns out not to be there */
  constructor(
    workflowId: string,
    post: Post,
    receiver: Receiver,
    onGone: () => void,
    { dirty, controls = [] }: CarriedPeer = {},
  ) {
    this.workflowId = workflowId;
    this.#post = post;
    this.#receiver = receiver;
    this.#onGone = onGone;
    this.dirty = new Dirty(dirty);
    this.#controls = new Map(controls.map((control) => [control[0], control]));
  }

  /** The entity that it is told of. */
  get entityName(): string {
    return this.#receiver.entityName;
  }

  get isIdle(): boolean {
    return !this.#sending && !this.#waits;
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
    const controls = this.#controls;
    // What is taken back has no effect, and what is said anew comes last.
    controls.delete(signal === 'pause' ? 'resume' : signal === 'resume' ? 'pause' : signal);
    controls.delete(signal);
    controls.set(signal, [signal, payload, via]);
  }

  /**
   * Sends all that waits, and what comes to wait meanwhile. One run at a time: another returns at once.
   *
   * @returns whether anything was sent
   */
  async send(): Promise<boolean> {
    if (this.#sending) return false;
    this.#sending = true;
    let sent = false;
    let isGone = false;
    try {
      // The rest of what happens in this moment goes along.
      await Promise.resolve();
      while (this.#waits) {
        while (this.#controls.size > 0) await this.#sendControl();
        if (!this.dirty.isEmpty) await this.#sendDirty();
        sent = true;
      }
    } catch {
      isGone = true;
    }
    this.#sending = false;
    if (isGone) this.#onGone();
    return sent && !isGone;
  }

  /** Sends one signal now, in its turn. @returns whether the other workflow was there */
  signal(signal: string, payload?: unknown): Promise<boolean> {
    return this.#post.window
      .pass(() => this.#beginControl([signal, payload, []]))
      .then(
        () => true,
        () => false,
      );
  }

  get #waits(): boolean {
    return this.#controls.size > 0 || !this.dirty.isEmpty;
  }

  #sendControl(): Promise<unknown> {
    return this.#post.window.pass(() => {
      // Taken out only now: what has not begun is carried to the next run.
      const [next] = this.#controls.values();
      if (!next) return undefined;
      this.#controls.delete(next[0]);
      return this.#beginControl(next);
    });
  }

  async #sendDirty(): Promise<void> {
    let messages: Message[] | undefined;
    do {
      await this.#post.window.pass(() => {
        if (!messages) {
          this.dirty.add(this.#unsent.take());
          this.problem = undefined;
          this.#taken = this.dirty.take();
          messages = messagesOf(this.#post, this.#taken, this.#receiver);
        }
        const message = messages.shift();
        return message && this.#begin(message);
      });
    } while (!messages || messages.length > 0);
    this.#taken = undefined;
  }

  #beginControl([signal, payload, via]: Control): Begun | undefined {
    const envelope = { from: this.#post.workflowId, via: via.length > 0 ? via : undefined };
    return this.#begin({ signal, payload, envelope, bytes: CONTROL_BYTES });
  }

  #begin({ signal, payload, envelope, bytes, marked = [] }: Message): Begun | undefined {
    if (bytes > MOST_PAYLOAD) {
      this.problem = tooLarge(bytes).message;
      for (const entity of marked) this.#unsent.mark(...entity);
      return undefined;
    }
    // Also when the workflow is cancelled: who hears of it hears by this.
    const done = CancellationScope.nonCancellable(() =>
      getExternalWorkflowHandle(this.workflowId).signal(signal, payload, envelope),
    );
    return { bytes, done };
  }

  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedPeer | undefined {
    const all = new Dirty();
    for (const part of [this.#taken, this.#unsent, this.dirty]) if (part) all.add(part);
    const dirty = all.carry();
    const controls = [...this.#controls.values()];
    return dirty || controls.length > 0 ? { dirty, controls } : undefined;
  }
}
