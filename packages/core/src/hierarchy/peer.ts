import {
  ApplicationFailure,
  type CancellationScope,
  getExternalWorkflowHandle,
  sleep,
} from '@temporalio/workflow';
import { has } from '../workflow/patches';
import { type CarriedDirty, Dirty } from './dirty';
import { type Message, messagesOf, MOST_PAYLOAD, type Receiver, type Sender, tooLarge } from './messages';
import type { Begun, Window } from './window';

/** What every peer of a workflow sends with. */
export interface Post extends Sender {
  /** How many signals are under way at a time. */
  readonly window: Window;
  /** What runs in it goes on when the workflow is cancelled. One for all, since each costs the workflow three promises. */
  readonly shield: CancellationScope;
  /** Somebody has begun to refuse what it is sent, or takes it again. */
  onRefusal(): void;
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
/** The pauses before what was not taken is sent again; milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** The SDK's names for the failure of a signal that nobody is there for. */
const NOBODY: readonly unknown[] = ['ExternalWorkflowExecutionNotFound', 'NamespaceNotFound'];

/**
 * Another workflow that is sent signals: what waits for it, and that one is under way at a time, so that they
 * arrive in order. What comes while one is under way goes together with the next.
 */
export interface Peer {
  readonly workflowId: string;
  /** The entity that it is told of. */
  readonly entityName: string;
  readonly dirty: Dirty;
  /** Why something is not sent, or not taken. */
  readonly problem: string | undefined;
  readonly isIdle: boolean;
  /** Whether it is there and does not take what it is sent: that is kept, and sent again after a pause. */
  readonly isRefusing: boolean;
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
  /**
   * Sends one signal now, in its turn, and again until it is taken.
   *
   * @param isNeeded whether it has to be sent still
   * @returns whether the other workflow was there
   */
  signal(signal: string, payload?: unknown, isNeeded?: () => boolean): Promise<boolean>;
  /** Has the server cancel the other workflow, if it is there. */
  requestCancel(): Promise<void>;
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
  /** The same of a signal that is no change of data. */
  let takenControl: Control | undefined;
  let problem: string | undefined;
  let refusal: string | undefined;
  let pause = FIRST_PAUSE;
  let isSending = false;

  const waits = (): boolean => controls.size > 0 || !dirty.isEmpty;

  const isTaken = (): void => {
    if (refusal === undefined) return;
    refusal = undefined;
    pause = FIRST_PAUSE;
    post.onRefusal();
  };

  /** Whether a signal failed because nobody is there. If not, it is to be sent again. */
  const isGone = (error: unknown): boolean => {
    // Not the server's answer but a mistake: it fails the task.
    if (!(error instanceof ApplicationFailure)) throw error;
    if (NOBODY.includes(error.type) || !has('refusedSignals')) return true;
    refusal = `${workflowId} does not take what it is sent: ${error.message}. It is kept and sent again. Where the limit of signals is met, have that workflow continue as new, or send it less often.`;
    post.onRefusal();
    return false;
  };

  /** Lets the other one recover; longer each time. */
  const rest = (): Promise<void> => {
    const wait = pause;
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    return shield.run(() => sleep(wait));
  };

  /** Has wait again what was under way. */
  const restore = (): void => {
    if (taken) dirty.add(taken);
    const [signal = ''] = takenControl ?? [];
    if (takenControl && !controls.has(signal) && !controls.has(opposite(signal)))
      controls.set(signal, takenControl);
    taken = takenControl = undefined;
  };

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
      takenControl = next;
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
      return problem ?? refusal;
    },
    get isIdle() {
      return !isSending && !waits();
    },
    get isRefusing() {
      return refusal !== undefined;
    },
    clear() {
      dirty.take();
      unsent.take();
      problem = undefined;
      controls.clear();
    },
    tell(signal, payload, via = []) {
      // What is taken back has no effect, and what is said anew comes last.
      controls.delete(opposite(signal));
      controls.delete(signal);
      controls.set(signal, [signal, payload, via]);
    },
    async send() {
      if (isSending) return false;
      isSending = true;
      let sent = false;
      let isThere = true;
      // The rest of what happens in this moment goes along.
      await Promise.resolve();
      while (isThere && waits()) {
        try {
          while (controls.size > 0) {
            await sendControl();
            takenControl = undefined;
          }
          if (!dirty.isEmpty) await sendDirty();
          isTaken();
          sent = true;
        } catch (error) {
          isThere = !isGone(error);
          if (isThere) {
            restore();
            await rest();
          }
        }
      }
      isSending = false;
      if (!isThere) onGone();
      return sent && isThere;
    },
    async signal(signal, payload, isNeeded = () => true) {
      while (isNeeded()) {
        try {
          await window.pass(() => beginControl([signal, payload, []]));
          isTaken();
          return true;
        } catch (error) {
          if (isGone(error)) return false;
          await rest();
        }
      }
      return true;
    },
    async requestCancel() {
      try {
        await window.pass(() => {
          const done = shield.run(() => getExternalWorkflowHandle(workflowId).cancel());
          return { bytes: CONTROL_BYTES, done };
        });
      } catch (error) {
        if (!(error instanceof ApplicationFailure)) throw error;
      }
    },
    carry() {
      const all = new Dirty();
      for (const part of [taken, unsent, dirty]) if (part) all.add(part);
      const waiting = all.carry();
      return waiting || controls.size > 0 ? { dirty: waiting, controls: [...controls.values()] } : undefined;
    },
  };
}

/** The signal that takes back another one; none does, but for these. */
const opposite = (signal: string): string =>
  signal === 'pause' ? 'resume' : signal === 'resume' ? 'pause' : '';
