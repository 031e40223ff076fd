import { basic, clientCredentials, graphqlAdapter } from '@stateful-workflow/adapter-graphql';
import { restAdapter } from '@stateful-workflow/adapter-rest';
import {
  createRegistry,
  customSecrets,
  directorySecrets,
  environmentSecrets,
  Keyring,
  statefulWorkflow,
} from '@stateful-workflow/core/worker';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { leakyAdapter } from './leaky-adapter';

/** What a worker of the audit is told by its environment. */
export interface WorkerSettings {
  readonly address: string;
  readonly taskQueue: string;
  readonly bundle: string;
  readonly origin: string;
  /** The origins of the APIs that give back what they were sent. */
  readonly mirror: { readonly bearer: string; readonly basic: string; readonly oauth: string };
  readonly secretsDirectory: string;
  readonly keyringFile: string;
  readonly metrics: string;
}

/** An ordinary worker in a process of its own, which writes all that it logs to its output. */
async function main(): Promise<void> {
  const settings = JSON.parse(process.env['AUDIT_WORKER'] ?? '{}') as WorkerSettings;
  const origins = [settings.origin];
  const { mirror } = settings;
  Runtime.install({
    logger: new DefaultLogger('TRACE'),
    telemetryOptions: { metrics: { prometheus: { bindAddress: settings.metrics } } },
  });
  const registry = createRegistry([
    restAdapter({ origins: [...origins, mirror.bearer], timeouts: { idle: 3_000 } }),
    graphqlAdapter({
      origins: [
        { origin: mirror.basic, auth: basic() },
        {
          origin: mirror.oauth,
          auth: clientCredentials({ tokenUrl: `${mirror.oauth}/token`, clientId: 'audit' }),
        },
      ],
    }),
    leakyAdapter(),
  ]);
  const secrets = [
    environmentSecrets({
      ENVIRONMENT: { origins, variable: 'AUDIT_ENVIRONMENT_TOKEN' },
      MIRROR: { origins: [mirror.bearer], variable: 'AUDIT_MIRROR_TOKEN' },
      PAIR: { origins: [...origins, mirror.basic], variable: 'AUDIT_PAIR' },
      CLIENT: { origins: [mirror.oauth], variable: 'AUDIT_CLIENT_SECRET' },
    }),
    directorySecrets(settings.secretsDirectory, { FILE: { origins } }),
    customSecrets({
      name: 'custom',
      get: (name) => {
        const value = process.env['AUDIT_CUSTOM_TOKEN'] ?? '';
        if (name === 'BROKEN') throw new Error(`cannot be looked up with ${value}`);
        return name === 'CUSTOM' ? { value, origins } : undefined;
      },
    }),
  ];
  const connection = await NativeConnection.connect({ address: settings.address });
  const worker = await Worker.create({
    connection,
    taskQueue: settings.taskQueue,
    workflowBundle: { codePath: settings.bundle },
    stickyQueueScheduleToStartTimeout: '1 second',
    plugins: [
      statefulWorkflow({
        registry,
        secrets,
        encryption: { keyring: Keyring.fromFile(settings.keyringFile) },
      }),
    ],
  });
  process.once('disconnect', () => process.exit(1));
  process.send?.('ready');
  await worker.run();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
