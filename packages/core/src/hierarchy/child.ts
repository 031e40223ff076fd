import {
  CancelledFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  condition,
  ParentClosePolicy,
  startChild,
  TerminatedFailure,
  TimeoutFailure,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { EntityRef } from '../contract/adapter';
import type { ChildEnd, ChildInfo, ChildNotice, ChildStatus } from '../contract/hierarchy';
import { iso } from '../workflow/iso';
import { has } from '../workflow/patches';
import { UserCodeError } from '../workflow/user-code';
import type { ChildEnds } from './child-ends';
import { after, type ChildEvent, type ChildState, isLive, statusOf } from './child-state';
import type { ManagedPath } from './managed-path';
import type { Exchange } from './exchange';
import { ExchangeOutlet, type Linked } from './outlet';
import { type CarriedControls, SignalChannel, type SendContext } from './signal-channel';
import type { ChildViews } from './child-views';
import { LEAVES } from './signals';
import { MOST_PAYLOAD, sizeOf, tooLarge } from './size';
import type { StartLimit } from './start-limit';
import type { Begun } from './send-limit';
import type { Message, Tell } from './word';

/** How long a workflow that has a child's id may take to say that it is the one. */
const ANSWER_MS = 30_000;
/** How long who has not answered is left alone before it is asked again; twice as long each time. */
const FIRST_SILENCE = 5_000;
const LONGEST_SILENCE = 60 * 60_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/** A {@link Child} as it travels through continue-as-new. */
export interface CarriedChild {
  readonly item: string;
  /** The id that it was made with, where the item may have come to have another or be gone. */
  readonly id?: string;
  readonly status?: ChildStatus;
  readonly runId?: string;
  readonly syncedAt?: number;
  readonly error?: string;
  readonly unheard?: boolean;
  readonly isSole?: boolean;
  /** Whether it was told that the server cancels it, which this has not been asked to do yet. */
  readonly isCancelDue?: true;
  /** Whether it was started by hand. */
  readonly asked?: true;
  readonly controls?: CarriedControls;
}

/** What a child needs of the workflow that it is a child of. */
export interface Family {
  readonly context: SendContext;
  readonly exchange: Exchange;
  readonly startLimit: StartLimit;
  readonly views: ChildViews;
  /** Hears how children end. */
  readonly ends: ChildEnds;
  /** The child has begun to run. */
  joined(): void;
  /** Nobody needs the child any more. */
  left(child: Child): void;
}

const EVENT_OF_END = { completed: 'complete', cancelled: 'cancel', failed: 'fail' } as const;

/** One item's workflow: brought to where it should be, one step at a time, whatever happens meanwhile. */
export class Child implements Linked {
  readonly as = 'parent';
  readonly path: ManagedPath;
  readonly item: EntityRef;
  /** The item as the child calls it. */
  readonly entity: EntityRef;
  readonly workflowId: string;
  readonly channel: SignalChannel;
  /** The relations of the root entity that hold the item. */
  readonly listedOn = new Set<string>();
  /** Whether its item is there. */
  wanted = true;
  /** Whether anything has come from it. */
  heard: boolean;
  /** What is wrong with it. */
  error: string | undefined;
  readonly #family: Family;
  #state: ChildState;
  /** What it was when it was told to stop, until that is said. */
  #stoppedAs?: ChildState;
  #runId?: string;
  /** The run that was started by this run of the parent: Temporal tells how it ends. */
  #followed?: string;
  /** When something came from it or reached it, in milliseconds. */
  #syncedAt?: number;
  #isSole: boolean;
  /** Whether who was asked to be the child has said how it is. */
  #isAnswered = false;
  /** The run that was told to stop, or that said how it ends: that it does is no news of the one after it. */
  #stoppedRunId?: string;
  /** Whether what ended was in the way of the child, and not the child. */
  #wasOther = false;
  #stopAs: ManagedPath['onRemoved'] = 'cancel';
  /** Whether the server is to cancel it as well: it was told so, and closes as the request comes. */
  #isCancelDue: boolean;
  #joinedAt = 0;
  #pauses = 0;
  #silences = 0;
  #isBusy = false;
  /** Whether something has happened since the last look. */
  #isDue = false;

  constructor(
    path: ManagedPath,
    item: EntityRef,
    entity: EntityRef,
    workflowId: string,
    family: Family,
    carried: Partial<CarriedChild> = { unheard: true },
  ) {
    const { status, runId, syncedAt, isSole = false, isCancelDue = false, unheard = false } = carried;
    this.path = path;
    this.item = item;
    this.entity = entity;
    this.workflowId = workflowId;
    this.heard = !unheard;
    this.error = carried.error;
    this.#family = family;
    // The server was asked by a run that is no more: should it have started, its id runs already.
    this.#state = status === 'starting' ? 'waiting' : (status ?? 'waiting');
    this.#runId = runId;
    this.#syncedAt = syncedAt;
    this.#isSole = isSole;
    this.#isCancelDue = isCancelDue;
    this.#stoppedRunId = this.#isLive ? undefined : runId;
    const outlet = new ExchangeOutlet(family.exchange, this);
    this.channel = new SignalChannel(
      workflowId,
      family.context,
      outlet,
      () => this.#isGone(),
      carried.controls,
    );
  }

  get status(): ChildStatus | undefined {
    return statusOf(this.#state);
  }

  get info(): ChildInfo {
    return {
      workflowId: this.workflowId,
      workflowType: this.path.workflowType,
      entityName: this.entity.name,
      id: this.entity.id,
      path: this.path.field,
      status: this.status ?? 'starting',
      lastSyncedAt: iso(this.#syncedAt),
      error: this.error ?? this.channel.problem,
    };
  }

  /** What a message without content goes as. */
  control(message: Exclude<Message, Tell>): readonly [signal: string, payload: unknown] {
    if (message.do === 'join') {
      const { link, pauses, isMade } = message;
      return ['parent', { ...this.#family.views.linkOf(this), link, pauses, isMade }];
    }
    const how = this.#stopAs === 'cancel' && this.#isSole && has('soleParents') ? 'request' : this.#stopAs;
    this.#isCancelDue = how === 'request';
    return LEAVES[how];
  }

  /** Something came from it. */
  synced(): void {
    this.#syncedAt = Date.now();
    this.heard = true;
    // It gets on after all.
    if (this.#state === 'running') this.error = undefined;
  }

  /** It says how it is. */
  noticed({ status, runId, message, isSole }: ChildNotice): void {
    this.synced();
    this.#isSole = isSole ?? this.#isSole;
    if (status === 'running') {
      if (this.#state === 'attaching' || this.#state === 'unanswered') this.#join(runId, true);
      // It began anew, started by another of its parents, and was joined by itself.
      else if (this.#state === 'running') this.#runId = runId;
    } else if (status === 'refused') {
      this.#family.exchange.gone(this.workflowId, 'parent');
      this.#fail(message ?? 'The workflow refuses to be its child.');
    } else if (status !== 'stranger') this.#ended(status, runId, message);
  }

  /** Nobody needs it any more. */
  dismiss(how: ManagedPath['onRemoved']): void {
    this.wanted = false;
    this.#stopAs = how;
  }

  /** It is needed after all. */
  recall(): void {
    this.wanted = true;
    // It has been let go by the link that it had, and may have heard of that.
    if (!this.#isLive) return;
    this.#go('rejoin');
    this.#stoppedRunId = this.#runId;
  }

  /** Its item changed: what failed before may go well now. */
  retry(): void {
    if (this.status === 'failed') this.#go('again');
  }

  /** Takes every step there is to take. One run at a time: another has the first look once more. */
  sync(): void {
    this.#isDue = true;
    if (this.#isBusy || this.#rests) return;
    this.#isBusy = true;
    // Also when the workflow is cancelled: its children are told so.
    void this.#family.context.shield.run(async () => {
      while (this.#isDue) {
        this.#isDue = false;
        while (await this.#step());
      }
      this.#isBusy = false;
    });
  }

  carry(): CarriedChild {
    const state = this.#stoppedAs ?? this.#state;
    return {
      item: this.item.id,
      id: this.path.idAttribute && this.entity.id,
      // Who has not been told yet to stop is told by the next run; who has not answered yet is asked again.
      status: state === 'unanswered' ? 'attaching' : statusOf(state),
      runId: this.#runId,
      syncedAt: this.#syncedAt,
      error: this.error,
      unheard: !this.heard || undefined,
      isSole: this.#isSole || undefined,
      isCancelDue: this.#isCancelDue || undefined,
      controls: this.channel.carry(),
    };
  }

  get #isLive(): boolean {
    return isLive(this.#state);
  }

  /** Whether there is no step to take: so it is for most of many children, and a look costs them no promise. */
  get #rests(): boolean {
    if (!this.wanted) return false;
    if (this.#state === 'waiting') return !this.#family.startLimit.take(this);
    if (this.#state === 'unanswered') return false;
    return this.#state === 'running' ? this.channel.isIdle : this.#hasEnded;
  }

  /** Whether it does nothing more by itself. */
  get #hasEnded(): boolean {
    return this.status === 'completed' || this.status === 'failed';
  }

  #go(event: ChildEvent): void {
    this.#state = after(this.#state, event);
  }

  /** @returns whether there may be another step to take */
  async #step(): Promise<boolean> {
    if (!this.wanted) {
      if (this.#isLive) await this.#stop();
      if (!this.wanted) this.#family.left(this);
      return this.wanted;
    }
    switch (this.#state) {
      case 'waiting':
      case 'starting':
        if (!this.#family.startLimit.take(this)) return false;
        await this.#start();
        return true;
      case 'attaching':
        await this.#attach();
        return true;
      case 'unanswered':
        return has('askedAgain') && this.#askAgain();
      case 'running':
        return this.#send();
      case 'cancelled':
        if (!this.path.restart && !this.#wasOther) return false;
        await condition(() => !this.wanted, Math.min(FIRST_PAUSE * 2 ** this.#pauses++, LONGEST_PAUSE));
        this.#go('again');
        return true;
      case 'stopping':
      case 'completed':
      case 'failed':
        return false;
    }
  }

  async #start(): Promise<void> {
    const { context, exchange, startLimit } = this.#family;
    // The rest of what happens in this moment is part of what it starts with.
    await Promise.resolve();
    try {
      await context.sendLimit.pass(() => this.#begin());
    } catch (error) {
      exchange.gone(this.workflowId, 'parent');
      // Either it runs already, as the child of somebody else or from before, or the id is somebody else's.
      if (error instanceof WorkflowExecutionAlreadyStartedError) this.#go('exists');
      else if (error instanceof UserCodeError) throw error;
      else this.#fail(`It could not be started: ${messageOf(error)}`);
    } finally {
      startLimit.end(this);
    }
  }

  #begin(): Begun | undefined {
    if (!this.wanted) return undefined;
    const { exchange, views } = this.#family;
    const { path, workflowId } = this;
    this.#go('start');
    this.error = this.#runId = undefined;
    this.heard = this.#wasOther = false;
    const input = views.inputOf(this);
    const bytes = sizeOf(input);
    if (bytes > MOST_PAYLOAD) throw tooLarge(bytes);
    const args = [input];
    const done = startChild(path.workflowType, {
      workflowId,
      args,
      // Temporal applies this at every continue-as-new of the parent.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
      taskQueue: path.taskQueue,
    }).then((handle) => {
      // The SDK holds what a child was started with for as long as it runs.
      args.length = 0;
      exchange.begun(workflowId);
      this.#join(handle.firstExecutionRunId, false);
      this.#follow(handle.firstExecutionRunId, handle.result());
    });
    return { bytes: bytes + 500, done };
  }

  /** Learns from Temporal how the child ends, as long as this run lives. */
  #follow(run: string, ended: Promise<unknown>): void {
    const { ends } = this.#family;
    this.#followed = run;
    ended.then(
      (result) => {
        this.#ended('completed', run);
        ends.confirm(run, { status: 'completed', result: result ?? undefined, error: undefined });
      },
      (failure: unknown) => {
        const cause = failure instanceof ChildWorkflowFailure ? failure.cause : failure;
        const error = messageOf(cause);
        const status = endOf(cause);
        this.#ended(status === 'failed' ? 'failed' : 'cancelled', run, error);
        ends.confirm(run, { status, error });
      },
    );
  }

  /** Asks the workflow that has its id whether it is the one. */
  async #attach(): Promise<void> {
    this.#family.exchange.attach(this.workflowId);
    this.#isAnswered = false;
    await this.#sendAll();
    const isOver = (): boolean => this.#isAnswered || !this.wanted;
    // A load that arrives together with the time may have removed the item by now.
    if ((await condition(isOver, ANSWER_MS)) || isOver()) return;
    this.error = `The id ${this.workflowId} is taken by a workflow that has not answered. Should it be the child, have workers poll its task queue: it is joined as soon as it answers. If it is somebody else's, end that one, or give the path includeParentId or another entityName.`;
    this.#isAnswered = true;
    this.#go(has('lateAnswers') ? 'silence' : 'fail');
  }

  /** Who has not answered may have ended without a word: then nobody is there who can be asked. */
  async #askAgain(): Promise<boolean> {
    const isOver = (): boolean => this.#state !== 'unanswered' || !this.wanted;
    const pause = Math.min(FIRST_SILENCE * 2 ** this.#silences++, LONGEST_SILENCE);
    // See above.
    if ((await condition(isOver, pause)) || isOver()) return true;
    this.#family.exchange.attach(this.workflowId);
    await this.#sendAll();
    return true;
  }

  async #send(): Promise<boolean> {
    if (this.channel.isIdle) return false;
    if (await this.#sendAll()) this.#syncedAt = Date.now();
    return !this.channel.isIdle;
  }

  /** Sends what waits; who was told that it is let go may have been, although it is wanted again. */
  async #sendAll(): Promise<boolean> {
    const isSent = await this.channel.send();
    if (this.#isCancelDue) await this.channel.requestCancel();
    this.#isCancelDue = false;
    return isSent;
  }

  async #stop(): Promise<void> {
    this.#stoppedAs = this.#state;
    this.#go('stop');
    this.#stoppedRunId = this.#runId;
    this.channel.clear();
    await this.#sendAll();
    this.#family.exchange.outgoing.forget(this.workflowId);
    this.#stoppedAs = undefined;
    this.#go('stopped');
  }

  #join(run: string, ran: boolean): void {
    // It is this parent's own, until it says that it has another.
    if (!ran) this.#isSole = true;
    this.#isAnswered = true;
    this.#silences = 0;
    this.#runId = run;
    // It was let go meanwhile, and is wanted again by another link.
    const isApart = this.#family.exchange.childOf(this.item)?.state === 'apart';
    this.#go(isApart ? 'rejoin' : 'join');
    this.#stoppedRunId = isApart ? run : undefined;
    this.error = undefined;
    this.#joinedAt = this.#syncedAt = Date.now();
    this.#family.joined();
  }

  #ended(
    how: 'completed' | 'cancelled' | 'failed',
    run: string | undefined,
    message = 'it does not say why',
    status: ChildEnd['status'] = how,
  ): void {
    // It is heard of twice, by its own word and by Temporal's; and an earlier run's end is no news.
    if (!this.#isLive || (run && this.#runId && run !== this.#runId)) return;
    this.#isAnswered = true;
    this.#family.exchange.gone(this.workflowId, 'parent');
    this.#wasOther = !!run && run === this.#stoppedRunId;
    this.#go(this.#wasOther ? 'cancel' : EVENT_OF_END[how]);
    // It says so before it closes, and may still be in the way of the next.
    this.#stoppedRunId = run;
    if (Date.now() - this.#joinedAt > LONGEST_PAUSE) this.#pauses = 0;
    if (this.#state === 'failed') this.error = `It failed: ${message}`;
    if (!this.#wasOther) {
      const { workflowId, path, item } = this;
      const error = how === 'failed' ? message : undefined;
      const end = { workflowId, entityName: item.name, id: item.id, path: path.field, status, error };
      this.#family.ends.add(end, run === this.#followed ? run : undefined);
    }
    this.sync();
  }

  /** It is not there any more, and could not say so: somebody terminated it. */
  #isGone(): void {
    if (this.#state !== 'attaching' && this.#state !== 'unanswered')
      return this.#ended('cancelled', this.#runId, undefined, 'terminated');
    // It ended meanwhile; in a moment its id is free.
    this.#family.exchange.gone(this.workflowId, 'parent');
    this.#isAnswered = true;
    this.#wasOther = true;
    this.#go('cancel');
  }

  #fail(error: string): void {
    this.#isAnswered = true;
    this.#go('fail');
    this.error = error;
  }
}

function endOf(cause: unknown): ChildEnd['status'] {
  if (cause instanceof CancelledFailure) return 'cancelled';
  if (cause instanceof TerminatedFailure) return 'terminated';
  return cause instanceof TimeoutFailure ? 'timedOut' : 'failed';
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
