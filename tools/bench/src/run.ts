import { startTemporal, type TemporalService } from '@stateful-workflow/dev-services';
import { type Bench, type Benchmark, failed, judge, type Result } from './benchmark';

/** How benchmarks are run. */
export interface RunOptions {
  /** Told how far it is, one line at a time. */
  readonly progress: (line: string) => void;
  /** Starts the Temporal server of a benchmark. @default the one that `dev-services` finds */
  readonly startServer?: () => Promise<TemporalService>;
}

/** A run of benchmarks that can be broken off. */
export interface Run {
  /** The results, in the order of the benchmarks. Never rejects for a benchmark that fails. */
  readonly results: Promise<Result[]>;
  /** Stops everything that the running benchmark has started. */
  readonly stop: () => Promise<void>;
}

/** Runs benchmarks one after the other; what each has started is stopped before the next begins. */
export function runBenchmarks(benchmarks: readonly Benchmark[], options: RunOptions): Run {
  const scope = { stop: async () => {} };
  return {
    stop: () => scope.stop(),
    results: (async () => {
      const results: Result[] = [];
      for (const [i, benchmark] of benchmarks.entries()) {
        options.progress(`${benchmark.name} (${i + 1} of ${benchmarks.length}): ${benchmark.title}`);
        results.push(await runOne(benchmark, options, scope));
      }
      return results;
    })(),
  };
}

async function runOne(
  benchmark: Benchmark,
  { progress, startServer }: RunOptions,
  scope: { stop: () => Promise<void> },
): Promise<Result> {
  const say = (line: string): void => progress(`${benchmark.name}: ${line}`);
  const stops: { readonly name: string; readonly stop: () => unknown }[] = [];
  const stop = async (): Promise<void> => {
    for (let entry = stops.pop(); entry !== undefined; entry = stops.pop()) {
      try {
        await entry.stop();
      } catch (error) {
        say(`${entry.name} could not be stopped: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  scope.stop = stop;
  let server: Promise<TemporalService> | undefined;
  const bench: Bench = {
    progress: say,
    cleanUp: (name, entry) => void stops.push({ name, stop: entry }),
    temporal: () =>
      (server ??= (async () => {
        say('starting a Temporal server');
        const started = await (startServer ?? (() => startTemporal({ progress: say, metrics: true })))();
        bench.cleanUp('The Temporal server', () => started.stop());
        return started;
      })()),
  };
  try {
    return judge(benchmark, await benchmark.run(bench));
  } catch (error) {
    return failed(benchmark, error);
  } finally {
    await stop();
  }
}
