import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { EntityRef } from '../contract/adapter';
import type { ChildEnd, ChildInfo, ChildNotice, ChildStatus } from '../contract/hierarchy';
import { iso } from '../base/iso';
import { UserCodeError } from './user-code';
import type { ChildEnds } from './child-ends';
import { type CarriedChild, ChildRecord } from './child-record';
import { type RunListener, startRun } from './child-run';
import { type HowItEnded, messageOf } from './follow';
import type { RunRef } from './activities';
import type { ManagedPath } from './managed-path';
import type { Exchange } from './exchange';
import { ExchangeOutlet, type Linked } from './outlet';
import { type ChannelOwner, SignalChannel, type SendContext } from './signal-channel';
import type { ChildViews } from './child-views';
import { LEAVES } from './signals';
import type { StartLimit } from './start-limit';
import type { Begun } from './send-limit';
import type { Message, Tell } from './word';

/** How long a workflow that has a child's id may take to say that it is the child. */
const ANSWER_MS = 30_000;

/** What a child needs of the workflow that it is a child of. */
export interface Family {
  readonly context: SendContext;
  readonly exchange: Exchange;
  readonly startLimit: StartLimit;
  readonly views: ChildViews;
  /** Hears how children end. */
  readonly ends: ChildEnds;
  /** A child has begun to run. */
  joined(child: Child): void;
  /** Nobody needs the child any more. */
  left(child: Child): void;
}

/** One item's workflow: brought to where it should be, one step at a time, whatever happens meanwhile. */
export class Child implements Linked, RunListener, ChannelOwner {
  readonly as = 'parent';
  readonly path: ManagedPath;
  readonly item: EntityRef;
  /** The item as the child calls it. */
  readonly entity: EntityRef;
  readonly workflowId: string;
  readonly channel: SignalChannel;
  /** The relations of the root entity that hold the item. */
  listedOn: readonly string[] = [];
  /** Whether the child's item is there. */
  wanted = true;
  /** What is known of the child. */
  readonly known: ChildRecord;
  readonly #family: Family;
  /** Whether the workflow that was asked to be the child has said how it is. */
  #isAnswered = false;
  #stopAs: ManagedPath['onRemoved'] = 'cancel';
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
    this.path = path;
    this.item = item;
    this.entity = entity;
    this.workflowId = workflowId;
    this.known = new ChildRecord(carried);
    this.#family = family;
    const outlet = new ExchangeOutlet(family.exchange, this);
    const { context } = family;
    this.channel = new SignalChannel(workflowId, context, outlet, this, carried.controls);
  }

  get status(): ChildStatus | undefined {
    return this.known.status;
  }

  get info(): ChildInfo {
    const { status = 'starting', syncedAt, error } = this.known;
    return {
      workflowId: this.workflowId,
      workflowType: this.path.workflowType,
      entityName: this.entity.name,
      id: this.entity.id,
      path: this.path.field,
      status,
      lastSyncedAt: iso(syncedAt),
      error: error ?? this.channel.problem,
    };
  }

  /** It, where it runs and Temporal does not tell this run how it ends: the run before started it, or another parent. */
  get unfollowed(): RunRef | undefined {
    const { workflowId } = this;
    const { state, runId, isFollowed } = this.known;
    return state === 'running' && runId !== undefined && !isFollowed ? { workflowId, runId } : undefined;
  }

  /** The signal by which a message without content is sent. */
  control(message: Exclude<Message, Tell>): readonly [signal: string, payload: unknown] {
    if (message.do === 'join') {
      const { link, pauses, isMade } = message;
      return ['parent', { ...this.#family.views.linkOf(this), link, pauses, isMade }];
    }
    const { known } = this;
    const how =
      this.#stopAs === 'cancel' && known.isSole && this.#family.context.has('soleParents')
        ? 'request'
        : this.#stopAs;
    known.isCancelDue = how === 'request';
    return LEAVES[how];
  }

  begun(run: string): void {
    this.#family.exchange.begun(this.workflowId);
    this.#join(run, true);
  }

  closed(run: string, how: HowItEnded): void {
    this.#ended(how.status, run, how.error);
    this.#family.ends.confirm(run, how);
  }

  /** The workflow is not there any more, and could not say so: somebody terminated it. */
  unreachable(): void {
    if (!this.known.isAsked) return this.#ended('terminated', this.known.runId);
    // It ended before it answered; in a moment its id is free.
    this.#family.exchange.gone(this.workflowId, 'parent');
    this.#isAnswered = true;
    this.known.otherEnded();
  }

  /** The child says how it is. */
  noticed({ status, was, runId, message, isSole }: ChildNotice): void {
    const { known } = this;
    known.synced();
    known.isSole = isSole ?? known.isSole;
    if (status === 'running') {
      if (known.isAsked) this.#join(runId, false);
      else if (known.state === 'running') known.renewed(runId);
    } else if (status === 'refused') {
      this.#family.exchange.gone(this.workflowId, 'parent');
      this.#fail(message ?? 'The workflow refuses to be its child.');
    } else if (status !== 'stranger') this.#ended(was ?? status, runId, message);
  }

  /** Nobody needs the child any more. */
  dismiss(how: ManagedPath['onRemoved']): void {
    this.wanted = false;
    this.#stopAs = how;
  }

  /** The child is needed after all. */
  recall(): void {
    this.wanted = true;
    if (this.known.isLive) this.known.recalled();
  }

  /** The child's item changed: what failed before may go well now. */
  retry(): void {
    if (this.status === 'failed') this.known.go('again');
  }

  /** Takes every step there is to take. One call at a time does so: another one has it look once more. */
  sync(): void {
    this.#isDue = true;
    if (this.#isBusy || this.#rests) return;
    this.#isBusy = true;
    const { shield, isLean } = this.#family.context;
    if (isLean && this.wanted && this.known.state === 'running') return this.#sendOnly();
    // Also when the parent is cancelled: its children are to hear of that.
    void shield.run(async () => {
      while (this.#isDue) {
        this.#isDue = false;
        while (await this.#step());
      }
      this.#isBusy = false;
    });
  }

  /** Sends what waits, as is all there is to do with most of many children: that takes half as many promises. */
  #sendOnly(): void {
    this.#isDue = false;
    const sent = (isSent: boolean): void => {
      if (isSent) this.known.reached();
      this.#isBusy = false;
      if (this.#isDue) this.sync();
    };
    void this.channel
      .send()
      .then((isSent) => (this.known.isCancelDue ? this.#sendAll().then(() => sent(isSent)) : sent(isSent)));
  }

  carry(): CarriedChild {
    return {
      item: this.item.id,
      id: this.path.idAttribute || this.entity.id !== this.item.id ? this.entity.id : undefined,
      ...this.known.carry(),
      controls: this.channel.carry(),
    };
  }

  /** Whether there is no step to take, as for most of many children: to find that out costs no promise. */
  get #rests(): boolean {
    if (!this.wanted) return false;
    const { state, hasEnded } = this.known;
    if (state === 'waiting') return !this.#family.startLimit.take(this);
    if (state === 'unanswered') return false;
    return state === 'running' ? this.channel.isIdle : hasEnded;
  }

  /** @returns whether there may be another step to take */
  async #step(): Promise<boolean> {
    const { known } = this;
    if (!this.wanted) {
      if (known.isLive) await this.#stop();
      if (!this.wanted) this.#family.left(this);
      return this.wanted;
    }
    switch (known.state) {
      case 'waiting':
      case 'starting':
        if (!this.#family.startLimit.take(this)) return false;
        await this.#start();
        return true;
      case 'attaching':
        await this.#attach();
        return true;
      case 'unanswered':
        return this.#family.context.has('askedAgain') && this.#askAgain();
      case 'running':
        return this.#send();
      case 'cancelled':
        if (!this.path.restart && !known.wasOther) return false;
        if (known.pause() > 0) await this.#family.context.condition(() => !this.wanted, known.pause());
        known.restarts();
        return true;
      case 'stopping':
      case 'completed':
      case 'failed':
        return false;
    }
  }

  async #start(): Promise<void> {
    const { context, exchange, startLimit } = this.#family;
    // The rest of what happens in this moment is part of what the child starts with.
    await Promise.resolve();
    try {
      await context.sendLimit.pass(() => this.#begin());
    } catch (error) {
      exchange.gone(this.workflowId, 'parent');
      // Either it runs already, as the child of somebody else or from before, or the id is somebody else's.
      if (error instanceof WorkflowExecutionAlreadyStartedError) this.known.go('exists');
      else if (error instanceof UserCodeError) throw error;
      else this.#fail(`It could not be started: ${messageOf(error)}`);
    } finally {
      startLimit.end(this);
    }
  }

  #begin(): Begun | undefined {
    if (!this.wanted) return undefined;
    const { context, views } = this.#family;
    this.known.starts();
    // All that waits is in what the child starts with.
    this.channel.clear();
    return startRun(context, this.path, this.workflowId, views.inputOf(this), this);
  }

  /** Asks the workflow that has the child's id whether it is the child. */
  async #attach(): Promise<void> {
    const { exchange, context } = this.#family;
    exchange.attach(this.workflowId);
    this.#isAnswered = false;
    await this.#sendAll();
    const isOver = (): boolean => this.#isAnswered || !this.wanted;
    // A load that arrives together with the time may have removed the item by now.
    if ((await context.condition(isOver, ANSWER_MS)) || isOver()) return;
    this.#isAnswered = true;
    this.known.error = `The id ${this.workflowId} is taken by a workflow that has not answered. Should it be the child, have workers poll its task queue: it is joined as soon as it answers. If it is somebody else's, end that one, or give the path includeParentId or another entityName.`;
    this.known.go(context.has('lateAnswers') ? 'silence' : 'fail');
  }

  /** Asks again: a workflow that has not answered may have ended without a word, and then nobody is there. */
  async #askAgain(): Promise<boolean> {
    const { known } = this;
    const { exchange, context } = this.#family;
    const isOver = (): boolean => known.state !== 'unanswered' || !this.wanted;
    // As above: the item may have gone in the moment in which the time was over.
    if ((await context.condition(isOver, known.nextSilence())) || isOver()) return true;
    exchange.attach(this.workflowId);
    await this.#sendAll();
    return true;
  }

  async #send(): Promise<boolean> {
    if (this.channel.isIdle) return false;
    if (await this.#sendAll()) this.known.reached();
    return !this.channel.isIdle;
  }

  /** Sends what waits. A child that is wanted again may have been told meanwhile that it is let go. */
  async #sendAll(): Promise<boolean> {
    const isSent = await this.channel.send();
    if (this.known.isCancelDue) await this.channel.requestCancel();
    this.known.isCancelDue = false;
    return isSent;
  }

  async #stop(): Promise<void> {
    this.known.stops();
    this.channel.clear();
    await this.#sendAll();
    this.#family.exchange.outgoing.forget(this.workflowId);
    this.known.stopped();
  }

  #join(run: string, isOurs: boolean): void {
    this.#isAnswered = true;
    this.known.joined(run, isOurs, this.#family.exchange.childOf(this.item)?.state === 'apart');
    this.#family.joined(this);
  }

  #ended(status: ChildEnd['status'], run: string | undefined, message = 'it does not say why'): void {
    const { known, workflowId, path, item } = this;
    if (!known.mayEnd(run)) return;
    this.#isAnswered = true;
    this.#family.exchange.gone(workflowId, 'parent');
    known.ended(status === 'terminated' || status === 'timedOut' ? 'cancelled' : status, run, message);
    if (!known.wasOther) {
      const error = status === 'failed' ? message : undefined;
      const end = { workflowId, entityName: item.name, id: item.id, path: path.field, status, error };
      this.#family.ends.add(end, known.isFollowed ? known.runId : undefined);
    }
    this.sync();
  }

  #fail(error: string): void {
    this.#isAnswered = true;
    this.known.failed(error);
  }
}
