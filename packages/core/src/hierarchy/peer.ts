import { type CancellationScope, getExternalWorkflowHandle } from '@temporalio/workflow';
import { type CarriedDirty, Dirty } from './dirty';
import { type Message, messagesOf, MOST_PAYLOAD, type Receiver, type Sender, tooLarge } from './messages';
import type { Begun, Window } from './window';

/** What every peer of a workflow sends with. */
export interface Post extends Sender {
  /** How many signals are under way at a time. */
  readonly window: Window;
  /** What runs in it goes on when the workflow is cancelled. One for all, since each costs the workflow three promises. */
  readonly shield: CancellationScope;
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
export interface Peer {
  readonly workflowId: string;
  /** The entity that it is told of. */
  readonly entityName: string;
  readonly dirty: Dirty;
  /** Why a change was not sent. */
  readonly problem: string | undefined;
  readonly isIdle: boolean;
  /** Forgets what waits: it is told in another way. */
  clear(): void;
  /** Has a signal wait that is no change of data. */
  tell(signal: string, payload?: unknown, via?: readonly string[]): void;
  /**
   * Sends all that waits, and what comes to wait meanwhile. One run at a time: another returns at once.
   *
   * @returns whether anything was sent
   */
  send(): Promise<boolean>;
  /** Sends one signal now, in its turn. @returns whether the other workflow was there */
  signal(signal: string, payload?: unknown): Promise<boolean>;
  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedPeer | undefined;
}

/** @param onGone is called when the other workflow turns out not to be there */
export function peerOf(
  workflowId: string,
  post: Post,
  receiver: Receiver,
  onGone: () => void,
  carried: CarriedPeer = {},
): Peer {
  const { window, shield, workflowId: from } = post;
  const dirty = new Dirty(carried.dirty);
  /** Other signals that wait, the last of each kind. */
  const controls = new Map(carried.controls?.map((control) => [control[0], control]));
  /** What is too large to be sent; it is tried again when something else comes. */
  const unsent = new Dirty();
  /** What is being sent: were the run to end before it is, the next one sends it again, to no effect. */
  let taken: Dirty | undefined;
  let problem: string | undefined;
  let isSending = false;

  const waits = (): boolean => controls.size > 0 || !dirty.isEmpty;

  const begin = ({ signal, payload, envelope, bytes, marked = [] }: Message): Begun | undefined => {
    if (bytes > MOST_PAYLOAD) {
      problem = tooLarge(bytes).message;
      for (const entity of marked) unsent.mark(...entity);
      return undefined;
    }
    // Also when the workflow is cancelled: who hears of it hears by this.
    const done = shield.run(() => getExternalWorkflowHandle(workflowId).signal(signal, payload, envelope));
    return { bytes, done };
  };

  const beginControl = ([signal, payload, via]: Control): Begun | undefined => {
    const envelope = { from, via: via.length > 0 ? via : undefined };
    return begin({ signal, payload, envelope, bytes: CONTROL_BYTES });
  };

  const sendControl = (): Promise<unknown> =>
    window.pass(() => {
      // Taken out only now: what has not begun is carried to the next run.
      const [next] = controls.values();
      if (!next) return undefined;
      controls.delete(next[0]);
      return beginControl(next);
    });

  const sendDirty = async (): Promise<void> => {
    let messages: Message[] | undefined;
    do {
      await window.pass(() => {
        if (!messages) {
          dirty.add(unsent.take());
          problem = undefined;
          taken = dirty.take();
          messages = messagesOf(post, taken, receiver);
        }
        const message = messages.shift();
        return message && begin(message);
      });
    } while (!messages || messages.length > 0);
    taken = undefined;
  };

  return {
    workflowId,
    entityName: receiver.entityName,
    dirty,
    get problem() {
      return problem;
    },
    get isIdle() {
      return !isSending && !waits();
    },
    clear() {
      dirty.take();
      unsent.take();
      problem = undefined;
      controls.clear();
    },
    tell(signal, payload, via = []) {
      // What is taken back has no effect, and what is said anew comes last.
      controls.delete(signal === 'pause' ? 'resume' : signal === 'resume' ? 'pause' : signal);
      controls.delete(signal);
      controls.set(signal, [signal, payload, via]);
    },
    async send() {
      if (isSending) return false;
      isSending = true;
      let sent = false;
      let isGone = false;
      try {
        // The rest of what happens in this moment goes along.
        await Promise.resolve();
        while (waits()) {
          while (controls.size > 0) await sendControl();
          if (!dirty.isEmpty) await sendDirty();
          sent = true;
        }
      } catch {
        isGone = true;
      }
      isSending = false;
      if (isGone) onGone();
      return sent && !isGone;
    },
    signal: (signal, payload) =>
      window
        .pass(() => beginControl([signal, payload, []]))
        .then(
          () => true,
          () => false,
        ),
    carry() {
      const all = new Dirty();
      for (const part of [taken, unsent, dirty]) if (part) all.add(part);
      const waiting = all.carry();
      return waiting || controls.size > 0 ? { dirty: waiting, controls: [...controls.values()] } : undefined;
    },
  };
}
