import { createHash } from 'node:crypto';
import type { Context } from '@temporalio/activity';
import { stringify } from 'safe-stable-stringify';
import type { Checkpoint, Credential, Fault, LoadContext, LoadLog, LoadMetrics } from '../contract/adapter';
import { checkApiUrl } from '../contract/api-url';
import { CredentialError } from '../contract/errors';
import type { LoadRequest } from '../contract/load';
import { isReference } from '../contract/payloads';
import type { Secret } from '../contract/secret';
import { Concealment, LONGEST_TEXT } from '../credentials/concealment';
import { forgetCredential, resolveCredential, type Vault } from '../credentials/resolve';
import { activityMetrics } from './activity-metrics';
import type { WatchProgress } from './watch-progress';

/** What a heartbeat holds. */
interface Beat {
  /** Holds placeholders where the adapter's had a credential: of the one for `origin`. */
  readonly progress?: unknown;
  readonly origin?: string;
  /** Names the pages up to there, where they were kept. */
  readonly kept?: string;
  readonly watch?: WatchProgress;
  /** How many attempts got further and then had to wait for a limit of the source. */
  readonly waits?: number;
}

const lastBeat = (activity: Context): Beat => (activity.info.heartbeatDetails ?? {}) as Beat;

/** How many attempts of an activity have failed before this one. */
export const failuresBefore = (activity: Context): number =>
  activity.info.attempt - 1 - (lastBeat(activity).waits ?? 0);

/** The context of one load attempt, with what the harness has to know of it afterwards. */
export class AttemptContext implements LoadContext {
  readonly signal: AbortSignal;
  readonly entity: LoadContext['entity'];
  /** What the load before left, as it is stored: with placeholders in place of credentials. */
  readonly before: Checkpoint | undefined;
  readonly apiUrl: string | undefined;
  readonly caller: string;
  readonly log: LoadLog;
  readonly metrics: LoadMetrics;
  readonly demandedAt: number | undefined;
  /** Names what validators and cursor of this load are about. */
  readonly about: string;
  /** Every secret this attempt has held, and the net that keeps them in. */
  readonly concealment = new Concealment();
  /** The credential in use. */
  fingerprint?: string;
  /** Whether the adapter asked where the attempt before got to, and so does not begin at the beginning. */
  hasResumed = false;
  /** Whether the source can say when a look is worth it. */
  isHinted = false;
  /** What the next look is to know. */
  watch: WatchProgress | undefined;
  /** Whether the server has a place to go on from, of this attempt or of one before it. */
  hasToldProgress: boolean;
  #checkpoint: Checkpoint | undefined;
  #resumeFrom: unknown;
  /** The origin that the credential was last resolved for. */
  #origin: string | undefined;
  readonly #activity: Context;
  readonly #request: LoadRequest;
  readonly #vault: Vault;
  #progress: unknown;
  #progressOrigin: string | undefined;
  #kept: string | undefined;
  /** Whether the server knows where the adapter has got to, or knows that of no place at all. */
  #isTold = true;
  #waits: number;
  #hasAdvanced = false;

  constructor(activity: Context, request: LoadRequest, signal: AbortSignal, vault: Vault, adapter: string) {
    this.signal = signal;
    this.entity = request.entity;
    this.caller = callerOf(activity, request);
    this.about = aboutOf(request);
    this.before = stillAbout(request.checkpoint, this.about);
    this.#checkpoint = this.before;
    this.apiUrl = request.apiUrl === undefined ? undefined : checkApiUrl(request.apiUrl);
    this.demandedAt = request.demanded && activity.info.attempt === 1 ? Date.now() : undefined;
    this.#resumeFrom = lastBeat(activity).progress;
    this.#progress = this.#resumeFrom;
    this.#progressOrigin = lastBeat(activity).origin;
    this.#kept = lastBeat(activity).kept;
    this.watch = lastBeat(activity).watch;
    this.hasToldProgress = this.#progress !== undefined;
    this.#waits = lastBeat(activity).waits ?? 0;
    this.#activity = activity;
    this.#request = request;
    this.#vault = vault;
    this.log = concealingLog(activity, this.concealment, { adapter, source: request.source });
    this.metrics = activityMetrics(activity, this.concealment, { adapter, source: request.source });
  }

  get checkpoint(): Checkpoint | undefined {
    return this.#checkpoint;
  }

  /**
   * Puts the credential in use where the checkpoint and the place to go on from have placeholders for it. To be done
   * before the adapter reads them.
   *
   * @throws CredentialError as {@link credential} does
   */
  async putBack(): Promise<void> {
    const { progress, origin } = lastBeat(this.#activity);
    for (const needed of new Set([this.before?.origin, origin]))
      // Without a credential there is nothing to put back: the load begins at the beginning.
      if (needed !== undefined && (await this.credential(needed)) === undefined) {
        this.#checkpoint = withoutPlace(this.before);
        this.#resumeFrom = undefined;
        return;
      }
    this.#checkpoint = this.concealment.putBack(this.before);
    this.#resumeFrom = this.concealment.putBack(progress);
  }

  /**
   * What is to come back to a later attempt, without secrets.
   *
   * @returns it, and the origin of the credential that is to be put back into it
   * @throws StatefulWorkflowError `SECRET_EXPOSED` that names the place
   */
  stored<T>(value: T, place: string): { readonly value: T; readonly origin?: string } {
    const stored = this.concealment.stored(value, place);
    return stored === value ? { value } : { value: stored, origin: this.#origin };
  }

  get resumeFrom(): unknown {
    this.hasResumed ||= this.#resumeFrom !== undefined;
    return this.#resumeFrom;
  }

  /** Where the attempt before got to, for an adapter that sees itself to it that nothing of that is lost. */
  get left(): unknown {
    return this.#resumeFrom;
  }

  /** The reference of the credential, as the workflow has it. */
  get reference(): string | undefined {
    return this.#request.credential;
  }

  /** Whether somebody said that a sweep may remove as much as it likes. */
  get acceptsDeletions(): boolean {
    return this.#request.acceptsDeletions === true;
  }

  async credential(origin: string): Promise<Credential | undefined> {
    const { credential: reference, refused } = this.#request;
    if (reference === undefined) return undefined;
    const { workflowType, namespace } = this.#activity.info;
    const credential = await resolveCredential(reference, { origin, workflowType, namespace }, this.#vault);
    this.concealment.addCredential(credential.secret);
    this.#origin = origin;
    if (!isReference(reference))
      this.log.warn(
        'The token of this load stands in plaintext in the history of the workflow, because allowPlaintextTokens is set',
      );
    this.fingerprint = credential.fingerprint;
    if (refused === credential.fingerprint) {
      throw new CredentialError(
        'CREDENTIAL_MISSING',
        `The credential (fingerprint ${refused}) was refused before, so it is not sent again for now. Rotate the secret, or send the workflow a new apiToken.`,
      );
    }
    return credential;
  }

  conceal(secret: Secret): void {
    this.concealment.add(secret);
  }

  /** The source has refused the credential. */
  forgetCredential(): void {
    const { credential: reference } = this.#request;
    if (reference !== undefined) forgetCredential(reference, this.#vault);
  }

  heartbeat(progress: unknown): void {
    const { value, origin } = this.#storedProgress(progress);
    this.#progress = value;
    this.#progressOrigin = origin;
    this.#hasAdvanced = value !== undefined || progress === undefined;
    // The pages that were kept end before it.
    this.#kept = undefined;
    this.#isTold = false;
  }

  /** Tells the server where the adapter has got to, if it does not know that yet. */
  tellProgress(): void {
    if (!this.#isTold) this.beat();
  }

  /** Nothing, where a secret in it could not be put back: then the next attempt begins anew. */
  #storedProgress(progress: unknown): ReturnType<AttemptContext['stored']> {
    try {
      return this.stored(progress, 'the progress');
    } catch (error) {
      this.log.warn('An attempt after this one would begin anew', { error: String(error) });
      return { value: undefined };
    }
  }

  /** Whether a fault only holds this attempt back, which got further before: then it has not failed. */
  isHeldBack({ kind }: Fault): boolean {
    return kind === 'throttled' && this.#hasAdvanced;
  }

  /** Has the next attempt know that this one has not failed. */
  countWait(): void {
    this.#waits++;
    this.beat();
  }

  /** Whether there is a place to go on from. */
  get hasProgress(): boolean {
    return this.#progress !== undefined;
  }

  /** Names the pages up to the place to go on from, where they were kept. */
  get kept(): string | undefined {
    return this.#kept;
  }

  /** Says that the pages up to there were kept. */
  keep(digest: string): void {
    this.#kept = digest;
    this.beat();
  }

  /** Says that the attempt is alive and how far it is; also how a cancellation arrives. */
  beat(): void {
    this.#activity.heartbeat(this.#beat());
  }

  /** The same, sent by now. @returns whether the attempt may go on */
  async beatNow(): Promise<boolean> {
    const { client, info } = this.#activity;
    try {
      await client.activity.heartbeat(info.taskToken, this.#beat());
      return true;
    } catch {
      return false;
    }
  }

  #beat(): Beat {
    this.#isTold = true;
    this.hasToldProgress = this.#progress !== undefined;
    return {
      progress: this.#progress,
      origin: this.#progressOrigin,
      kept: this.#kept,
      watch: this.watch,
      waits: this.#waits,
    };
  }

  /** The same context with a wait of its own. */
  until(signal: AbortSignal): LoadContext {
    return {
      signal,
      entity: this.entity,
      checkpoint: this.checkpoint,
      apiUrl: this.apiUrl,
      caller: this.caller,
      log: this.log,
      metrics: this.metrics,
      demandedAt: this.demandedAt,
      credential: (origin) => this.credential(origin),
      conceal: (secret) => this.conceal(secret),
      heartbeat: (progress) => this.heartbeat(progress),
    };
  }

  /** The look is over: the next one begins anew, with what the watch knows. The server has yet to be told. */
  endLook(watch: WatchProgress): void {
    this.watch = watch;
    this.heartbeat(undefined);
  }
}

/** A log without secrets, and without what others said at length. */
export function concealingLog(
  { log }: Pick<Context, 'log'>,
  concealment: Concealment,
  tags: Record<string, string>,
): LoadLog {
  const write =
    (level: 'debug' | 'info' | 'warn') => (message: string, attributes?: Record<string, unknown>) => {
      log[level](concealment.shortText(message), { ...shown(attributes, concealment), ...tags });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn') };
}

/** Attributes without secrets. Takes whatever JSON cannot, too: a load does not fail because of what it logs. */
function shown(
  attributes: Record<string, unknown> | undefined,
  concealment: Concealment,
): Record<string, unknown> {
  if (attributes === undefined) return {};
  const written = stringify(attributes) ?? '{}';
  const text = concealment.text(written);
  if (text.length > LONGEST_TEXT) return { attributes: concealment.shortText(written) };
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A secret stood where its replacement cannot: as a number.
    return { attributes: text };
  }
}

/** Names who asks, for people and for whatever an adapter keeps by it. */
function callerOf({ info }: Context, { source }: LoadRequest): string {
  const { namespace, workflowExecution } = info;
  const name = `${source} ${workflowExecution?.workflowId ?? ''}`.trim();
  return namespace === 'default' ? name : `[${namespace}] ${name}`;
}

function aboutOf({ query, apiUrl }: LoadRequest): string {
  return createHash('sha256')
    .update(JSON.stringify([query, apiUrl]))
    .digest('base64url')
    .slice(0, 8);
}

/** A checkpoint without what does not hold for this query and address. */
function stillAbout(checkpoint: Checkpoint | undefined, about: string): Checkpoint | undefined {
  return checkpoint?.about === undefined || checkpoint.about === about
    ? checkpoint
    : withoutPlace(checkpoint);
}

/** A checkpoint that says what there was, and not where to go on. */
function withoutPlace(checkpoint: Checkpoint | undefined): Checkpoint | undefined {
  return (
    checkpoint && {
      digest: checkpoint.digest,
      hinted: checkpoint.hinted,
      credential: checkpoint.credential,
    }
  );
}
