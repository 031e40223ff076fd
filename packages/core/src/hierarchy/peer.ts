import {
  ApplicationFailure,
  type CancellationScope,
  getExternalWorkflowHandle,
  sleep,
} from '@temporalio/workflow';
import { has } from '../workflow/patches';
import { CONTROL_BYTES } from './size';
import type { Signal } from './signals';
import type { Begun, Window } from './window';

/** What every peer of a workflow sends with. */
export interface Post {
  readonly workflowId: string;
  /** The first run of the workflow: another one of its id is another workflow. */
  readonly runId: string;
  /** How many signals are under way at a time. */
  readonly window: Window;
  /** What runs in it goes on when the workflow is cancelled. One for all, since each costs the workflow three promises. */
  readonly shield: CancellationScope;
  /** Somebody has begun to refuse what it is sent, or takes it again. */
  readonly onRefusal: () => void;
}

/** Something that is said in one or several signals. */
export interface Parcel {
  readonly signals: readonly Signal[];
  /** All of it was taken. */
  accepted(): void;
  /** It was not. @param isBegun whether a part of it was */
  refused(isBegun: boolean): void;
}

/** Where what is to be sent comes from. */
export interface Outlet {
  /** Whether there is anything to send. */
  readonly isDue: boolean;
  /** Why something is not sent. */
  readonly problem?: string;
  /** What is to be sent next, as it is now. */
  next(): Parcel | undefined;
}

/** A signal that is no change of data, and the workflows that it came through. */
type Control = readonly [signal: string, payload: unknown, via: readonly string[]];

/** What a {@link Peer} has to send besides what its outlet has, as it travels through continue-as-new. */
export type CarriedControls = readonly Control[];

/** The pauses before what was not taken is sent again; milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** The SDK's names for the failure of a signal that nobody is there for. */
const NOBODY: readonly unknown[] = ['ExternalWorkflowExecutionNotFound', 'NamespaceNotFound'];

/**
 * Another workflow that is sent signals: one is under way at a time, so that they arrive in order. What comes while
 * one is under way goes together with the next.
 */
export interface Peer {
  readonly workflowId: string;
  /** Why something is not sent, or not taken. */
  readonly problem: string | undefined;
  readonly isIdle: boolean;
  /** Whether it is there and does not take what it is sent: that is kept, and sent again after a pause. */
  readonly isRefusing: boolean;
  /** Forgets the signals that wait: they are told in another way. */
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
  signal(
    signal: string,
    payload?: unknown,
    envelope?: { readonly link?: string },
    isNeeded?: () => boolean,
  ): Promise<boolean>;
  /** Has the server cancel the other workflow, if it is there. */
  requestCancel(): Promise<void>;
  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedControls | undefined;
}

/** @param onGone is called when the other workflow turns out not to be there */
export function peerOf(
  workflowId: string,
  { window, shield, workflowId: from, onRefusal }: Post,
  outlet: Outlet,
  onGone: () => void,
  carried: CarriedControls = [],
): Peer {
  /** Other signals that wait, the last of each kind. */
  const controls = new Map(carried.map((control) => [control[0], control]));
  let refusal: string | undefined;
  let pause = FIRST_PAUSE;
  let isSending = false;

  const waits = (): boolean => controls.size > 0 || outlet.isDue;

  const isTaken = (): void => {
    if (refusal === undefined) return;
    refusal = undefined;
    pause = FIRST_PAUSE;
    onRefusal();
  };

  /** Whether a signal failed because nobody is there. If not, it is to be sent again. */
  const isGone = (error: unknown): boolean => {
    // Not the server's answer but a mistake: it fails the task.
    if (!(error instanceof ApplicationFailure)) throw error;
    if (NOBODY.includes(error.type) || !has('refusedSignals')) return true;
    refusal = `${workflowId} does not take what it is sent: ${error.message}. It is kept and sent again. Where the limit of signals is met, have that workflow continue as new, or send it less often.`;
    onRefusal();
    return false;
  };

  /** Lets the other one recover; longer each time. */
  const rest = (): Promise<void> => {
    const wait = pause;
    pause = Math.min(pause * 2, LONGEST_PAUSE);
    return shield.run(() => sleep(wait));
  };

  const begin = ({ signal, payload, envelope, bytes }: Signal): Begun => {
    // Also when the workflow is cancelled: who hears of it hears by this.
    const done = shield.run(() => getExternalWorkflowHandle(workflowId).signal(signal, payload, envelope));
    return { bytes, done };
  };

  const beginControl = ([signal, payload, via]: Control, link?: string): Begun => {
    const envelope = { from, link, via: via.length > 0 ? via : undefined };
    return begin({ signal, payload, envelope, bytes: CONTROL_BYTES });
  };

  const sendControl = async (): Promise<void> => {
    let taken: Control | undefined;
    try {
      await window.pass(() => {
        // Taken out only now: what has not begun is carried to the next run.
        [taken] = controls.values();
        if (!taken) return undefined;
        controls.delete(taken[0]);
        return beginControl(taken);
      });
    } catch (error) {
      if (taken && !controls.has(taken[0])) controls.set(taken[0], taken);
      throw error;
    }
  };

  const sendParcel = async (): Promise<void> => {
    let parcel: Parcel | undefined;
    let left: Signal[] | undefined;
    let isBegun = false;
    try {
      do {
        isBegun ||= left !== undefined;
        await window.pass(() => {
          parcel ??= outlet.next();
          left ??= [...(parcel?.signals ?? [])];
          const signal = left.shift();
          return signal && begin(signal);
        });
      } while (left && left.length > 0);
    } catch (error) {
      parcel?.refused(isBegun);
      throw error;
    }
    parcel?.accepted();
  };

  return {
    workflowId,
    get problem() {
      return outlet.problem ?? refusal;
    },
    get isIdle() {
      return !isSending && !waits();
    },
    get isRefusing() {
      return refusal !== undefined;
    },
    clear: () => controls.clear(),
    tell(signal, payload, via = []) {
      // What is said anew comes last.
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
          while (controls.size > 0) await sendControl();
          if (outlet.isDue) await sendParcel();
          isTaken();
          sent = true;
        } catch (error) {
          isThere = !isGone(error);
          if (isThere) await rest();
        }
      }
      isSending = false;
      if (!isThere) onGone();
      return sent && isThere;
    },
    async signal(signal, payload, { link } = {}, isNeeded = () => true) {
      while (isNeeded()) {
        try {
          await window.pass(() => beginControl([signal, payload, []], link));
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
    carry: () => (controls.size > 0 ? [...controls.values()] : undefined),
  };
}
