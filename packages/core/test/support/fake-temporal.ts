import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  TerminatedFailure,
} from '@temporalio/workflow';
import type { Envelope } from '../../src/contract/hierarchy';
import type { StartInput } from '../../src/contract/wire';
import { SendLimit } from '../../src/hierarchy/send-limit';
import type { SendContext } from '../../src/hierarchy/signal-channel';

/** A signal that was taken. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly signal: string;
  readonly payload: unknown;
  readonly envelope: Envelope;
}

/** A child workflow that was started. */
export interface Started {
  readonly workflowId: string;
  readonly runId: string;
  readonly input: StartInput;
  /** Ends the run, as Temporal tells the parent of it. */
  end(how: 'completed' | 'cancelled' | 'terminated' | 'failed', message?: string): void;
}

/** How the server answers a signal to a workflow, or its start. */
type Answer = 'taken' | 'nobody' | 'refused' | 'held';

interface Wait {
  readonly isOver: () => boolean;
  readonly resolve: (inTime: boolean) => void;
  readonly until: number;
  /** Whether the run that waits is not over. */
  readonly isAlive: () => boolean;
}

/**
 * Temporal without a server: a clock that stands still until a test moves it, workflows that are started by name, and
 * signals that arrive at once, or as a test says.
 */
export class FakeTemporal {
  /** The time in milliseconds. */
  now = 0;
  readonly sent: Sent[] = [];
  /** Workflows whose cancellation was requested. */
  readonly cancelled: string[] = [];
  readonly started: Started[] = [];
  /** Called with each signal that is taken. */
  deliver: (sent: Sent) => void = () => {};
  /** Awaited before a child is started. */
  startsLater: () => Promise<void> = () => Promise.resolve();
  readonly #answers = new Map<string, Answer>();
  /** Ids that run already, so that nobody can start them. */
  readonly #taken = new Set<string>();
  /** The last run of each workflow: those before it continued as new. */
  readonly #runs = new Map<string, object>();
  #waits: Wait[] = [];
  #held: (() => void)[] = [];

  /** The context of a run on this server, which ends the run before it: that one wakes no more. */
  contextOf(workflowId: string): SendContext & { refusals: number } {
    const run = {};
    this.#runs.set(workflowId, run);
    const isAlive = (): boolean => this.#runs.get(workflowId) === run;
    const wait = (isOver: () => boolean, ms: number): Promise<boolean> =>
      new Promise((resolve) => this.#waits.push({ isOver, resolve, until: this.now + ms, isAlive }));
    const context = {
      workflowId,
      runId: `${workflowId}/run`,
      refusals: 0,
      sendLimit: new SendLimit(200),
      shield: { run: <T>(fn: () => Promise<T>): Promise<T> => fn() },
      onRefusal: () => void context.refusals++,
      has: () => true,
      isLean: true,
      sleep: async (ms: number) => void (await wait(() => false, ms)),
      condition: (isOver: () => boolean, ms?: unknown) =>
        wait(isOver, ms === undefined ? Infinity : Number(ms)),
      startChild: async (_type: unknown, options: Parameters<FakeTemporal['start']>[0]) => {
        await this.startsLater();
        return this.start(options);
      },
      workflowOf: (to: string) => ({
        signal: (signal: string, payload: unknown, envelope: Envelope) =>
          this.#signal({ from: workflowId, to, signal, payload, envelope }),
        cancel: async () => void this.cancelled.push(to),
      }),
      looks: () => {
        throw new Error('There is no worker here.');
      },
      lookAside: () => () => {},
    };
    return context as unknown as SendContext & { refusals: number };
  }

  start({ workflowId, args }: { workflowId: string; args: readonly [StartInput] }): {
    readonly firstExecutionRunId: string;
    result(): Promise<unknown>;
  } {
    if (this.#taken.has(workflowId)) throw new WorkflowExecutionAlreadyStartedError('', workflowId, '');
    const runId = `${workflowId}/${this.started.length + 1}`;
    this.#taken.add(workflowId);
    const result = new Promise<unknown>((resolve, reject) => {
      const failures = {
        cancelled: () => new CancelledFailure('cancelled'),
        terminated: () => new TerminatedFailure('terminated'),
        failed: (message?: string) => ApplicationFailure.nonRetryable(message),
      };
      const end: Started['end'] = (how, message) => {
        this.#taken.delete(workflowId);
        if (how === 'completed') return resolve(undefined);
        const cause = failures[how](message);
        reject(new ChildWorkflowFailure(undefined, { workflowId }, '', 'NON_RETRYABLE_FAILURE', cause));
      };
      this.started.push({ workflowId, runId, input: structuredClone(args[0]), end });
    });
    result.catch(() => {});
    return { firstExecutionRunId: runId, result: () => result };
  }

  /** Says that a workflow runs that nobody here started. */
  occupy(workflowId: string): void {
    this.#taken.add(workflowId);
  }

  /** Says that no workflow of an id runs any more. */
  free(workflowId: string): void {
    this.#taken.delete(workflowId);
  }

  /** Says how a workflow takes signals from now on. */
  answer(workflowId: string, answer: Answer): void {
    this.#answers.set(workflowId, answer);
    if (answer === 'held') return;
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  /** The signals that a workflow was sent since it was asked last. */
  take(to: string): Sent[] {
    const taken = this.sent.filter((sent) => sent.to === to);
    this.sent.splice(0, Infinity, ...this.sent.filter((sent) => sent.to !== to));
    return taken;
  }

  /** Lets everything happen that happens without time. */
  async settle(): Promise<void> {
    for (let idle = 0; idle < 20;) {
      await Promise.resolve();
      this.#waits = this.#waits.filter(({ isAlive }) => isAlive());
      const over = this.#waits.find(({ isOver }) => isOver());
      if (over) this.#end(over, true);
      idle = over ? 0 : idle + 1;
    }
  }

  /** Moves the clock, and lets happen what happens meanwhile. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    await this.settle();
    for (;;) {
      const next = this.#waits.toSorted((a, b) => a.until - b.until)[0];
      if (!next || next.until > until) break;
      this.now = next.until;
      this.#end(next, false);
      await this.settle();
    }
    this.now = until;
  }

  async #signal(sent: Sent): Promise<void> {
    while (this.#answers.get(sent.to) === 'held')
      await new Promise<void>((resolve) => this.#held.push(resolve));
    const answer = this.#answers.get(sent.to) ?? 'taken';
    if (answer === 'nobody')
      throw ApplicationFailure.create({ message: 'nobody', type: 'ExternalWorkflowExecutionNotFound' });
    if (answer === 'refused')
      throw ApplicationFailure.create({ message: 'too many signals', type: 'SignalCountLimitExceeded' });
    const copy = JSON.parse(JSON.stringify({ ...sent, payload: sent.payload ?? null })) as Sent;
    this.sent.push(copy);
    this.deliver(copy);
  }

  #end(wait: Wait, inTime: boolean): void {
    this.#waits = this.#waits.filter((other) => other !== wait);
    wait.resolve(inTime);
  }
}
