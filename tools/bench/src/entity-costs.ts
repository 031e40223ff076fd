import { listenForShutdown, startTemporal } from '@stateful-workflow/dev-services';
import { measureFedCosts } from './entity-costs/measure-fed';
import { measureEntityCosts } from './entity-costs/measure';

/** Measures what `stateful-workflow costs` reckons with, and prints the table of docs/guide/costs.md. */
async function main(): Promise<void> {
  const shutdown = listenForShutdown();
  const progress = (line: string): void => void process.stderr.write(`${line}\n`);
  const temporal = await startTemporal({ progress, metrics: true });
  shutdown.add('Temporal', () => temporal.stop());
  const costs = [
    ...(await measureEntityCosts(temporal, progress)),
    ...(await measureFedCosts(temporal, progress)),
  ];
  process.stdout.write(
    '| what | Actions | requests | bytes of history |  |\n| --- | --- | --- | --- | --- |\n',
  );
  for (const { what, actions, requests, bytes, detail } of costs)
    process.stdout.write(
      `| ${what} | ${actions.toFixed(2)} | ${requests.toFixed(2)} | ${Math.round(bytes)} | ${detail} |\n`,
    );
  await shutdown.now(0);
}

void main();
