import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import type { SourceInfo, WorkflowStatus } from '@stateful-workflow/core';
import { pendingWatches, withWatch } from '@stateful-workflow/core/internal';
import {
  concernsAll,
  detailsOf,
  faultKindOf,
  plainText,
  reasonOf as reasonInHistory,
  type TaskQueues,
} from 'stateful-workflow/internal';
import type { FeedInfo, Row } from '../api/types';
import { reasonOf, type Source } from './reason';

/** What one look at a workflow gave. */
export interface Glance {
  readonly row: Row;
  /** Its sources, as they were said and as the server knows their watches. Empty where it did not answer. */
  readonly sources: Readonly<Record<string, Source>>;
  /** The attempts that pending watches are at, by activity: each but the first is a look. */
  readonly attempts: ReadonlyMap<string, number>;
  /** What the workflow said, for the next look: it is asked again only when its history has grown. */
  readonly answer?: Answer;
  /** Which run it is, and how long its history. */
  readonly mark: string;
  /** How many queries it took. */
  readonly asked: number;
  /** Whether it is none of this library's. */
  readonly isOther: boolean;
}

interface Answer {
  readonly status: WorkflowStatus;
  readonly problem: string | null;
  readonly sources: Readonly<Record<string, SourceInfo>>;
  readonly feed?: FeedInfo;
}

/** How long an answer may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/**
 * Looks at workflows of a fleet. The server is asked what it knows, which is no billable Action; the workflow itself only
 * when its history has grown since, so that what a look costs follows what happens.
 */
export class Glancer {
  readonly #client: Client;
  readonly #taskQueues: TaskQueues;

  constructor(client: Client, taskQueues: TaskQueues) {
    this.#client = client;
    this.#taskQueues = taskQueues;
  }

  /**
   * @param before what the last look gave
   * @throws what would be the same with any other workflow, such as a server that is gone
   */
  async look(workflowId: string, before?: Glance): Promise<Glance> {
    const description = await this.#inTime(() => this.#client.workflow.getHandle(workflowId).describe());
    const mark = `${description.runId} ${description.historyLength}`;
    const known = { description, mark, attempts: attemptsOf(description) };
    if (description.status.name !== 'RUNNING') return this.#closed(known);
    if (before?.mark === mark && before.isOther) return { ...before, asked: 0 };
    if ((description.raw.pendingWorkflowTask?.attempt ?? 0) > 1) {
      const failing = await this.#failing(known);
      if (failing !== undefined) return failing;
    }
    if (before?.mark === mark && before.answer !== undefined) return glanceOf(known, before.answer, 0);
    const silence = await this.#taskQueues.silence(description.taskQueue);
    if (silence !== undefined) return unanswered(known, 'silent', `It was not asked: ${silence}.`);
    return this.#ask(known);
  }

  async #ask(known: Known): Promise<Glance> {
    const { workflowId, taskQueue } = known.description;
    const handle = this.#client.workflow.getHandle(workflowId);
    let asked = 0;
    const query = <T>(name: string): Promise<T> => {
      asked += 1;
      return this.#inTime(() => handle.query<T>(name));
    };
    try {
      // One after the other: the server turns a second question to a busy workflow away.
      const status = await query<WorkflowStatus>('status');
      this.#taskQueues.answered(taskQueue);
      const sources = await query<Record<string, SourceInfo>>('sources');
      const problem = status === 'running' ? null : await query<string | null>('problem').catch(() => null);
      const isFeed = sources['feed']?.adapter === 'feed';
      const feed = isFeed ? await query<FeedInfo | null>('data') : undefined;
      return glanceOf(known, { status, problem, sources, ...(feed && { feed }) }, asked);
    } catch (error) {
      if (concernsAll(error)) throw error;
      const kind = faultKindOf(error);
      // Workflows of other SDKs answer in another form, or know no such question.
      if (kind === 'not-stateful' || /json\/protobuf/.test(detailsOf(error)))
        return { ...unanswered(known, 'unknown', 'It is no Stateful Workflow.'), asked, isOther: true };
      if (kind === 'timeout') {
        const why = await this.#taskQueues.timedOut(taskQueue);
        return { ...unanswered(known, 'silent', `It does not answer: ${why}.`), asked };
      }
      const reason =
        kind === 'encrypted'
          ? 'Its answers are encrypted: start the console with --keyring.'
          : `It could not be asked: ${detailsOf(error)}`;
      return { ...unanswered(known, 'unknown', reason), asked };
    }
  }

  async #failing(known: Known): Promise<Glance | undefined> {
    const why = await this.#reason(known);
    return why === undefined
      ? undefined
      : unanswered(known, 'failing', `Its workflow task keeps failing: ${why}`);
  }

  async #closed(known: Known): Promise<Glance> {
    const { name } = known.description.status;
    const status = name.toLowerCase().replace('_', '-');
    const why = name === 'FAILED' || name === 'TERMINATED' ? await this.#reason(known) : undefined;
    return unanswered(known, status, why);
  }

  async #reason({ description }: Known): Promise<string | undefined> {
    const { workflowId, runId, taskQueue, type } = description;
    const execution = { workflowId, runId, taskQueue, workflowType: type, failedAttempts: 0 };
    const why = await this.#inTime(() => reasonInHistory(this.#client, execution));
    return why === undefined ? undefined : plainText(why);
  }

  #inTime<T>(call: () => Promise<T>): Promise<T> {
    return this.#client.withDeadline(Date.now() + TIMEOUT_MS, call);
  }
}

interface Known {
  readonly description: WorkflowExecutionDescription;
  readonly mark: string;
  readonly attempts: ReadonlyMap<string, number>;
}

const attemptsOf = ({ raw }: WorkflowExecutionDescription): Map<string, number> =>
  new Map(
    (raw.pendingActivities ?? [])
      .filter(({ activityType }) => activityType?.name?.endsWith('.waitForChange') === true)
      .map(({ activityId, attempt }) => [activityId ?? '', attempt ?? 1]),
  );

function glanceOf(known: Known, answer: Answer, asked: number): Glance {
  const watches = pendingWatches(known.description);
  const sources = Object.fromEntries(
    Object.entries(answer.sources).map(([name, info]) => [name, withWatch(info, watches.get(name))]),
  );
  const all = Object.values(sources);
  const checked = all.map(({ lastCheckedAt }) => lastCheckedAt);
  const reason = reasonOf(sources, answer.problem);
  const fedBy = all.find((source) => source.fedBy !== undefined)?.fedBy;
  const row: Row = {
    ...rowOf(known),
    status: answer.status,
    sources: all.length,
    ...(reason && { reason }),
    ...optional('checkedAt', checked.includes(undefined) ? undefined : first(checked)),
    ...optional('changedAt', last(all.map(({ lastChangedAt }) => lastChangedAt))),
    ...optional('nextAt', first(all.map(({ nextCheckAt }) => nextCheckAt))),
    ...(fedBy && { fedBy }),
    ...(answer.feed && { feed: answer.feed }),
  };
  return { mark: known.mark, attempts: known.attempts, row, sources, answer, asked, isOther: false };
}

function unanswered(known: Known, status: string, reason?: string): Glance {
  const row = { ...rowOf(known), status, ...(reason && { reason: plainText(reason) }) };
  return { mark: known.mark, attempts: known.attempts, row, sources: {}, asked: 0, isOther: false };
}

function rowOf({ description }: Known): Omit<Row, 'status'> {
  const { workflowId, type, startTime, closeTime, historyLength, historySize } = description;
  return {
    id: workflowId,
    type,
    startedAt: startTime.toISOString(),
    ...(closeTime && { closedAt: closeTime.toISOString() }),
    events: historyLength,
    ...(historySize !== undefined && { bytes: historySize }),
  };
}

/** ISO 8601 times sort as text. */
const sorted = (times: readonly (string | undefined)[]): string[] =>
  times.filter((time) => time !== undefined).toSorted();
const first = (times: readonly (string | undefined)[]): string | undefined => sorted(times)[0];
const last = (times: readonly (string | undefined)[]): string | undefined => sorted(times).at(-1);

const optional = <K extends string>(key: K, value: string | undefined): { readonly [key in K]?: string } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [key in K]?: string };
