import { ApplicationFailure, type CancellationScope } from '@temporalio/workflow';
import { CONTROL_BYTES } from './size';
import type { Signal } from './signals';
import type { Begun, SendLimit } from './send-limit';
import type { Temporal } from './temporal';

/** What every `SignalChannel` of a workflow sends with. */
export interface SendContext extends Temporal {
  /** How many signals are under way at a time. */
  readonly sendLimit: SendLimit;
  /** What runs in it goes on when the workflow is cancelled. One for all, since each costs the workflow three promises. */
  readonly shield: Pick<CancellationScope, 'run'>;
  /** Another workflow has begun to refuse signals, or takes them again. */
  readonly onRefusal: () => void;
}

/** Something that is said in one or several signals. */
export interface Parcel {
  readonly signals: readonly Signal[];
  /** The other workflow took all of the parcel. */
  accepted(): void;
  /** The other workflow did not take all of the parcel. @param isBegun whether it took a part */
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

/** Whose channel it is. */
export interface ChannelOwner {
  /** The other workflow has turned out not to be there. */
  unreachable(workflowId: string): void;
}

/** A signal that is no change of data, and the workflows that it came through. */
type Control = readonly [signal: string, payload: unknown, via: readonly string[]];

/** What a {@link SignalChannel} has to send besides what its outlet has, as it travels through continue-as-new. */
export type CarriedControls = readonly Control[];

/** The pauses before what was not taken is sent again; milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** What a turn of promises is waited for by. */
const DONE = Promise.resolve();
/** The SDK's names for the failure of a signal that nobody is there for. */
const NOBODY: readonly unknown[] = ['ExternalWorkflowExecutionNotFound', 'NamespaceNotFound'];

/**
 * Another workflow that is sent signals: one is under way at a time, so that they arrive in order. What comes while
 * one is under way goes together with the next.
 */
export class SignalChannel {
  readonly workflowId: string;
  readonly #context: SendContext;
  readonly #outlet: Outlet;
  readonly #owner: ChannelOwner;
  /** Signals that wait and are no change of data, the last of each kind; most have none. */
  #controls?: Map<string, Control>;
  #refusal?: string;
  #pause = FIRST_PAUSE;
  #isSending = false;

  constructor(
    workflowId: string,
    context: SendContext,
    outlet: Outlet,
    owner: ChannelOwner,
    carried?: CarriedControls,
  ) {
    this.workflowId = workflowId;
    this.#context = context;
    this.#outlet = outlet;
    this.#owner = owner;
    if (carried) this.#controls = new Map(carried.map((control) => [control[0], control]));
  }

  /** Why something is not sent, or not taken. */
  get problem(): string | undefined {
    return this.#outlet.problem ?? this.#refusal;
  }

  get isIdle(): boolean {
    return !this.#isSending && !this.#waits;
  }

  /** Whether the other workflow is there and refuses signals: they are kept, and sent again after a pause. */
  get isRefusing(): boolean {
    return this.#refusal !== undefined;
  }

  /** Forgets the controls that wait: the other workflow hears of them in another way. */
  clear(): void {
    this.#controls = undefined;
  }

  /** Has a signal wait that is no change of data. */
  tell(signal: string, payload?: unknown, via: readonly string[] = []): void {
    const controls = (this.#controls ??= new Map<string, Control>());
    // A control that replaces another one is sent last.
    controls.delete(signal);
    controls.set(signal, [signal, payload, via]);
  }

  /**
   * Sends all that waits, and what comes to wait meanwhile. One run at a time: another returns at once.
   *
   * @returns whether anything was sent
   */
  async send(): Promise<boolean> {
    if (this.#isSending) return false;
    this.#isSending = true;
    let sent = false;
    let isThere = true;
    let control: Control | undefined;
    const begins = (begun: Control): void => {
      control = begun;
    };
    // What else comes to wait in this workflow task goes along.
    await DONE;
    while (isThere && this.#waits) {
      try {
        while (this.#controls?.size)
          await (this.#context.isLean ? this.#passControl(begins) : this.#sendControl(begins));
        control = undefined;
        // Most are told something once, and never again.
        this.#controls = undefined;
        if (this.#outlet.isDue) await this.#sendParcel();
        this.#isTaken();
        sent = true;
      } catch (error) {
        // What was not taken waits again, unless another one of its kind does by now.
        if (control && !this.#controls?.has(control[0])) this.tell(...control);
        isThere = !this.#isGone(error);
        if (isThere) await this.#rest();
      }
    }
    this.#isSending = false;
    if (!isThere) this.#owner.unreachable(this.workflowId);
    return sent && isThere;
  }

  /**
   * Sends one signal now, in its turn, and again until it is taken.
   *
   * @param isNeeded whether it has to be sent still
   * @returns whether the other workflow was there
   */
  async signal(
    signal: string,
    payload?: unknown,
    { link }: { readonly link?: string } = {},
    isNeeded = (): boolean => true,
  ): Promise<boolean> {
    while (isNeeded()) {
      try {
        await this.#context.sendLimit.pass(() => this.#beginControl([signal, payload, []], link));
        this.#isTaken();
        return true;
      } catch (error) {
        if (this.#isGone(error)) return false;
        await this.#rest();
      }
    }
    return true;
  }

  /** Has the server cancel the other workflow, if it is there. */
  async requestCancel(): Promise<void> {
    const { sendLimit, shield, workflowOf } = this.#context;
    try {
      await sendLimit.pass(() => {
        const done = shield.run(() => workflowOf(this.workflowId).cancel());
        return { bytes: CONTROL_BYTES, done };
      });
    } catch (error) {
      if (!(error instanceof ApplicationFailure)) throw error;
    }
  }

  /** For continue-as-new; nothing when nothing waits. */
  carry(): CarriedControls | undefined {
    return this.#controls?.size ? [...this.#controls.values()] : undefined;
  }

  get #waits(): boolean {
    return !!this.#controls?.size || this.#outlet.isDue;
  }

  #isTaken(): void {
    if (this.#refusal === undefined) return;
    this.#refusal = undefined;
    this.#pause = FIRST_PAUSE;
    this.#context.onRefusal();
  }

  /** Whether a signal failed because nobody is there. If not, it is to be sent again. */
  #isGone(error: unknown): boolean {
    // Not the server's answer but a mistake: it fails the task.
    if (!(error instanceof ApplicationFailure)) throw error;
    if (NOBODY.includes(error.type) || !this.#context.has('refusedSignals')) return true;
    this.#refusal = `${this.workflowId} does not take what it is sent: ${error.message}. It is kept and sent again. Where the limit of signals is met, have that workflow continue as new, or send it less often.`;
    this.#context.onRefusal();
    return false;
  }

  /** Waits before a refused signal is sent again; longer each time. */
  #rest(): Promise<void> {
    const wait = this.#pause;
    this.#pause = Math.min(wait * 2, LONGEST_PAUSE);
    const { shield, sleep } = this.#context;
    return shield.run(() => sleep(wait));
  }

  #begin({ signal, payload, envelope, bytes }: Signal): Begun {
    const { shield, workflowOf } = this.#context;
    // Also when this workflow is cancelled: a signal is how others hear of it.
    const done = shield.run(() => workflowOf(this.workflowId).signal(signal, payload, envelope));
    return { bytes, done };
  }

  #beginControl([signal, payload, via]: Control, link?: string): Begun {
    const envelope = { from: this.#context.workflowId, link, via: via.length > 0 ? via : undefined };
    return this.#begin({ signal, payload, envelope, bytes: CONTROL_BYTES });
  }

  /** As {@link #passControl}, in as many turns as it took before. */
  async #sendControl(begins: (control: Control) => void): Promise<void> {
    await this.#passControl(begins);
  }

  #passControl(begins: (control: Control) => void): Promise<unknown> {
    return this.#context.sendLimit.pass(() => {
      // Taken out only now: what has not begun is carried to the next run.
      const [control] = this.#controls?.values() ?? [];
      if (!control) return undefined;
      begins(control);
      this.#controls?.delete(control[0]);
      return this.#beginControl(control);
    });
  }

  async #sendParcel(): Promise<void> {
    let parcel: Parcel | undefined;
    let left: Signal[] | undefined;
    let isBegun = false;
    try {
      do {
        isBegun ||= left !== undefined;
        await this.#context.sendLimit.pass(() => {
          parcel ??= this.#outlet.next();
          left ??= [...(parcel?.signals ?? [])];
          const signal = left.shift();
          return signal && this.#begin(signal);
        });
      } while (left && left.length > 0);
    } catch (error) {
      parcel?.refused(isBegun);
      throw error;
    }
    parcel?.accepted();
  }
}
