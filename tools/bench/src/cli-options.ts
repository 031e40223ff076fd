import { parseArgs } from 'node:util';
import type { Benchmark } from './benchmark';

/** What the command line says. */
export interface CliOptions<B> {
  readonly help: boolean;
  /** The benchmarks to run, in the order of the list, each once. */
  readonly selected: readonly B[];
  /** The file that the results are written to. */
  readonly json?: string;
}

/** Thrown when the command line cannot be understood. The message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What `--help` prints, and what follows a {@link UsageError}. */
export function usage(benchmarks: readonly Pick<Benchmark, 'name' | 'title'>[]): string {
  const width = Math.max(...benchmarks.map(({ name }) => name.length));
  return [
    'Usage: npm run bench -- [names] [--json FILE]',
    '',
    'Runs the named benchmarks, or all of them, and exits with 1 if a bar does not hold.',
    '',
    ...benchmarks.map(({ name, title }) => `  ${name.padEnd(width)}  ${title}`),
    '',
    '  --json FILE  writes the results to FILE as well',
    '  --help       shows this',
    '',
  ].join('\n');
}

/**
 * Reads the arguments.
 *
 * @throws UsageError for an unknown flag or name; the message lists the names there are
 */
export function parseCliOptions<B extends Pick<Benchmark, 'name'>>(
  args: readonly string[],
  benchmarks: readonly B[],
): CliOptions<B> {
  const { values, positionals } = parse(args);
  const known = benchmarks.map(({ name }) => name);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    const named = unknown.map((name) => `\`${name}\``).join(', ');
    throw new UsageError(
      `There is no benchmark ${named}. Those there are: ${known.join(', ')}. Without a name all of them run.`,
    );
  }
  if (values.json?.trim() === '')
    throw new UsageError('--json needs the name of a file to write, for example `--json out.json`.');
  return {
    help: values.help ?? false,
    selected:
      positionals.length === 0 ? benchmarks : benchmarks.filter(({ name }) => positionals.includes(name)),
    json: values.json,
  };
}

function parse(args: readonly string[]) {
  const options = { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
