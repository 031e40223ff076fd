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
import type { ChildInfo, ChildNotice, ChildStatus, ParentLink } from '../contract/hierarchy';
import type { ChangeSet, StartInput } from '../contract/wire';
import { own } from '../state/json';
import type { ManagedPath } from './managed-path';
import { MOST_PAYLOAD, sizeOf, tooLarge } from './messages';
import { type CarriedPeer, Peer, type Post } from './peer';
import type { Projection } from './projection';

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
  readonly unheard?: true;
  /** Whether it was started by hand. */
  readonly asked?: true;
  readonly peer?: CarriedPeer;
}

/** What a child needs of the workflow that it is a child of. */
export interface Family {
  readonly post: Post;
  /** Whether it is the child's turn to start. If not, it is told when it is. */
  mayStart(child: Child): boolean;
  /** The child has started, or could not. */
  hasStarted(child: Child): void;
  /** What a child starts with: all there is, so that nothing waits for it any more. */
  inputOf(child: Child): StartInput;
  /** What a workflow that may be the child is told of its parent. */
  linkOf(child: Child): ParentLink;
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
  /** The relations of the root entity that hold the item. */
  readonly listedOn = new Set<string>();
  /** Whether its item is there. */
  wanted = true;
  /** Whether anything has come from it. */
  heard: boolean;
  error?: string;
  /** The parent's clock when the child was given all that it begins with. */
  begunAt: number;
  #status?: ChildStatus;
  #runId?: string;
  /** What it was when it was told to stop, until that is said. */
  #stopping?: ChildStatus;
  /** The run that was told to stop, or that said how it ends: that it does is no news of the one after it. */
  #stoppedRunId?: string;
  /** Whether what ended was in the way of the child, and not the child. */
  #wasOther = false;
  #syncedAt?: number;
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
    { carried, projection }: { readonly carried?: CarriedChild; readonly projection?: Projection },
  ) {
    this.path = path;
    this.item = item;
    this.entity = entity;
    this.#family = family;
    this.peer = new Peer(
      workflowId,
      family.post,
      { entityName: entity.name, rename: (ref) => this.rename(ref), projection },
      carried?.peer,
    );
    this.#status = carried?.status;
    this.#runId = carried?.runId;
    if (!this.isLive) this.#stoppedRunId = this.#runId;
    this.#syncedAt = carried?.syncedAt;
    this.error = carried?.error;
    this.begunAt = carried?.begunAt ?? 0;
    this.heard = carried !== undefined && carried.unheard !== true;
  }

  /** How the child calls an entity. */
  rename(ref: EntityRef): EntityRef {
    return ref.name === this.item.name && ref.id === this.item.id ? this.entity : ref;
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
  mark({ upserts, unset }: ChangeSet): void {
    for (const [name, entities] of Object.entries(upserts))
      for (const [id, set] of Object.entries(entities))
        this.peer.dirty.mark(name, id, [...Object.keys(set), ...(own(own(unset, name), id) ?? [])]);
    this.sync();
  }

  tellAgain(name: string, id: string, field: string): void {
    this.peer.dirty.mark(name, id, [field]);
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
      if (this.#status !== 'attaching') return;
      this.#runId = runId;
      this.#join(true);
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
    if (status === undefined) return !this.#family.mayStart(this);
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
        if (!this.#family.mayStart(this)) return false;
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
    const { path } = this;
    const { post } = this.#family;
    // The rest of what happens in this moment is part of what it starts with.
    await Promise.resolve();
    const begin = (): { bytes: number; done: Promise<unknown> } => {
      if (!this.wanted) return { bytes: 0, done: Promise.resolve() };
      this.#status = 'starting';
      this.error = undefined;
      this.heard = false;
      this.#runId = undefined;
      this.#wasOther = false;
      const input = this.#family.inputOf(this);
      const bytes = sizeOf(input);
      if (bytes > MOST_PAYLOAD) return { bytes: 0, done: Promise.reject(tooLarge(bytes)) };
      const done = startChild(path.workflowType, {
        workflowId: this.workflowId,
        args: [input],
        // Temporal applies this at every continue-as-new of the parent.
        parentClosePolicy: ParentClosePolicy.ABANDON,
        cancellationType: ChildWorkflowCancellationType.ABANDON,
        ...(path.taskQueue !== undefined && { taskQueue: path.taskQueue }),
      }).then((handle) => {
        this.#runId = handle.firstExecutionRunId;
        this.#join(false);
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
      this.#family.hasStarted(this);
    }
  }

  /** Asks the workflow that has its id whether it is the one. */
  async #attach(): Promise<void> {
    try {
      await this.peer.signal('parent', this.#family.linkOf(this));
    } catch {
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
    try {
      if (await this.peer.send()) this.#syncedAt = Date.now();
      return !this.peer.isIdle;
    } catch {
      // It is not there any more, and could not say so: somebody terminated it.
      this.#ended('cancelled', this.#runId);
      return true;
    }
  }

  async #stop(): Promise<void> {
    this.#stopping = this.#status;
    this.#status = undefined;
    this.#stoppedRunId = this.#runId;
    try {
      if (this.#stopAs === 'complete') await this.peer.signal('status', 'completed');
      else await this.peer.signal(this.#stopAs === 'keep' ? 'release' : 'cancel');
    } catch {
      // It has ended already.
    }
    this.#stopping = undefined;
  }

  #join(ran: boolean): void {
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
    if (!this.isLive || (runId !== undefined && this.#runId !== undefined && runId !== this.#runId)) return;
    this.#wasOther = runId !== undefined && runId === this.#stoppedRunId;
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
      ...(this.#syncedAt !== undefined && { lastSyncedAt: new Date(this.#syncedAt).toISOString() }),
      ...((this.error ?? this.peer.problem) !== undefined && { error: this.error ?? this.peer.problem }),
    };
  }

  carry(): CarriedChild {
    const peer = this.peer.carry();
    return {
      item: this.item.id,
      ...(this.path.idAttribute !== undefined && { id: this.entity.id }),
      // Who has not been told yet to stop is told by the next run.
      status: this.#stopping ?? this.#status,
      runId: this.#runId,
      syncedAt: this.#syncedAt,
      error: this.error,
      begunAt: this.begunAt,
      ...(!this.heard && { unheard: true }),
      ...(peer && { peer }),
    };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
