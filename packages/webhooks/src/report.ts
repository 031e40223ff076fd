/**
 * What came of a request:
 * - `accepted`: Temporal has the signal
 * - `duplicate`: the same event was accepted before
 * - `ignored`: `target` named no entity
 * - `unknown`: no entity that it is about has a workflow that could take it
 * - `refused`: it is not proven who sent it, or it is too old
 * - `invalid`: not a webhook: another method, too large, too slow, no JSON
 * - `busy`: there are too many requests at a time
 * - `unavailable`: Temporal, or the store of the secrets, could not be reached in time
 * - `failed`: the application is at fault: its options, its secrets, its `target`
 */
export type WebhookOutcome =
  | 'accepted'
  | 'duplicate'
  | 'ignored'
  | 'unknown'
  | 'refused'
  | 'invalid'
  | 'busy'
  | 'unavailable'
  | 'failed';

/** What came of a request, for metrics. No field holds a secret, a signature or a body. */
export interface WebhookReport {
  /** What came of it. */
  readonly outcome: WebhookOutcome;
  /** The HTTP status of the answer. */
  readonly status: number;
  /** Whose webhooks they are: the option `from`. */
  readonly from: string;
  /** How long it took to answer, in milliseconds. */
  readonly durationMs: number;
  /** The event's id, of one that is proven. */
  readonly id?: string;
  /** The kind of event, of one that is proven. */
  readonly type?: string;
  /** The workflows that it is about. */
  readonly workflowIds?: readonly string[];
  /** Why it was not taken, in words for the log; what a stranger may not know is only here. */
  readonly reason?: string;
}

/** An answer with what is known of its request. */
export interface Verdict extends Omit<WebhookReport, 'from' | 'durationMs'> {
  /** Told to the sender. Never of what is wrong with a signature. */
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not gone on with. */
export class Turned extends Error {
  constructor(readonly verdict: Verdict) {
    super(verdict.reason);
  }
}

/** How long a sender is to wait before it tries again, in seconds. */
const RETRY_AFTER = '10';

const turned = (outcome: Verdict['outcome'], status: number, reason: string, more: Partial<Verdict> = {}) =>
  new Turned({ outcome, status, reason, ...more });

/** All that a stranger hears. */
export const refused = (reason: string): Turned => turned('refused', 401, reason);

/** What a sender may know, since it tells nothing of secrets. */
export const invalid = (status: number, message: string, headers?: Verdict['headers']): Turned =>
  turned('invalid', status, message, { message, headers });

export const busy = (): Turned =>
  turned('busy', 503, 'there are too many requests at a time', { headers: { 'retry-after': RETRY_AFTER } });

export const unavailable = (reason: string): Turned =>
  turned('unavailable', 503, reason, { headers: { 'retry-after': RETRY_AFTER } });

export const failed = (reason: string, message?: string): Turned =>
  turned('failed', 500, reason, { message });

/** The answer of a verdict. */
export function answerOf({ status, outcome, message, headers }: Verdict): Response {
  return Response.json(
    { outcome, ...(message && { message }) },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  );
}
