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
import type { ChildInfo, ChildNotice, ChildStatus } from '../contract/hierarchy';
import { iso } from '../workflow/iso';
import { has } from '../workflow/patches';
import { UserCodeError } from '../workflow/user-code';
import type { ManagedPath } from './managed-path';
import type { Exchange } from './exchange';
import { outletOf } from './outlet';
import { type CarriedControls, type Peer, peerOf, type Post } from './peer';
import type { Portions } from './portions';
import { LEAVES } from './signals';
import { MOST_PAYLOAD, sizeOf, tooLarge } from './size';
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
  readonly post: Post;
  readonly exchange: Exchange;
  readonly turns: StartTurns;
  readonly portions: Portions;
  /** The child has begun to run. */
  joined(): void;
  /** Nobody needs the child any more. */
  left(child: Child): void;
}

/** One item's workflow: brought to where it should be, one step at a time, whatever happens meanwhile. */
export interface Child {
  readonly path: ManagedPath;
  readonly item: EntityRef;
  /** The item as the child calls it. */
  readonly entity: EntityRef;
  readonly workflowId: string;
  readonly peer: Peer;
  /** The relations of the root entity that hold the item. */
  readonly listedOn: Set<string>;
  /** Whether its item is there. */
  wanted: boolean;
  /** Whether anything has come from it. */
  heard: boolean;
  /** What is wrong with it. */
  error: string | undefined;
  readonly status: ChildStatus | undefined;
  readonly info: ChildInfo;
  /** Something came from it. */
  synced(): void;
  /** It says how it is. */
  noticed(notice: ChildNotice): void;
  /** Nobody needs it any more. */
  dismiss(how: ManagedPath['onRemoved']): void;
  /** It is needed after all. */
  recall(): void;
  /** Its item changed: what failed before may go well now. */
  retry(): void;
  /** Takes every step there is to take. One run at a time: another has the first look once more. */
  sync(): void;
  carry(): CarriedChild;
}

export function childOf(
  path: ManagedPath,
  item: EntityRef,
  entity: EntityRef,
  workflowId: string,
  family: Family,
  carried: Partial<CarriedChild> = { unheard: true },
): Child {
  const { post, exchange, turns, portions } = family;
  let { status, runId, syncedAt, isSole = false } = carried;
  /** What it was when it was told to stop, until that is said. */
  let stopping: ChildStatus | undefined;
  /** Whether it failed because it has not answered: it may do so still. */
  let isAwaited = false;
  /** Whether who was asked to be the child has said how it is. */
  let isAnswered = false;
  /** Whether it takes signals, as far as is known. */
  const isLive = (): boolean => status === 'running' || status === 'attaching' || isAwaited;
  /** The run that was told to stop, or that said how it ends: that it does is no news of the one after it. */
  let stoppedRunId = isLive() ? undefined : runId;
  /** Whether what ended was in the way of the child, and not the child. */
  let wasOther = false;
  let stopAs: ManagedPath['onRemoved'] = 'cancel';
  /** Whether the server is to cancel it as well: it was told so, and closes as the request comes. */
  let isCancelDue = carried.isCancelDue ?? false;
  let joinedAt = 0;
  let pauses = 0;
  let isBusy = false;
  /** Whether something has happened since the last look. */
  let isDue = false;

  /** How it is told to stop. */
  const leave = (): keyof typeof LEAVES =>
    stopAs === 'cancel' && isSole && has('soleParents') ? 'request' : stopAs;
  const outlet = outletOf(exchange, {
    workflowId,
    as: 'parent',
    item,
    entity,
    control(message) {
      if (message.do !== 'join') {
        const how = leave();
        isCancelDue = how === 'request';
        return LEAVES[how];
      }
      const { link, pauses, isMade } = message;
      return ['parent', { ...portions.linkOf(self), link, pauses, isMade }];
    },
  });
  // It is not there any more, and could not say so: somebody terminated it.
  const onGone = (): void => {
    if (status !== 'attaching') return ended('cancelled', runId);
    // It ended meanwhile; in a moment its id is free.
    exchange.gone(workflowId, 'parent');
    isAnswered = true;
    status = 'cancelled';
    wasOther = true;
  };
  const peer = peerOf(workflowId, post, outlet, onGone, carried.controls);

  const fail = (error: string): void => {
    isAnswered = true;
    status = 'failed';
    self.error = error;
  };

  const join = (run: string, ran: boolean): void => {
    isAwaited = false;
    // It is this parent's own, until it says that it has another.
    if (!ran) isSole = true;
    isAnswered = true;
    runId = run;
    // It was let go meanwhile, and is wanted again by another link.
    const isApart = exchange.childOf(item)?.state === 'apart';
    status = isApart ? 'attaching' : 'running';
    stoppedRunId = isApart ? run : undefined;
    self.error = undefined;
    joinedAt = syncedAt = Date.now();
    family.joined();
  };

  const ended = (
    how: 'completed' | 'cancelled' | 'failed',
    run: string | undefined,
    message = 'it does not say why',
  ): void => {
    // It is heard of twice, by its own word and by Temporal's; and an earlier run's end is no news.
    if (!isLive() || (run && runId && run !== runId)) return;
    isAwaited = false;
    isAnswered = true;
    exchange.gone(workflowId, 'parent');
    wasOther = !!run && run === stoppedRunId;
    status = wasOther ? 'cancelled' : how;
    // It says so before it closes, and may still be in the way of the next.
    stoppedRunId = run;
    if (Date.now() - joinedAt > LONGEST_PAUSE) pauses = 0;
    if (status === 'failed') self.error = `It failed: ${message}`;
    self.sync();
  };

  /** Learns from Temporal how the child ends, as long as this run lives. */
  const follow = (run: string, result: Promise<unknown>): void => {
    result.then(
      () => ended('completed', run),
      (error: unknown) => {
        const cause = error instanceof ChildWorkflowFailure ? error.cause : error;
        const wasEnded = [CancelledFailure, TerminatedFailure, TimeoutFailure].some(
          (type) => cause instanceof type,
        );
        ended(wasEnded ? 'cancelled' : 'failed', run, messageOf(cause));
      },
    );
  };

  const begin = (): Begun | undefined => {
    if (!self.wanted) return undefined;
    status = 'starting';
    isAwaited = false;
    self.error = runId = undefined;
    self.heard = wasOther = false;
    const input = portions.inputOf(self);
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
      exchange.begun(workflowId);
      join(handle.firstExecutionRunId, false);
      follow(handle.firstExecutionRunId, handle.result());
    });
    return { bytes: bytes + 500, done };
  };

  const start = async (): Promise<void> => {
    // The rest of what happens in this moment is part of what it starts with.
    await Promise.resolve();
    try {
      await post.window.pass(begin);
    } catch (error) {
      exchange.gone(workflowId, 'parent');
      // Either it runs already, as the child of somebody else or from before, or the id is somebody else's.
      if (error instanceof WorkflowExecutionAlreadyStartedError) status = 'attaching';
      else if (error instanceof UserCodeError) throw error;
      else fail(`It could not be started: ${messageOf(error)}`);
    } finally {
      turns.end(self);
    }
  };

  /** Asks the workflow that has its id whether it is the one. */
  const attach = async (): Promise<void> => {
    exchange.attach(workflowId);
    isAnswered = false;
    await sendAll();
    if (await condition(() => isAnswered || !self.wanted, ANSWER_MS)) return;
    fail(
      `The id ${workflowId} is taken by a workflow that has not answered. Should it be the child, have workers poll its task queue: it is joined as soon as it answers. If it is somebody else's, end that one, or give the path includeParentId or another entityName.`,
    );
    isAwaited = has('lateAnswers');
  };

  /** Sends what waits; who was told that it is let go may have been, although it is wanted again. */
  const sendAll = async (): Promise<boolean> => {
    const isSent = await peer.send();
    if (isCancelDue) await peer.requestCancel();
    isCancelDue = false;
    return isSent;
  };

  const send = async (): Promise<boolean> => {
    if (peer.isIdle) return false;
    if (await sendAll()) syncedAt = Date.now();
    return !peer.isIdle;
  };

  const stop = async (): Promise<void> => {
    stopping = isAwaited ? 'attaching' : status;
    status = undefined;
    isAwaited = false;
    stoppedRunId = runId;
    peer.clear();
    await sendAll();
    exchange.outgoing.forget(workflowId);
    stopping = undefined;
  };

  /** @returns whether there may be another step to take */
  const step = async (): Promise<boolean> => {
    if (!self.wanted) {
      if (isLive()) await stop();
      if (!self.wanted) family.left(self);
      return self.wanted;
    }
    switch (status) {
      case undefined:
      case 'starting':
        if (!turns.take(self)) return false;
        await start();
        return true;
      case 'attaching':
        await attach();
        return true;
      case 'running':
        return send();
      case 'cancelled':
        if (!path.restart && !wasOther) return false;
        await condition(() => !self.wanted, Math.min(FIRST_PAUSE * 2 ** pauses++, LONGEST_PAUSE));
        status = undefined;
        return true;
      case 'completed':
      case 'failed':
        return false;
    }
  };

  /** Whether there is no step to take: so it is for most of many children, and a look costs them no promise. */
  const rests = (): boolean => {
    if (!self.wanted) return false;
    if (status === undefined) return !turns.take(self);
    return status === 'running' ? peer.isIdle : status === 'completed' || status === 'failed';
  };

  const self: Child = {
    path,
    item,
    entity,
    workflowId,
    peer,
    listedOn: new Set(),
    wanted: true,
    heard: !carried.unheard,
    error: carried.error,
    get status() {
      return status;
    },
    get info() {
      return {
        workflowId,
        workflowType: path.workflowType,
        entityName: entity.name,
        id: entity.id,
        path: path.field,
        status: status ?? 'starting',
        lastSyncedAt: iso(syncedAt),
        error: self.error ?? peer.problem,
      };
    },
    synced() {
      syncedAt = Date.now();
      self.heard = true;
      // It gets on after all.
      if (status === 'running') self.error = undefined;
    },
    noticed({ status: how, runId: run, message, isSole: sole = isSole }) {
      self.synced();
      isSole = sole;
      if (how === 'running') {
        if (status === 'attaching' || isAwaited) join(run, true);
        // It began anew, started by another of its parents, and was joined by itself.
        else if (status === 'running') runId = run;
      } else if (how === 'refused') {
        exchange.gone(workflowId, 'parent');
        fail(message ?? 'The workflow refuses to be its child.');
        isAwaited = false;
      } else if (how !== 'stranger') ended(how, run, message);
    },
    dismiss(how) {
      self.wanted = false;
      stopAs = how;
    },
    recall() {
      self.wanted = true;
      // It has been let go by the link that it had, and may have heard of that.
      if (!isLive()) return;
      status = 'attaching';
      stoppedRunId = runId;
    },
    retry() {
      if (status !== 'failed') return;
      status = undefined;
      isAwaited = false;
    },
    sync() {
      isDue = true;
      if (isBusy || rests()) return;
      isBusy = true;
      // Also when the workflow is cancelled: its children are told so.
      void post.shield.run(async () => {
        while (isDue) {
          isDue = false;
          while (await step());
        }
        isBusy = false;
      });
    },
    carry: () => ({
      item: item.id,
      id: path.idAttribute && entity.id,
      // Who has not been told yet to stop is told by the next run; who has not answered yet is asked again.
      status: stopping ?? (isAwaited ? 'attaching' : status),
      runId,
      syncedAt,
      error: self.error,
      unheard: !self.heard || undefined,
      isSole: isSole || undefined,
      isCancelDue: isCancelDue || undefined,
      controls: peer.carry(),
    }),
  };
  return self;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
