import { parseArgs } from 'node:util';
import { chaos } from './chaos';

const usage = `Usage: npm run test:chaos -- [options]

Runs a feed and hierarchies over real parts while everything around them breaks, by a seed; lets them come to rest; and
compares every workflow with the sources. Fails, and says what each holds, unless nothing is lost, doubled, stuck or left over.

  --seed N      what breaks when, and what changes   (1)
  --minutes M   for how long                         (0.3)
  --help        show this
`;

const SHOWN = 20;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      minutes: { type: 'string', default: '0.3' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return void process.stdout.write(usage);
  const seed = Number(values.seed);
  const minutes = Number(values.minutes);
  if (!Number.isInteger(seed) || !(minutes > 0)) {
    process.stderr.write(`--seed is a whole number, and --minutes a number above 0.\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const started = Date.now();
  const seconds = (): string => ((Date.now() - started) / 1000).toFixed(1);
  const progress = (line: string): void => void process.stderr.write(`${seconds().padStart(6)}s  ${line}\n`);
  const { counts, findings } = await chaos({ seed, minutes, progress });
  const lines = Object.entries(findings).flatMap(([name, found]) => [
    `${name.padEnd(32)} ${found.length}`,
    ...found.slice(0, SHOWN).map((line) => `  ${line}`),
    ...(found.length > SHOWN ? [`  and ${found.length - SHOWN} more`] : []),
  ]);
  process.stdout.write(
    [`Seed ${seed}, ${minutes} minutes, ${seconds()} s in all`, ...counts.lines, '', ...lines, ''].join('\n'),
  );
  process.exitCode = Object.values(findings).every((found) => found.length === 0) ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 2;
});
