import { graphqlAdapter } from '@stateful-workflow/adapter-graphql';
import { postgresAdapter } from '@stateful-workflow/adapter-postgres';
import { restAdapter } from '@stateful-workflow/adapter-rest';
import { createRegistry, environmentSecrets, statefulWorkflow } from '@stateful-workflow/core/worker';
import { feedAdapter } from '@stateful-workflow/feed';
import { NativeConnection, Worker } from '@temporalio/worker';
import { CustomersFeed } from '../workflows';
import { escalateTicket } from './escalate-ticket';
import { fromEnvironment, tokenNames } from './settings';

/** How long a worker may take to stop once the demo has gone away, in milliseconds. */
const graceMs = 5_000;

/** The demo's worker: an ordinary worker with the plugin, in a process of its own that can be killed. */
async function main(): Promise<void> {
  const { address, namespace, taskQueue, bundle, origins, billing } = fromEnvironment(process.env);

  const { origin, ...database } = billing;
  const registry = createRegistry([
    restAdapter({ origins }),
    graphqlAdapter({ origins }),
    // Workflows name the connection, and the source's credential is the password.
    postgresAdapter({ connections: { billing: { ...database, passwordFrom: 'source' } } }),
    feedAdapter({ feeds: [CustomersFeed] }),
  ]);
  const secrets = environmentSecrets({
    ...Object.fromEntries(tokenNames.map((name) => [name, { origins }])),
    BILLING_PASSWORD: { origins: [origin] },
  });

  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { codePath: bundle },
    activities: { escalateTicket },
    plugins: [statefulWorkflow({ registry, secrets: [secrets] })],
  });

  stop = () => worker.shutdown();
  const running = worker.run();
  process.send?.('ready');
  await running;
  await connection.close();
  stop = () => undefined;
  if (process.connected) process.disconnect();
}

/** How this process stops: at once, until there is a worker that can be shut down. */
let stop = (): void => process.exit(1);

// The channel closes when the demo goes away, in whatever way: nothing is left running.
process.once('disconnect', () => {
  setTimeout(() => process.exit(1), graceMs).unref();
  stop();
});

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
});
