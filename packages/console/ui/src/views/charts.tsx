import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Minute } from '../../../src/api/types';
import { get } from '../api';
import { Chart, type Series } from '../components/chart';
import { Empty } from '../components/parts';
import { go, query, withQuery } from '../router';

/** How often the minutes are asked for, in milliseconds. */
const ASK_MS = 5_000;
const RANGES = [
  ['15', '15 min'],
  ['60', '1 h'],
  ['180', '3 h'],
] as const;
const KINDS = ['transient', 'throttled', 'unauthorized', 'invalid', 'gone', 'fatal'];

/** What the fleet did, minute by minute, as this console saw it. */
export function ChartsView() {
  const minutes = useSignal<readonly Minute[] | undefined>(undefined);
  useEffect(() => {
    const ask = (): void =>
      void get<{ readonly minutes: readonly Minute[] }>('/api/minutes')
        .then((answer) => (minutes.value = answer.minutes))
        // That the connection is lost stands above already.
        .catch(() => undefined);
    ask();
    const timer = setInterval(ask, ASK_MS);
    return () => clearInterval(timer);
  }, []);
  const range = query.value.get('range') ?? '15';
  const seen = minutes.value;
  if (seen === undefined) return <main class="empty quiet">Asking…</main>;
  const shown = whole(seen, Number(range) || 15);
  const times = shown.map(({ at }) => at);
  const of = (pick: (minute: Minute) => number | undefined): Series['values'] =>
    shown.map((minute) => (minute.asked < 0 ? undefined : pick(minute)));
  const kinds = KINDS.filter((kind) => shown.some(({ failed }) => (failed[kind] ?? 0) > 0));
  const feeds = [...new Set(shown.flatMap(({ lag }) => Object.keys(lag)))].toSorted();
  return (
    <main>
      <header class="title">
        <div>
          <h1>Charts</h1>
          <p class="dim">
            What this console has seen while a page was open: what happened twice between two of its looks
            counts once.
          </p>
        </div>
        <div class="switch" role="group" aria-label="How far back">
          {RANGES.map(([value, name]) => (
            <button
              key={value}
              aria-pressed={range === value}
              onClick={() => go(withQuery({ range: value === '15' ? undefined : value }))}
            >
              {name}
            </button>
          ))}
        </div>
      </header>
      {seen.length === 0 ? (
        <Empty title="Nothing has been seen yet">
          <p>The first minute shows here as soon as a workflow was looked at.</p>
        </Empty>
      ) : (
        <div class="charts">
          <Chart
            title="Loads"
            about="Looks at sources a minute, by what they found."
            kind="bars"
            times={times}
            series={[
              { name: 'unchanged', colour: 1, values: of(({ unchanged }) => unchanged) },
              { name: 'changed', colour: 2, values: of(({ changed }) => changed) },
              { name: 'failed', colour: 3, values: of(({ failed }) => sum(Object.values(failed))) },
            ]}
          />
          <Chart
            title="Faults"
            about={
              kinds.length === 0
                ? 'Failed loads a minute, by kind: none so far.'
                : 'Failed loads a minute, by kind.'
            }
            kind="bars"
            times={times}
            series={kinds.map((kind, i) => ({
              name: kind,
              colour: ((i + 2) % 6) + 1,
              values: of(({ failed }) => failed[kind] ?? 0),
            }))}
          />
          <Chart
            title="History"
            about="Events that were written, as so many an hour."
            kind="lines"
            times={times}
            series={[{ name: 'events an hour', colour: 1, values: of(({ events }) => events * 60) }]}
          />
          <Chart
            title="Actions"
            about="Billable Actions as so many an hour: reckoned from what was seen, and what the console itself asked."
            kind="lines"
            times={times}
            series={[
              { name: 'the fleet', colour: 1, values: of(({ actions }) => actions * 60) },
              { name: 'the console', colour: 4, values: of(({ asked }) => asked * 60) },
            ]}
          />
          <Chart
            title="Feed lag"
            about={
              feeds.length === 0
                ? 'No feed runs.'
                : 'The longest time since each feed last looked, in seconds.'
            }
            kind="lines"
            unit=" s"
            times={times}
            series={feeds.map((feed, i) => ({
              name: feed,
              colour: (i % 6) + 1,
              values: of(({ lag }) => lag[feed]),
            }))}
          />
        </div>
      )}
    </main>
  );
}

/** All minutes up to the last, with those that were not seen marked by `asked: -1`. */
function whole(seen: readonly Minute[], many: number): Minute[] {
  const byTime = new Map(seen.map((minute) => [Date.parse(minute.at), minute]));
  const end = Math.max(...byTime.keys());
  return Array.from({ length: many }, (_, i) => {
    const at = end - (many - 1 - i) * 60_000;
    return (
      byTime.get(at) ?? {
        at: new Date(at).toISOString(),
        changed: 0,
        unchanged: 0,
        failed: {},
        events: 0,
        actions: 0,
        asked: -1,
        lag: {},
      }
    );
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((one, other) => one + other, 0);
