import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { encryptionCodec, Keyring } from '@stateful-workflow/core/client';
import { findTemporal, startTemporal, type TemporalService } from '@stateful-workflow/dev-services';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codecServer } from '../src/server';

const token = randomBytes(16).toString('hex');
const PRIVATE = { name: 'Ada Lovelace' };
/** How the CLI shows it in JSON, once it is decoded. */
const decoded = Buffer.from(JSON.stringify(PRIVATE)).toString('base64');
const keyring = new Keyring({ primary: 'k', keys: { k: randomBytes(32) } });

describe("Temporal's CLI", () => {
  const server = codecServer({ keyring, token });
  let url: string;
  let temporal: TemporalService;
  let cli: string;
  beforeAll(async () => {
    // Its own program is needed, not only a server that somebody else runs.
    const env = { ...process.env, TEMPORAL_ADDRESS: undefined };
    const found = await findTemporal({ env });
    if (found.way === 'address') throw new Error('There is no Temporal CLI.');
    cli = found.executable;
    temporal = await startTemporal({ env });
    url = await server.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(async () => {
    await server.close();
    await temporal.stop();
  });

  const show = async (...args: string[]): Promise<string> => {
    const all = [
      'workflow',
      'show',
      '-w',
      'encrypted',
      '--output',
      'json',
      '--address',
      temporal.address,
      ...args,
    ];
    return (await promisify(execFile)(cli, all)).stdout;
  };

  it('reads an encrypted workflow with the codec server, and not without', async () => {
    const connection = await Connection.connect({ address: temporal.address });
    const client = new Client({ connection, dataConverter: { payloadCodecs: [encryptionCodec(keyring)] } });
    await client.workflow.start('SomeWorkflow', {
      workflowId: 'encrypted',
      taskQueue: 'nobody',
      args: [PRIVATE],
    });
    await connection.close();
    expect(await show()).not.toContain(decoded);
    const shown = await show('--codec-endpoint', url, '--codec-auth', `Bearer ${token}`);
    expect(shown).toContain(decoded);
  });
});
