import { writeFile } from 'node:fs/promises';
import { listenForShutdown, startTemporal } from '@stateful-workflow/dev-services';
import { chart, number } from './refresh-costs/chart';
import { measureRefreshCosts } from './refresh-costs/measure';

/**
 * Measures what each refresh policy costs in history, prints the table of docs/guide/refresh.md, and draws its
 * chart to the file that is named as the argument.
 */
async function main(): Promise<void> {
  const shutdown = listenForShutdown();
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const temporal = await startTemporal({ progress });
  shutdown.add('Temporal', () => temporal.stop());
  const costs = await measureRefreshCosts(temporal.address, progress);
  process.stdout.write(
    '| policy | looks in 20 s | events in 20 s | events per look | bytes per look |\n| --- | --- | --- | --- | --- |\n',
  );
  for (const { policy, looks, events, bytes } of costs) {
    process.stdout.write(
      `| \`${policy}\` | ${looks} | ${events} | ${number(events / looks)} | ${number(bytes / looks)} |\n`,
    );
  }
  const file = process.argv[2];
  if (file !== undefined) await writeFile(file, chart(costs));
  await shutdown.now(0);
}

void main();
