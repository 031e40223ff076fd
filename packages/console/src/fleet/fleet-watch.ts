import type { Client, WorkflowExecutionInfo } from '@temporalio/client';
import {
  concernsAll,
  detailsOf,
  explained,
  faultKindOf,
  listed,
  Pace,
  runningQuery,
  TaskQueues,
  type Target,
} from 'stateful-workflow/internal';
import type { FleetMessage, FleetProgress, Minute, Row } from '../api/types';
import { type Glance, Glancer } from './glance';
import { Recorder } from './recorder';
import { Signal } from './signal';

/** Which workflows are looked at, and how often. */
export interface FleetWatchOptions extends Target {
  readonly client: Client;
  /** Only those of this task queue. */
  readonly taskQueue?: string;
  /** Only those that this list filter of Temporal's finds. */
  readonly query?: string;
  /** How many workflows are looked at in a second, at most. */
  readonly perSecond: number;
}

/** How often the server is asked which workflows run, in milliseconds; of many, more rarely. */
const LIST_MS = 2_000;
const LIST_MS_EACH = 2;
/** A workflow is looked at no more often than this. */
const LOOK_MS = 1_500;
/** How many looks are under way at a time. */
const AT_A_TIME = 8;
/** What a page is told comes together in so many milliseconds. */
const TELL_MS = 250;
/** How long it goes on after the last page has left, so that who comes back finds what happened meanwhile. */
const LINGER_MS = 5 * 60_000;
/** How long one that has ended is still shown. */
const ENDED_MS = 10 * 60_000;
/** How long a task queue that did not answer is left alone. */
const SILENCE_MS = 15_000;
const RETRY_MS = 1_000;
/** How often it is seen whether the server is there, and how long that may take. */
const PULSE_MS = 1_500;
const PULSE_TIMEOUT_MS = 3_000;

interface Entry {
  readonly info: WorkflowExecutionInfo;
  readonly row: Row;
  readonly glance?: Glance;
  readonly lookedAt: number;
}

/** What may be in trouble by itself: the server, the list of what runs, the looks at each. */
type Part = 'server' | 'list' | 'looks';

type Listener = (message: FleetMessage) => void;

/** Looks at a fleet for as long as somebody wants to know, and tells of what changed. */
export class FleetWatch {
  readonly #options: FleetWatchOptions;
  readonly #recorder = new Recorder();
  readonly #listeners = new Set<Listener>();
  readonly #entries = new Map<string, Entry>();
  readonly #changed = new Set<string>();
  readonly #gone = new Set<string>();
  readonly #others = new Set<string>();
  /** Those that are looked at before all others. */
  readonly #urgent = new Set<string>();
  #stop?: AbortController;
  #linger?: NodeJS.Timeout;
  #tell?: NodeJS.Timeout;
  /** What is wrong, by what it keeps from going on. */
  readonly #troubles = new Map<Part, string>();
  #loops: Promise<unknown> = Promise.resolve();
  readonly #work = new Signal();

  constructor(options: FleetWatchOptions) {
    this.#options = options;
  }

  get minutes(): readonly Minute[] {
    return this.#recorder.minutes;
  }

  /** Why nothing can be seen; `undefined` while all is well. */
  get trouble(): string | undefined {
    return [...this.#troubles.values()][0];
  }

  /** How a workflow is, as far as it is known. */
  row(workflowId: string): Row | undefined {
    return this.#entries.get(workflowId)?.row;
  }

  /** Tells a listener all that is known now, and of every change from then on. @returns ends it */
  listen(listener: Listener): () => void {
    clearTimeout(this.#linger);
    this.#start();
    this.#listeners.add(listener);
    listener({ kind: 'all', rows: this.#rows(), ...this.#timed() });
    if (this.trouble !== undefined) listener({ kind: 'trouble', message: this.trouble });
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#linger = setTimeout(() => void this.close(), LINGER_MS).unref();
    };
  }

  /** Looks at a workflow soon: something was asked of it. */
  hurry(workflowId: string): void {
    this.#urge(workflowId);
  }

  /** Stops looking, and waits until what is under way has ended. */
  async close(): Promise<void> {
    clearTimeout(this.#linger);
    clearTimeout(this.#tell);
    this.#stop?.abort();
    this.#stop = undefined;
    this.#work.raise();
    await this.#loops;
  }

  #start(): void {
    if (this.#stop !== undefined) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#loops = Promise.all([this.#pulse(stop.signal), this.#list(stop.signal), this.#look(stop.signal)]);
  }

  /** Sees whether the server is there: other calls are tried again for a while before they fail. */
  async #pulse(signal: AbortSignal): Promise<void> {
    const { client } = this.#options;
    while (!signal.aborted) {
      try {
        await client.withDeadline(Date.now() + PULSE_TIMEOUT_MS, () =>
          client.workflowService.getSystemInfo({}),
        );
        this.#isWell('server');
      } catch (error) {
        if (concernsAll(error) || faultKindOf(error) === 'timeout') this.#failed('server', error);
      }
      await this.#work.wait(PULSE_MS, signal, false);
    }
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, taskQueue, query } = this.#options;
    const filter = [
      ...(taskQueue === undefined ? [] : [`TaskQueue = '${taskQueue.replaceAll("'", "\\'")}'`]),
      ...(query === undefined ? [] : [`(${query})`]),
    ].join(' AND ');
    const found = runningQuery(filter === '' ? {} : { query: filter });
    while (!signal.aborted) {
      try {
        const running = new Set<string>();
        for await (const info of listed(client, found)) {
          if (signal.aborted) return;
          running.add(info.workflowId);
          this.#found(info);
        }
        this.#ended(running);
        this.#isWell('list');
        await this.#work.wait(LIST_MS + LIST_MS_EACH * running.size, signal, false);
      } catch (error) {
        this.#failed('list', error);
        await this.#work.wait(RETRY_MS, signal, false);
      }
    }
  }

  #found(info: WorkflowExecutionInfo): void {
    const { workflowId: id, type, startTime, runId } = info;
    const known = this.#entries.get(id);
    if (known?.info.runId === runId && known.row.closedAt === undefined) return;
    if (known === undefined) {
      const row: Row = { id, type, status: 'reading', startedAt: startTime.toISOString() };
      this.#entries.set(id, { info, row, lookedAt: 0 });
      this.#note(id);
    } else this.#entries.set(id, { ...known, info });
    this.#urge(id);
  }

  #urge(id: string): void {
    if (!this.#entries.has(id)) return;
    this.#urgent.add(id);
    this.#work.raise();
  }

  /** What is not listed any more has ended, or has another name now; a look tells. */
  #ended(running: ReadonlySet<string>): void {
    for (const [id, entry] of this.#entries) {
      if (running.has(id)) continue;
      const { closedAt } = entry.row;
      if (closedAt === undefined) this.#urge(id);
      else if (Date.now() - Date.parse(closedAt) > ENDED_MS) this.#forget(id);
    }
    for (const id of this.#others) if (!running.has(id)) this.#others.delete(id);
  }

  #forget(id: string): void {
    this.#entries.delete(id);
    this.#changed.delete(id);
    this.#gone.add(id);
    this.#others.delete(id);
    this.#tellSoon();
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { client, perSecond } = this.#options;
    const pace = new Pace(perSecond, Date.now, signal);
    let glancer = new Glancer(client, new TaskQueues(client));
    let since = Date.now();
    const busy = new Set<string>();
    const lane = async (): Promise<void> => {
      while (!signal.aborted) {
        const next = this.#next(busy);
        if (next === undefined) {
          await this.#work.wait(200, signal);
          continue;
        }
        const [id, entry] = next;
        busy.add(id);
        try {
          await pace.turn();
          if (Date.now() - since > SILENCE_MS) {
            glancer = new Glancer(client, new TaskQueues(client));
            since = Date.now();
          }
          this.#saw(id, await glancer.look(id, entry.glance));
          this.#isWell('looks');
        } catch (error) {
          if (signal.aborted) return;
          if (isMissing(error)) this.#forget(id);
          else {
            if (concernsAll(error)) this.#failed('looks', error);
            else this.#unread(id, error);
            await this.#work.wait(RETRY_MS, signal, false);
          }
        } finally {
          busy.delete(id);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  }

  /** One that is urgent, else the one that was looked at longest ago: they are in that order. */
  #next(busy: ReadonlySet<string>): [string, Entry] | undefined {
    for (const id of this.#urgent) {
      if (busy.has(id)) continue;
      this.#urgent.delete(id);
      const entry = this.#entries.get(id);
      if (entry !== undefined) return [id, entry];
    }
    const due = Date.now() - LOOK_MS;
    for (const [id, entry] of this.#entries) {
      if (busy.has(id) || entry.row.closedAt !== undefined) continue;
      return entry.lookedAt <= due ? [id, entry] : undefined;
    }
    return undefined;
  }

  #saw(id: string, glance: Glance): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#recorder.saw(glance, entry.glance);
    const { row } = glance;
    if (row.feed && row.checkedAt) this.#recorder.lags(id, Date.now() - Date.parse(row.checkedAt));
    this.#entries.delete(id);
    this.#entries.set(id, { info: entry.info, row, glance, lookedAt: Date.now() });
    if (glance.isOther) this.#others.add(id);
    if (JSON.stringify(row) !== JSON.stringify(entry.row)) this.#note(id);
  }

  #unread(id: string, error: unknown): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    const row: Row = {
      ...entry.row,
      status: 'unknown',
      reason: `It could not be looked at: ${detailsOf(error)}`,
    };
    this.#entries.delete(id);
    this.#entries.set(id, { ...entry, row, lookedAt: Date.now() });
    this.#note(id);
  }

  #isWell(part: Part): void {
    if (!this.#troubles.delete(part)) return this.#tellSoon();
    const { trouble } = this;
    if (trouble === undefined) this.#send({ kind: 'all', rows: this.#rows(), ...this.#timed() });
    else this.#send({ kind: 'trouble', message: trouble });
  }

  #failed(part: Part, error: unknown): void {
    const before = this.trouble;
    this.#troubles.set(part, explained(error, this.#options).message);
    const { trouble } = this;
    if (trouble !== undefined && trouble !== before) this.#send({ kind: 'trouble', message: trouble });
  }

  #note(id: string): void {
    this.#gone.delete(id);
    this.#changed.add(id);
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#listeners.size === 0 || this.#stop === undefined) return;
    this.#tell ??= setTimeout(() => {
      this.#tell = undefined;
      if (this.trouble !== undefined) return;
      const rows = [...this.#changed].flatMap((id) => this.#shown(id));
      const gone = [...this.#gone, ...[...this.#changed].filter((id) => this.#others.has(id))];
      this.#changed.clear();
      this.#gone.clear();
      this.#send({ kind: 'some', rows, gone, ...this.#timed() });
    }, TELL_MS);
  }

  #send(message: FleetMessage): void {
    for (const listener of this.#listeners) listener(message);
  }

  #shown(id: string): Row[] {
    const row = this.#entries.get(id)?.row;
    return row === undefined || this.#others.has(id) ? [] : [row];
  }

  #rows(): Row[] {
    return [...this.#entries.keys()].flatMap((id) => this.#shown(id));
  }

  #timed(): { progress: FleetProgress; now: string } {
    const open = [...this.#entries.values()].filter(({ row }) => row.closedAt === undefined);
    const read = open.filter(({ row }) => row.status !== 'reading').length;
    const others = this.#others.size;
    return {
      progress: { running: open.length - others, read: read - others, others },
      now: new Date().toISOString(),
    };
  }
}

/** Visibility may list for a moment what is not there any more. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && error.name === 'WorkflowNotFoundError';
