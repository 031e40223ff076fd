import type { ChildStatus } from '../contract/hierarchy';
import type { CarriedControls } from './signal-channel';
import { after, type ChildEvent, type ChildState, isLive, statusOf } from './child-state';

/** How long before a child that was ended starts again; twice as long each time, until one runs for the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** How long a workflow that has not answered is left alone before it is asked again; twice as long each time. */
const FIRST_SILENCE = 5_000;
const LONGEST_SILENCE = 60 * 60_000;

/** How a run of a child ends. */
export type RunEnd = 'completed' | 'cancelled' | 'failed';

const EVENT_OF_END = { completed: 'complete', cancelled: 'cancel', failed: 'fail' } as const;

/** A {@link ChildRecord} as it travels through continue-as-new. */
export interface CarriedRecord {
  readonly status?: ChildStatus;
  readonly runId?: string;
  readonly syncedAt?: number;
  readonly error?: string;
  readonly unheard?: boolean;
  readonly isSole?: boolean;
  /** Whether the child was told that the server cancels it, which the server has not been asked to do yet. */
  readonly isCancelDue?: true;
  /** Of a child that was ended of late. */
  readonly restarts?: CarriedRestarts;
}

/** A child as it travels through continue-as-new. */
export interface CarriedChild extends CarriedRecord {
  readonly item: string;
  /** The id that the child was made with, where the item may have come to have another or be gone. */
  readonly id?: string;
  /** What it is called, where its path has come to call children otherwise since it began. */
  readonly named?: { readonly workflowId: string; readonly entityName: string };
  /** Whether the child was started by hand. */
  readonly asked?: true;
  readonly controls?: CarriedControls;
}

interface CarriedRestarts {
  /** How often it was ended in short order. */
  readonly pauses: number;
  readonly joinedAt: number;
  /** When it starts again, in milliseconds; while it waits for that. */
  readonly at?: number;
  readonly wasOther?: true;
}

/** What a parent knows of a child: its state, its run, and what is wrong with it. Nothing here acts. */
export class ChildRecord {
  /** Whether anything has come from the child. */
  heard: boolean;
  /** What is wrong with the child. */
  error: string | undefined;
  /** Whether the child lives for this parent alone. */
  isSole: boolean;
  /** Whether the server is to cancel the child as well: it was told so, and closes as the request comes. */
  isCancelDue: boolean;
  #state: ChildState;
  /** The child's state when it was told to stop, until it has been told. */
  #stoppedAs?: ChildState;
  #runId?: string;
  /** The child's run that this workflow's run started. */
  #followedRunId?: string;
  /** Run id of the child that was stopped or whose end is known: that this run ended must not end the next one. */
  #stoppedRunId?: string;
  /** When something came from the child or reached it, in milliseconds. */
  #syncedAt?: number;
  #joinedAt: number;
  /** Whether what ended was in the way of the child, and not the child. */
  #wasOther: boolean;
  /** How often the child was ended in short order. */
  #pauses: number;
  /** When a child that was ended starts again; while it waits for that. */
  #restartsAt?: number;
  #silences = 0;

  constructor(carried: CarriedRecord) {
    const { status, runId, syncedAt, isSole = false, isCancelDue = false, unheard = false } = carried;
    const { pauses = 0, joinedAt = 0, at, wasOther = false } = carried.restarts ?? {};
    // The server was asked by a run that is no more: should it have started the child, the child's id runs already.
    this.#state = status === 'starting' ? 'waiting' : (status ?? 'waiting');
    this.heard = !unheard;
    this.error = carried.error;
    this.isSole = isSole;
    this.isCancelDue = isCancelDue;
    this.#runId = runId;
    this.#syncedAt = syncedAt;
    this.#pauses = pauses;
    this.#joinedAt = joinedAt;
    this.#restartsAt = at;
    this.#wasOther = wasOther;
    this.#stoppedRunId = this.isLive ? undefined : runId;
  }

  get state(): ChildState {
    return this.#state;
  }

  get status(): ChildStatus | undefined {
    return statusOf(this.#state);
  }

  /** Whether the child takes signals, as far as is known. */
  get isLive(): boolean {
    return isLive(this.#state);
  }

  /** Whether a workflow that has the child's id has been asked and has not said that it is the child. */
  get isAsked(): boolean {
    return this.#state === 'attaching' || this.#state === 'unanswered';
  }

  /** Whether the child does nothing more by itself. */
  get hasEnded(): boolean {
    return this.status === 'completed' || this.status === 'failed';
  }

  get runId(): string | undefined {
    return this.#runId;
  }

  /** Whether Temporal tells this workflow's run how the child's run ends. */
  get isFollowed(): boolean {
    return this.#runId !== undefined && this.#runId === this.#followedRunId;
  }

  get syncedAt(): number | undefined {
    return this.#syncedAt;
  }

  /** Whether what ended last was another workflow, which had the child's id. */
  get wasOther(): boolean {
    return this.#wasOther;
  }

  go(event: ChildEvent): void {
    this.#state = after(this.#state, event);
  }

  /** A signal has reached the child. */
  reached(): void {
    this.#syncedAt = Date.now();
  }

  /** Something came from the child. */
  synced(): void {
    this.reached();
    this.heard = true;
    // It gets on after all.
    if (this.#state === 'running') this.error = undefined;
  }

  /** The server is asked to start the child. */
  starts(): void {
    this.go('start');
    this.error = this.#runId = undefined;
    this.heard = this.#wasOther = false;
  }

  /**
   * The child runs.
   *
   * @param isOurs whether this parent started it: it lives for this parent alone, until it says that it has another
   * @param isApart whether it was let go meanwhile, and is wanted again by another link
   */
  joined(run: string, isOurs: boolean, isApart: boolean): void {
    if (isOurs) {
      this.isSole = true;
      this.#followedRunId = run;
    }
    this.#silences = 0;
    this.#runId = run;
    this.go(isApart ? 'rejoin' : 'join');
    this.#stoppedRunId = isApart ? run : undefined;
    this.error = undefined;
    this.reached();
    this.#joinedAt = this.#syncedAt as number;
  }

  /** The child began anew, started by another of its parents, and was joined by itself. */
  renewed(run: string): void {
    this.#runId = run;
  }

  /** The child was let go and is wanted again; it may have heard that it was let go. */
  recalled(): void {
    this.go('rejoin');
    this.#stoppedRunId = this.#runId;
  }

  /** Whether the end of a run is news: it is heard of twice, from the child and from Temporal. */
  mayEnd(run: string | undefined): boolean {
    return this.isLive && (!run || !this.#runId || run === this.#runId);
  }

  ended(how: RunEnd, run: string | undefined, message: string): void {
    this.#wasOther = !!run && run === this.#stoppedRunId;
    this.go(this.#wasOther ? 'cancel' : EVENT_OF_END[how]);
    // The child says so before it closes, and may still be in the way of the next one.
    this.#stoppedRunId = run;
    if (Date.now() - this.#joinedAt > LONGEST_PAUSE) this.#pauses = 0;
    if (this.#state === 'failed') this.error = `It failed: ${message}`;
  }

  /** The workflow that had the child's id ended before it answered. */
  otherEnded(): void {
    this.#wasOther = true;
    this.go('cancel');
  }

  failed(error: string): void {
    this.go('fail');
    this.error = error;
  }

  /** The child is told to stop. */
  stops(): void {
    this.#stoppedAs = this.#state;
    this.go('stop');
    this.#stoppedRunId = this.#runId;
  }

  /** The child has been told to stop, or is not there. */
  stopped(): void {
    this.#stoppedAs = undefined;
    this.go('stopped');
  }

  /**
   * How long to wait, from now on, before the child starts again, in milliseconds: also where an earlier run has begun to
   * wait. Where the time is over it is nothing, and no timer: the server takes a second for the shortest.
   */
  pause(): number {
    this.#restartsAt ??= Date.now() + Math.min(FIRST_PAUSE * 2 ** this.#pauses++, LONGEST_PAUSE);
    return this.#restartsAt - Date.now();
  }

  /** The pause is over, or there is no need for it any more. */
  restarts(): void {
    this.#restartsAt = undefined;
    this.go('again');
  }

  /** How long to wait before a workflow that has not answered is asked again, in milliseconds. */
  nextSilence(): number {
    return Math.min(FIRST_SILENCE * 2 ** this.#silences++, LONGEST_SILENCE);
  }

  /** For continue-as-new. */
  carry(): CarriedRecord {
    const state = this.#stoppedAs ?? this.#state;
    return {
      // A child that has not been told to stop is told by the next run; one that has not answered is asked again.
      status: state === 'unanswered' ? 'attaching' : statusOf(state),
      runId: this.#runId,
      syncedAt: this.#syncedAt,
      error: this.error,
      unheard: !this.heard || undefined,
      isSole: this.isSole || undefined,
      isCancelDue: this.isCancelDue || undefined,
      restarts: this.#restarts,
    };
  }

  /** Nothing where the next pause is the first one again. */
  get #restarts(): CarriedRestarts | undefined {
    const isLasting = this.#state === 'running' && Date.now() - this.#joinedAt > LONGEST_PAUSE;
    if (this.#pauses === 0 || isLasting) return undefined;
    const wasOther = this.#wasOther || undefined;
    return { pauses: this.#pauses, joinedAt: this.#joinedAt, at: this.#restartsAt, wasOther };
  }
}
