import {
  CancellationScope,
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
import type { ChildInfo, ChildNotice, ChildStatus } from '../contract/hierarchy';
import type { ChangeSet } from '../contract/wire';
import { isSame } from '../state/refs';
import { iso } from '../workflow/iso';
import type { ManagedPath } from './managed-path';
import { MOST_PAYLOAD, sizeOf, tooLarge } from './messages';
import { type CarriedPeer, Peer, type Post } from './peer';
import type { Portions } from './portions';
import { Projection } from './projection';
import type { StartTurns } from './start-turns';
import type { Begun } from './window';

/** How long a workflow that has a child's id may take to say that it is the one. */
const ANSWER_MS = 30_000;
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
  readonly begunAt?: number;
  readonly unheard?: boolean;
  /** Whether it was started by hand. */
  readonly asked?: true;
  readonly peer?: CarriedPeer;
}

/** What a child needs of the workflow that it is a child of. */
export interface Family {
  readonly post: Post;
  readonly turns: StartTurns;
  readonly portions: Portions;
  /** The child has begun to run: it may have missed something, if it ran before. */
  joined(child: Child, ran: boolean): void;
  /** Nobody needs the child any more. */
  left(child: Child): void;
}

/** One item's workflow: brought to where it should be, one step at a time, whatever happens meanwhile. */
export class Child {
  readonly path: ManagedPath;
  readonly item: EntityRef;
  /** The item as the child calls it. */
  readonly entity: EntityRef;
  readonly peer: Peer;
  /** What it is given instead of its item, where that is not given as it is. */
  readonly projection?: Projection;
  /** The relations of the root entity that hold the item. */
  readonly listedOn = new Set<string>();
  /** Whether its item is there. */
  wanted = true;
  /** Whether anything has come from it. */
  heard: boolean;
  /** What is wrong with it. */
  error: string | undefined;
  /** The parent's clock when the child was given all that it begins with. */
  begunAt: number;
  #status: ChildStatus | undefined;
  #runId: string | undefined;
  /** What it was when it was told to stop, until that is said. */
  #stopping?: ChildStatus;
  /** The run that was told to stop, or that said how it ends: that it does is no news of the one after it. */
  #stoppedRunId?: string;
  /** Whether what ended was in the way of the child, and not the child. */
  #wasOther = false;
  #syncedAt: number | undefined;
  #stopAs: ManagedPath['onRemoved'] = 'cancel';
  #joinedAt = 0;
  #pauses = 0;
  #busy = false;
  /** Whether something has happened since the last look. */
  #isDue = false;
  readonly #family: Family;

  constructor(
    path: ManagedPath,
    item: EntityRef,
    entity: EntityRef,
    workflowId: string,
    family: Family,
    carried: Partial<CarriedChild> = { unheard: true },
  ) {
    const { post } = family;
    const { status, runId, syncedAt, error, begunAt = 0, unheard, peer } = carried;
    this.path = path;
    this.item = item;
    this.entity = entity;
    this.#family = family;
    this.projection = path.processData && new Projection(post.store.schema, item);
    const rename = (ref: EntityRef): EntityRef => this.rename(ref);
    const receiver = { entityName: entity.name, rename, projection: this.projection };
    // It is not there any more, and could not say so: somebody terminated it.
    this.peer = new Peer(workflowId, post, receiver, () => this.#ended('cancelled', this.#runId), peer);
    this.#status = status;
    this.#runId = runId;
    if (!this.isLive) this.#stoppedRunId = runId;
    this.#syncedAt = syncedAt;
    this.error = error;
    this.begunAt = begunAt;
    this.heard = !unheard;
  }

  /** How the child calls an entity. */
  rename(ref: EntityRef): EntityRef {
    return isSame(ref, this.item) ? this.entity : ref;
  }

  get workflowId(): string {
    return this.peer.workflowId;
  }

  get status(): ChildStatus | undefined {
    return this.#status;
  }

  /** Whether it takes signals, as far as is known. */
  get isLive(): boolean {
    return this.#status === 'running' || this.#status === 'attaching';
  }

  /** Something came from it. */
  synced(): void {
    this.#syncedAt = Date.now();
    this.heard = true;
    // It gets on after all.
    if (this.#status === 'running') this.error = undefined;
  }

  /** It hears of changes, whether or not they are to its part. */
  tell(changes: ChangeSet): void {
    this.peer.dirty.note(changes);
    this.sync();
  }

  /** Nobody needs it any more. */
  dismiss(how: ManagedPath['onRemoved']): void {
    this.wanted = false;
    this.#stopAs = how;
  }

  /** Its item changed: what failed before may go well now. */
  retry(): void {
    if (this.#status === 'failed') this.#status = undefined;
  }

  /** It says how it is. */
  noticed({ status, runId, message }: ChildNotice): void {
    this.synced();
    if (status === 'running') {
      if (this.#status === 'attaching') this.#join(runId, true);
    } else if (status === 'refused') this.#fail(message ?? 'The workflow refuses to be its child.');
    else this.#ended(status, runId, message);
  }

  /** Takes every step there is to take. One run at a time: another has the first look once more. */
  sync(): void {
    this.#isDue = true;
    if (this.#busy || this.#rests) return;
    this.#busy = true;
    // Also when the workflow is cancelled: its children are told so.
    void CancellationScope.nonCancellable(async () => {
      while (this.#isDue) {
        this.#isDue = false;
        while (await this.#step());
      }
      this.#busy = false;
    });
  }

  /** Whether there is no step to take: so it is for most of many children, and a look costs them no promise. */
  get #rests(): boolean {
    const status = this.#status;
    if (!this.wanted) return false;
    if (status === undefined) return !this.#family.turns.take(this);
    return status === 'running' ? this.peer.isIdle : status === 'completed' || status === 'failed';
  }

  /** @returns whether there may be another step to take */
  async #step(): Promise<boolean> {
    if (!this.wanted) {
      if (this.isLive) await this.#stop();
      if (!this.wanted) this.#family.left(this);
      return this.wanted;
    }
    switch (this.#status) {
      case undefined:
      case 'starting':
        if (!this.#family.turns.take(this)) return false;
        await this.#start();
        return true;
      case 'attaching':
        await this.#attach();
        return true;
      case 'running':
        return this.#send();
      case 'cancelled':
        if (!this.path.restart && !this.#wasOther) return false;
        await condition(() => !this.wanted, Math.min(FIRST_PAUSE * 2 ** this.#pauses++, LONGEST_PAUSE));
        this.#status = undefined;
        return true;
      case 'completed':
      case 'failed':
        return false;
    }
  }

  async #start(): Promise<void> {
    const { path, workflowId } = this;
    const { post, portions, turns } = this.#family;
    // The rest of what happens in this moment is part of what it starts with.
    await Promise.resolve();
    const begin = (): Begun | undefined => {
      if (!this.wanted) return undefined;
      this.#status = 'starting';
      this.error = undefined;
      this.heard = false;
      this.#runId = undefined;
      this.#wasOther = false;
      const input = portions.inputOf(this);
      const bytes = sizeOf(input);
      if (bytes > MOST_PAYLOAD) throw tooLarge(bytes);
      const done = startChild(path.workflowType, {
        workflowId,
        args: [input],
        // Temporal applies this at every continue-as-new of the parent.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        taskQueue: path.taskQueue,
      }).then((handle) => {
        this.#join(handle.firstExecutionRunId, false);
        this.#follow(handle.firstExecutionRunId, handle.result());
      });
      return { bytes: bytes + 500, done };
    };
    try {
      await post.window.pass(begin);
    } catch (error) {
      // Either it runs already, as the child of somebody else or from before, or the id is somebody else's.
      if (error instanceof WorkflowExecutionAlreadyStartedError) this.#status = 'attaching';
      else this.#fail(`It could not be started: ${messageOf(error)}`);
    } finally {
      turns.end(this);
    }
  }

  /** Asks the workflow that has its id whether it is the one. */
  async #attach(): Promise<void> {
    if (!(await this.peer.signal('parent', this.#family.portions.linkOf(this)))) {
      // It ended meanwhile; in a moment its id is free.
      if (this.#status === 'attaching') {
        this.#status = 'cancelled';
        this.#wasOther = true;
      }
      return;
    }
    const answered = await condition(() => this.#status !== 'attaching' || !this.wanted, ANSWER_MS);
    if (!answered)
      this.#fail(
        `The id ${this.workflowId} is taken by a workflow that does not answer as one of this library does. End that one, or give the path includeParentId or another entityName.`,
      );
  }

  async #send(): Promise<boolean> {
    if (this.peer.isIdle) return false;
    if (await this.peer.send()) this.#syncedAt = Date.now();
    return !this.peer.isIdle;
  }

  async #stop(): Promise<void> {
    this.#stopping = this.#status;
    this.#status = undefined;
    this.#stoppedRunId = this.#runId;
    const how = this.#stopAs;
    if (how === 'complete') await this.peer.signal('status', 'completed');
    else await this.peer.signal(how === 'keep' ? 'release' : 'cancel');
    this.#stopping = undefined;
  }

  #join(runId: string, ran: boolean): void {
    this.#runId = runId;
    this.#status = 'running';
    this.#stoppedRunId = undefined;
    this.error = undefined;
    this.#joinedAt = this.#syncedAt = Date.now();
    this.#family.joined(this, ran);
  }

  /** Learns from Temporal how the child ends, as long as this run lives. */
  #follow(runId: string, result: Promise<unknown>): void {
    result.then(
      () => this.#ended('completed', runId),
      (error: unknown) => {
        const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
        const ended = [CancelledFailure, TerminatedFailure, TimeoutFailure].some(
          (type) => cause instanceof type,
        );
        this.#ended(ended ? 'cancelled' : 'failed', runId, messageOf(cause));
      },
    );
  }

  #ended(status: 'completed' | 'cancelled' | 'failed', runId: string | undefined, message?: string): void {
    // It is heard of twice, by its own word and by Temporal's; and an earlier run's end is no news.
    if (!this.isLive || (runId && this.#runId && runId !== this.#runId)) return;
    this.#wasOther = !!runId && runId === this.#stoppedRunId;
    this.#status = this.#wasOther ? 'cancelled' : status;
    // It says so before it closes, and may still be in the way of the next.
    this.#stoppedRunId = runId;
    if (Date.now() - this.#joinedAt > LONGEST_PAUSE) this.#pauses = 0;
    if (this.#status === 'failed') this.error = `It failed: ${message ?? 'it does not say why'}`;
    this.sync();
  }

  #fail(error: string): void {
    this.#status = 'failed';
    this.error = error;
  }

  get info(): ChildInfo {
    return {
      workflowId: this.workflowId,
      workflowType: this.path.workflowType,
      entityName: this.entity.name,
      id: this.entity.id,
      path: this.path.field,
      status: this.#status ?? 'starting',
      lastSyncedAt: iso(this.#syncedAt),
      error: this.error ?? this.peer.problem,
    };
  }

  carry(): CarriedChild {
    return {
      item: this.item.id,
      id: this.path.idAttribute && this.entity.id,
      // Who has not been told yet to stop is told by the next run.
      status: this.#stopping ?? this.#status,
      runId: this.#runId,
      syncedAt: this.#syncedAt,
      error: this.error,
      begunAt: this.begunAt,
      unheard: !this.heard || undefined,
      peer: this.peer.carry(),
    };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
