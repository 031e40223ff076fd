import type { TemporalService } from '@stateful-workflow/dev-services';

/** One thing that is measured against a bar. */
export interface Benchmark {
  /** What it is called on the command line and in the results. */
  readonly name: string;
  /** What it measures, in one line for the terminal. */
  readonly title: string;
  /** The unit of its value and its bar: `×`, `bytes`, `events`. */
  readonly unit: string;
  /** What its value is held to. */
  readonly bar: number;
  /** Whether the value has to be at most (`lower`) or at least (`higher`) the bar. */
  readonly better: 'lower' | 'higher';
  /**
   * Measures, and measures the same work written by hand in the same run.
   *
   * @throws whatever keeps it from measuring; the other benchmarks still run
   */
  run(bench: Bench): Promise<Measurement>;
}

/** What a benchmark found. */
export interface Measurement {
  /** In the unit of the benchmark. */
  readonly value: number;
  /** The baseline, the spread and how it was measured, for a person. */
  readonly detail: string;
}

/** What a benchmark is given to measure with. */
export interface Bench {
  /** Says how far it has come. */
  readonly progress: (line: string) => void;
  /** A Temporal server that this benchmark has for itself: started at the first call, stopped after its run. */
  temporal(): Promise<TemporalService>;
  /** Registers something that has to be stopped after this benchmark, or when the process is interrupted. */
  cleanUp(name: string, stop: () => unknown): void;
}

/** A measurement, held against its bar. */
export interface Result {
  readonly name: string;
  /** `null` when it could not be measured; `detail` says why. */
  readonly value: number | null;
  readonly unit: string;
  readonly bar: number;
  readonly better: 'lower' | 'higher';
  readonly holds: boolean;
  readonly detail: string;
}

/** Holds a measurement against the bar of its benchmark. */
export function judge(
  { name, unit, bar, better }: Omit<Benchmark, 'run'>,
  { value, detail }: Measurement,
): Result {
  const holds = better === 'lower' ? value <= bar : value >= bar;
  return { name, value, unit, bar, better, holds, detail };
}

/** The result of a benchmark that could not measure. */
export function failed({ name, unit, bar, better }: Omit<Benchmark, 'run'>, error: unknown): Result {
  const detail = `not measured: ${error instanceof Error ? error.message : String(error)}`;
  return { name, value: null, unit, bar, better, holds: false, detail };
}
