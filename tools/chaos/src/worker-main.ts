import { restAdapter } from '@stateful-workflow/adapter-rest';
import { postgresAdapter } from '@stateful-workflow/adapter-postgres';
import { createRegistry, directorySecrets, statefulWorkflow } from '@stateful-workflow/core/worker';
import { feedAdapter } from '@stateful-workflow/feed';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { reporter } from './journal';
import * as first from './workflows/first';
import * as next from './workflows/next';

/** The code of a worker: of before the deployment, or of after. */
export type Stage = 'first' | 'next';

/** What a worker is told by its environment. */
export interface WorkerSettings {
  readonly address: string;
  readonly taskQueue: string;
  /** The files of the bundled workflows. */
  readonly bundles: Readonly<Record<Stage, string>>;
  readonly origin: string;
  readonly billingUrl: string;
  readonly secretsDirectory: string;
  readonly journalUrl: string;
}

/** An ordinary worker in a process of its own. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.env['CHAOS_WORKER'] ?? '{}') as WorkerSettings;
  const stage = process.env['CHAOS_STAGE'] as Stage;
  process.once('disconnect', () => process.exit(1));
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const origins = [settings.origin];
  const { CustomersFeed } = stage === 'first' ? first : next;
  const registry = createRegistry([
    restAdapter({ origins, timeouts: { idle: 2_000 } }),
    postgresAdapter({ connections: { billing: { connectionString: settings.billingUrl } } }),
    feedAdapter({ feeds: [CustomersFeed] }),
  ]);
  const secrets = [directorySecrets(settings.secretsDirectory, { FIRST: { origins }, SECOND: { origins } })];
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address: settings.address }),
    taskQueue: settings.taskQueue,
    workflowBundle: { codePath: settings.bundles[stage] },
    stickyQueueScheduleToStartTimeout: '1 second',
    activities: { report: reporter(settings.journalUrl) },
    plugins: [statefulWorkflow({ registry, secrets })],
  });
  process.send?.('ready');
  await worker.run();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
