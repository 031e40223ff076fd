import { MEASURED } from 'stateful-workflow/internal';
import type { Minute } from '../api/types';
import type { Glance } from './glance';
import type { Source } from './reason';

const MINUTE_MS = 60_000;
/** How many minutes are kept: three hours. */
const KEPT = 180;

type Counting = { -readonly [key in keyof Minute]: Minute[key] };

/**
 * Counts what a fleet did, minute by minute, from one look at each workflow to the next. What happened twice between two
 * looks is counted once, unless the server has counted it.
 */
export class Recorder {
  readonly #minutes: Counting[] = [];
  readonly #now: () => number;

  /** @param now the time, in milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The minutes that were seen, oldest first; the last one is not over. */
  get minutes(): readonly Minute[] {
    return this.#minutes;
  }

  /** Counts what happened between two looks at a workflow. */
  saw(now: Glance, before: Glance | undefined): void {
    const minute = this.#minute();
    minute.asked += now.asked;
    if (before === undefined || now.row.status === 'unknown') return;
    const [run] = before.mark.split(' ');
    const isSameRun = now.mark.startsWith(`${run} `);
    const events = (now.row.events ?? 0) - (isSameRun ? (before.row.events ?? 0) : 0);
    minute.events += Math.max(0, events);
    if (!isSameRun) minute.actions += MEASURED.run.actions;
    for (const [activity, attempt] of now.attempts) {
      // The first attempt only waits, and whoever arms a watch has just loaded.
      const looks = attempt - (before.attempts.get(activity) ?? 1);
      minute.unchanged += looks;
      minute.actions += looks * MEASURED.quietLook.actions;
    }
    for (const [name, source] of Object.entries(now.sources)) count(minute, source, before.sources[name]);
  }

  /** Counts a lag of a feed, in milliseconds. */
  lags(feed: string, ms: number): void {
    const minute = this.#minute();
    minute.lag = { ...minute.lag, [feed]: Math.max(minute.lag[feed] ?? 0, Math.round(ms / 1_000)) };
  }

  #minute(): Counting {
    const at = new Date(Math.floor(this.#now() / MINUTE_MS) * MINUTE_MS).toISOString();
    const last = this.#minutes.at(-1);
    if (last?.at === at) return last;
    const minute: Counting = {
      at,
      changed: 0,
      unchanged: 0,
      failed: {},
      events: 0,
      actions: 0,
      asked: 0,
      lag: {},
    };
    this.#minutes.push(minute);
    if (this.#minutes.length > KEPT) this.#minutes.shift();
    return minute;
  }
}

function count(minute: Counting, now: Source, before: Source | undefined): void {
  if (before === undefined) return;
  const { lastError } = now;
  if (lastError !== undefined && lastError.at !== before.lastError?.at) {
    // Those in a row are counted by the workflow itself.
    const more = lastError.failures - (before.lastError?.failures ?? 0);
    const failures = Math.max(1, more);
    minute.failed = {
      ...minute.failed,
      [lastError.kind]: (minute.failed[lastError.kind] ?? 0) + failures,
    };
    minute.actions += failures * MEASURED.timedLoad.actions;
    return;
  }
  if (now.lastChangedAt !== before.lastChangedAt) {
    minute.changed += 1;
    minute.actions += (now.watch ? MEASURED.armed : MEASURED.timedLook).actions;
  } else if (now.watch === undefined && now.lastCheckedAt !== before.lastCheckedAt) {
    minute.unchanged += 1;
    minute.actions += MEASURED.timedLook.actions;
  }
}
