import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const bin = join(__dirname, '../bin/codec-server.mjs');

describe('the command', () => {
  let directory: string;
  let keyring: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'codec-server-'));
    keyring = join(directory, 'keyring.json');
    await writeFile(
      keyring,
      JSON.stringify({ primary: 'k', keys: { k: randomBytes(32).toString('base64') } }),
    );
  });
  afterAll(() => rm(directory, { recursive: true }));

  const start = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, [bin, ...args], { env: { PATH: process.env['PATH'], ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    return { child, output: () => output };
  };

  it('serves until it is told to stop', async () => {
    const { child, output } = start(['--keyring', keyring, '--port', '0'], {
      STATEFUL_WORKFLOW_CODEC_TOKEN: randomBytes(16).toString('hex'),
    });
    await once(child.stdout, 'data');
    const url = /at (http:\/\/127\.0\.0\.1:\d+)\./.exec(output())?.[1];
    expect((await fetch(`${url}/decode`, { method: 'POST' })).status).toBe(401);
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it.each([
    [['--keyring', 'x'], {}, 'STATEFUL_WORKFLOW_CODEC_TOKEN is not set'],
    [[], { STATEFUL_WORKFLOW_CODEC_TOKEN: 'x'.repeat(16) }, 'There is no keyring'],
    [['--keyring', '/nowhere'], { STATEFUL_WORKFLOW_CODEC_TOKEN: 'x'.repeat(16) }, 'cannot be read (ENOENT)'],
    [
      ['--port', 'x', '--keyring', 'x'],
      { STATEFUL_WORKFLOW_CODEC_TOKEN: 'x'.repeat(16) },
      '--port is not a port',
    ],
    [['--what'], {}, "Unknown option '--what'"],
  ])('exits with 2 and says why for %j', async (args, env, reason) => {
    const { child, output } = start(args, env);
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(2);
    expect(output()).toContain(reason);
    expect(output()).toContain('Usage: stateful-workflow-codec-server');
  });

  it('shows its usage', async () => {
    const { child, output } = start(['--help']);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(output()).toContain('Usage:');
  });
});
