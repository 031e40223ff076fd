import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { freePort } from '../src/free-port';
import {
  startTemporal,
  type StartTemporalOptions,
  type TemporalService,
} from '../src/temporal/start-temporal';
import { waitUntilReady } from '../src/temporal/wait-until-ready';
import type {} from '../src/vitest.mjs';
import { shellScript, temporaryDirectory } from './support/fake-commands';
import { dial, isRunning, observedTemporal, realTemporal, startNode, untilGone } from './support/processes';

async function start(options: StartTemporalOptions): Promise<TemporalService> {
  const temporal = await startTemporal(options);
  onTestFinished(() => temporal.stop());
  return temporal;
}

async function connect(address: string): Promise<Connection> {
  const connection = await Connection.connect({ address });
  onTestFinished(() => connection.close());
  return connection;
}

describe('startTemporal', () => {
  it('returns a server that answers, and stops it with its process and its port', async () => {
    const { env, pid } = await observedTemporal();
    const temporal = await start({ env });
    const connection = await connect(temporal.address);
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    expect(serverVersion).toMatch(/^\d+\.\d+\.\d+/);
    expect(temporal.namespace).toBe('default');
    expect(temporal.uiUrl).toBeUndefined();
    expect(temporal.metricsUrl).toBeUndefined();
    expect(temporal.description).toMatch(/^Temporal CLI \d+\.\d+\.\d+, at .* as TEMPORAL_CLI_PATH says\.$/);

    await Promise.all([temporal.stop(), temporal.stop()]);
    await temporal.stop();
    expect(isRunning(await pid())).toBe(false);
    await expect(dial(temporal.address)).rejects.toThrow('ECONNREFUSED');
    expect(await temporal.ended).toBeUndefined();
  });

  it('serves the UI and its metrics, makes the namespace, keeps the state in a file and passes dynamic configuration on', async () => {
    const { env } = await observedTemporal();
    const dbFilename = join(await temporaryDirectory(), 'temporal.db');
    const options = { env, dbFilename, namespace: 'orders', dynamicConfig: { 'limit.maxIDLength': 40 } };

    const first = await start({ ...options, ui: true, metrics: true });
    expect((await fetch(first.uiUrl ?? '')).status).toBe(200);
    expect(await (await fetch(first.metricsUrl ?? '')).text()).toContain('# TYPE action counter');
    const client = new Client({ connection: await connect(first.address), namespace: 'orders' });
    const begin = (workflowId: string): Promise<unknown> =>
      client.workflow.start('Nobody', { workflowId, taskQueue: 'nobody' });
    await begin('short');
    await expect(begin('x'.repeat(41))).rejects.toMatchObject({
      cause: { details: expect.stringMatching(/WorkflowId exceeds maximum allowed length/) },
    });
    await first.stop();

    const second = await start(options);
    const later = new Client({ connection: await connect(second.address), namespace: 'orders' });
    expect((await later.workflow.getHandle('short').describe()).status.name).toBe('RUNNING');
  });

  it('uses a port that was asked for, and says so when it is taken', async () => {
    const { env } = await observedTemporal();
    const port = await freePort();
    const temporal = await start({ env, port });
    expect(temporal.address).toBe(`127.0.0.1:${port}`);
    await expect(startTemporal({ env, port })).rejects.toThrow(
      new RegExp(`did not start.*can't set frontend port ${port}.*address already in use`, 's'),
    );
  });

  it('takes another port when somebody else took the free one in the meantime', async () => {
    const directory = await temporaryDirectory();
    const marker = join(directory, 'lost-the-race');
    const script = await shellScript(
      join(directory, 'temporal'),
      `if [ "$1" = server ] && [ ! -e '${marker}' ]; then`,
      `  : > '${marker}'; echo "Error: can't set frontend port 1: address already in use" >&2; exit 1`,
      'fi',
      `exec '${await realTemporal()}' "$@"`,
    );
    const temporal = await start({
      env: { ...process.env, TEMPORAL_ADDRESS: '', TEMPORAL_CLI_PATH: script },
    });
    await connect(temporal.address);
  });

  it('says what the server wrote when it does not start', async () => {
    const script = await shellScript(
      join(await temporaryDirectory(), 'temporal'),
      '[ "$1" = server ] || { echo "temporal version 1.9.1 (Server 0)"; exit; }',
      'echo "disk is full" >&2; exit 4',
    );
    const log: string[] = [];
    const starting = startTemporal({
      env: { ...process.env, TEMPORAL_ADDRESS: '', TEMPORAL_CLI_PATH: script },
      log: (line) => log.push(line),
    });
    await expect(starting).rejects.toThrow(
      `The Temporal development server (${script}) did not start. The server ended with code 4. It said:\ndisk is full`,
    );
    expect(log).toEqual(['disk is full']);
  });

  it('tells when the server dies by itself', async () => {
    const { env, pid } = await observedTemporal();
    const temporal = await start({ env });
    process.kill(await pid(), 'SIGKILL');
    expect(await temporal.ended).toMatchObject({
      message: expect.stringMatching(/^The server ended with code 1/),
    });
    await temporal.stop();
  });

  it('leaves a server that is given by TEMPORAL_ADDRESS alone', async () => {
    const address = inject('temporalAddress');
    const temporal = await startTemporal({ env: { TEMPORAL_ADDRESS: address } });
    expect(temporal.address).toBe(address);
    await temporal.stop();
    await connect(address);
  });
});

describe('waitUntilReady', () => {
  it('says what was in the way', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    await expect(waitUntilReady(nobody, 'default', { timeoutMs: 100 })).rejects.toThrow(
      `No Temporal server is ready at ${nobody} after 0.1 s: it did not accept a connection.`,
    );
    const address = inject('temporalAddress');
    await expect(waitUntilReady(address, 'nowhere', { timeoutMs: 30_000 })).rejects.toThrow(
      `The Temporal server at ${address} has no namespace \`nowhere\`.`,
    );
  });

  it('ends when its signal says so', async () => {
    const nobody = `127.0.0.1:${await freePort()}`;
    const signal = AbortSignal.abort(new Error('the server ended'));
    await expect(waitUntilReady(nobody, 'default', { timeoutMs: 30_000, signal })).rejects.toThrow(
      'the server ended',
    );
  });
});

describe('a server whose parent ends without stopping it', () => {
  it.each([
    { how: 'SIGKILL', signal: 'SIGKILL', ending: 'SIGKILL' },
    { how: 'Ctrl-C', signal: 'SIGINT', ending: 'SIGINT' },
    { how: 'exit', signal: 'SIGUSR2', ending: 7 },
    { how: 'throw', signal: 'SIGUSR2', ending: 1 },
  ] as const)('ends with it: $how', async ({ how, signal, ending }) => {
    const { env, pid } = await observedTemporal();
    const parent = startNode([join(__dirname, 'fixtures', 'temporal-parent.mjs'), how], env);
    const [, address = ''] = await parent.matches(/address=(\S+)/);

    expect(isRunning(await pid())).toBe(true);
    // To the whole group, as a terminal does it with Ctrl-C.
    process.kill(-(parent.child.pid ?? 0), signal);
    expect(await parent.ended).toBe(ending);
    await untilGone(await pid());
    await expect(dial(address)).rejects.toThrow('ECONNREFUSED');
  });
});
