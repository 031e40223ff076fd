import { randomUUID } from 'node:crypto';
import type { Bench, Measurement } from '../benchmark';
import { median, spread } from '../measure/statistics';
import { workflowCode } from '../temporal/bundle';
import { WorkerEnvironment } from '../temporal/worker-environment';
import { ChildReports } from './child-reports';
import { Family, type Kind, type Timing } from './family';

/** What two families are compared in. */
export interface Comparison {
  /** How many children each has. */
  readonly count: number;
  /** How often it is measured, each time with new workflows. */
  readonly rounds: number;
  /** What is measured; what it does before and does not return, is not. */
  readonly act: (family: Family) => Promise<Timing>;
  /** What each child is asked afterwards, to see that it was done. */
  readonly check: 'data' | 'apiToken';
}

const kinds: readonly Kind[] = ['stateful', 'by hand'];
/** Enough for the code on the way to be compiled, and fewer than what takes long. */
const warmUpCount = 100;

/** Compares a stateful parent and its children with a family that is written by hand. */
export async function compareFamilies(
  bench: Bench,
  { count, rounds, act, check }: Comparison,
): Promise<Measurement> {
  const { address } = await bench.temporal();
  const reports = new ChildReports();
  const environment = await WorkerEnvironment.start({
    address,
    sources: {},
    workflowBundle: { code: await workflowCode() },
    // What was terminated stays in the cache; no workflow is to be evicted while another is timed.
    worker: { maxCachedWorkflows: 2 * (rounds + 1) * (count + warmUpCount), sinks: reports.sinks },
  });
  bench.cleanUp('The worker', () => environment.stop());

  const run = async (name: string, kind: Kind, children: number): Promise<Timing> => {
    bench.progress(`${name}, ${kind}`);
    const family = await Family.start(environment, reports, kind, randomUUID().slice(0, 8), children);
    const timing = await act(family);
    bench.progress(`${name}, ${kind}: done, asking the children and ending them`);
    await family.check(check);
    await family.end();
    return timing;
  };
  for (const kind of kinds) await run('warm-up', kind, Math.min(count, warmUpCount));
  const timings: Record<Kind, Timing[]> = { stateful: [], 'by hand': [] };
  for (let round = 0; round < rounds; round++) {
    // In turn, and the other one first each time: what else the machine does hits both.
    for (const kind of round % 2 === 0 ? kinds : kinds.toReversed())
      timings[kind].push(await run(`round ${round + 1} of ${rounds}`, kind, count));
  }
  return measurement(timings, count);
}

function measurement(timings: Record<Kind, readonly Timing[]>, count: number): Measurement {
  const ratios = (time: (timing: Timing) => number): number[] =>
    timings.stateful.map((ours, round) => time(ours) / time(timings['by hand'][round] as Timing));
  const of = (kind: Kind): string => {
    const [ms, events, runs] = [
      timings[kind].map((timing) => timing.ms),
      timings[kind].map((timing) => timing.events),
      Math.max(...timings[kind].map((timing) => timing.runs)),
    ];
    const continued = runs > 1 ? ` (in up to ${runs} runs)` : '';
    return `${kind} ${spread(ms)}, ${median(events)} events in the parent's history${continued}`;
  };
  const byReports = ratios(({ ms }) => ms);
  const byHistory = median(ratios(({ historyMs }) => historyMs));
  return {
    value: median(byReports),
    detail: `${of('stateful')}; ${of('by hand')}; ratios of the rounds ${byReports.map((ratio) => ratio.toFixed(2)).join(', ')}, by the times in the histories ${byHistory.toFixed(2)}; from the signal to the report of the last of ${count} children, ${byReports.length} rounds with new workflows each, in turn`,
  };
}
