import type { FaultKind } from '@stateful-workflow/core';

/** Which of a request's clocks ran out. */
export type TimeoutPhase = 'connect' | 'idle' | 'total';

/** What is wrong with a body. */
export type BodyProblem = 'charset' | 'empty' | 'encoding' | 'malformed' | 'oversized' | 'truncated';

/** What went wrong with a request, in the terms that `classify` decides by. */
export type HttpFailure =
  | {
      readonly type: 'status';
      readonly status: number;
      readonly retryAfterMs?: number;
      /** The answer is that of a rate limit, whatever its status. @default only with 429 */
      readonly isLimit?: boolean;
    }
  | { readonly type: 'network'; readonly code?: string }
  | { readonly type: 'timeout'; readonly phase: TimeoutPhase }
  | { readonly type: 'body'; readonly problem: BodyProblem }
  | { readonly type: 'redirect' }
  | { readonly type: 'credential' }
  /** An address that may not be reached, or a request that was not to be sent. */
  | { readonly type: 'egress' }
  /** A proxy that made no connection. */
  | { readonly type: 'proxy'; readonly status: number }
  /** A request that was not sent, since it would have been one too many. */
  | { readonly type: 'limit'; readonly retryAfterMs: number }
  /** What an answer is by a rule of the adapter's user. */
  | { readonly type: 'rule'; readonly kind: FaultKind; readonly retryAfterMs?: number };
