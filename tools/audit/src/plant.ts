import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { type Canary, newCanary } from './canary';
import { textOf } from './collect';
import type { Scenario } from './scenario';
import type { Haystack } from './search';
import { until } from './until';

/** How the self-test writes a secret in the argument of a workflow: one secret each. */
const WRITTEN: Readonly<Record<string, (secret: string) => unknown>> = {
  'JSON in JSON': (secret) => ({ nested: JSON.stringify({ header: secret }) }),
  'a link': (secret) => ({ cursor: `https://api.example.com/x?access_token=${encodeURIComponent(secret)}` }),
  "Python's quote": (secret) => encodeURIComponent(secret).replaceAll('%2F', '/'),
  HTML: (secret) => secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  'an ETag': (secret) => ({ validators: { etag: `W/"${secret}"` } }),
  'a record': (secret) => ({ entities: { Item: { r: { self: secret } } } }),
  'a key': (secret) => ({ [secret]: true }),
  'large letters': (secret) => secret.toUpperCase(),
  'numbered letters': (secret) =>
    secret.replace(/[^]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'a part': (secret) => secret.slice(0, 27),
};

/** Puts secrets where they must not be, each in a place and a spelling of its own, for the search to find. */
export async function plant(
  client: Client,
  address: string,
  progress: (line: string) => void,
): Promise<Scenario> {
  const canaries: Canary[] = [];
  const secret = (place: string): string => {
    const canary = newCanary(`planted: ${place}`);
    canaries.push(canary);
    return canary.value;
  };
  progress('planting secrets, for the search to find');
  const handle = await client.workflow.start('PlantedWorkflow', {
    taskQueue: 'nobody',
    workflowId: 'planted',
    memo: { note: `Basic ${Buffer.from(`me:${secret('memo')}`).toString('base64')}` },
    args: Object.entries(WRITTEN).map(([name, write]) => write(secret(name))),
  });
  await handle.signal('anything', Buffer.from(secret('signal')).toString('hex'));
  await handle.terminate();
  // What nobody is shown who lists workflows is in the database all the same.
  await client.schedule.create({
    scheduleId: 'planted',
    spec: {},
    state: { paused: true, note: secret('database') },
    action: { type: 'startWorkflow', workflowType: 'PlantedWorkflow', taskQueue: 'nobody' },
  });
  const texts = [
    { where: 'a log', text: `GET /x?token=${encodeURIComponent(secret('log'))}` },
    await heartbeat(client, address, secret('heartbeat')),
  ];
  return {
    canaries,
    sent: { canary: newCanary('never sent'), workflowId: '' },
    texts,
    used: new Set(canaries.map(({ label }) => label)),
    stop: async () => {},
  };
}

/** Has an activity say where it stands with a secret in it, and asks the server what it knows of it. */
async function heartbeat(client: Client, address: string, secret: string): Promise<Haystack> {
  const connection = await NativeConnection.connect({ address });
  const logger = new DefaultLogger('ERROR');
  const worker = await Worker.create({
    connection,
    taskQueue: 'planting',
    workflowBundle: await bundleWorkflowCode({ workflowsPath: require.resolve('./planting'), logger }),
    activities: {
      async plant(): Promise<void> {
        Context.current().heartbeat({ progress: { next: `https://host/?page=2&key=${secret}` } });
        await Context.current().cancelled;
      },
    },
  });
  try {
    return await worker.runUntil(async () => {
      const options = { taskQueue: 'planting', workflowId: 'planting' };
      const handle = await client.workflow.start('PlantingWorkflow', options);
      let text = '';
      await until('the heartbeat is at the server', async () => {
        const { raw } = await handle.describe();
        text = textOf(raw);
        return !!raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.length;
      });
      await handle.cancel();
      await handle.result().catch(() => {});
      return { where: 'heartbeat details, by describe', text };
    });
  } finally {
    await connection.close();
  }
}
