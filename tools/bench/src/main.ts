import { performance } from 'node:perf_hooks';
import { listenForShutdown } from '@stateful-workflow/dev-services';
import { benchmarks } from './benchmarks';
import { type CliOptions, parseCliOptions, usage, UsageError } from './cli-options';
import type { Benchmark } from './benchmark';
import { checkWritable, table, writeJson } from './report';
import { runBenchmarks } from './run';

const usageErrorCode = 2;
const interruptedCode = 130;

async function run({ selected, json }: CliOptions<Benchmark>): Promise<number> {
  if (json !== undefined) await checkWritable(json);
  const shutdown = listenForShutdown();
  // The exit code says whether the bars hold: a run that was broken off has not shown that.
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupted = true;
      void shutdown.now(interruptedCode);
    });
  }

  const started = performance.now();
  const progress = (line: string): void => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds}s  ${line}\n`);
  };
  const { results: running, stop } = runBenchmarks(selected, { progress });
  shutdown.add('The benchmark', stop);
  const results = await running;
  if (interrupted) return shutdown.now(interruptedCode);
  process.stdout.write(`\n${table(results)}\n`);
  if (json !== undefined) await writeJson(json, results);
  return results.every(({ holds }) => holds) ? 0 : 1;
}

async function main(): Promise<number> {
  try {
    const options = parseCliOptions(process.argv.slice(2), benchmarks);
    if (!options.help) return await run(options);
    process.stdout.write(usage(benchmarks));
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n\n${usage(benchmarks)}`);
      return usageErrorCode;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

// Exits by force: the runtime of Temporal's workers keeps the process alive for a while.
void main().then((code) => process.exit(code));
