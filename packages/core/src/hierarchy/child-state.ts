import type { ChildStatus } from '../contract/hierarchy';

/** Where an item's workflow is on its way. */
export type ChildState =
  /** The child is started when it is its turn. */
  | 'waiting'
  /** The server has been asked to start it. */
  | 'starting'
  /** A workflow with the child's id runs already, and has been asked whether it is the child. */
  | 'attaching'
  /** That workflow has not answered in time; it may still. */
  | 'unanswered'
  | 'running'
  /** The child is being told to stop. */
  | 'stopping'
  | 'completed'
  | 'cancelled'
  | 'failed';

/** What happens to a child. */
export type ChildEvent =
  | 'start'
  /** A workflow with the child's id runs already. */
  | 'exists'
  | 'join'
  /** The child was let go by the link that it had, and is wanted again. */
  | 'rejoin'
  | 'silence'
  | 'complete'
  | 'cancel'
  | 'fail'
  /** What failed, or was cancelled, begins again. */
  | 'again'
  | 'stop'
  | 'stopped';

const ENDS = { complete: 'completed', cancel: 'cancelled', fail: 'failed' } as const;
const LIVE = { ...ENDS, rejoin: 'attaching', stop: 'stopping' } as const;

/** What becomes of each state; an event that it does not name changes nothing. */
const TRANSITIONS: { readonly [State in ChildState]: { readonly [Event in ChildEvent]?: ChildState } } = {
  waiting: { start: 'starting', fail: 'failed' },
  starting: { start: 'starting', exists: 'attaching', join: 'running', rejoin: 'attaching', fail: 'failed' },
  attaching: { ...LIVE, join: 'running', silence: 'unanswered' },
  unanswered: { ...LIVE, join: 'running', again: 'waiting' },
  running: LIVE,
  stopping: { stopped: 'waiting' },
  completed: {},
  cancelled: { again: 'waiting' },
  failed: { again: 'waiting', fail: 'failed' },
};

export const after = (state: ChildState, event: ChildEvent): ChildState => TRANSITIONS[state][event] ?? state;

/** Whether a child takes signals, as far as is known. */
export const isLive = (state: ChildState): boolean =>
  state === 'running' || state === 'attaching' || state === 'unanswered';

/** What the query `children` says of a state. */
export function statusOf(state: ChildState): ChildStatus | undefined {
  if (state === 'waiting' || state === 'stopping') return undefined;
  return state === 'unanswered' ? 'failed' : state;
}
