import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import type {} from '@stateful-workflow/dev-services/vitest';
import { send } from './support/request';

const commands = {
  'npx @stateful-workflow/console': [join(__dirname, '../bin/console.mjs')],
  'stateful-workflow console': [join(__dirname, '../../cli/bin/stateful-workflow.mjs'), 'console'],
} as const;
const folder = mkdtempSync(join(tmpdir(), 'stateful-workflow-console-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(command: readonly string[], args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const { PATH } = process.env;
  const env = { PATH, HOME: '/nonexistent', TEMPORAL_ADDRESS: inject('temporalAddress'), ...more };
  const child = spawn(process.execPath, [...command, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')));
  return child;
}

async function outcome(
  args: readonly string[],
  more?: NodeJS.ProcessEnv,
): Promise<{ code: unknown; said: string }> {
  const child = start(commands['npx @stateful-workflow/console'], args, more);
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, said };
}

describe.each(Object.entries(commands))('%s', (_, command) => {
  it('listens until it is interrupted', async () => {
    const child = start(command, ['--port', '0', '--read-only', '--task-queue', 'crm']);
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = /http:\/\/127\.0\.0\.1:\d+$/.exec(line)?.[0] ?? '';
    const { body } = await send(url, '/api/session');
    expect(JSON.parse(body)).toMatchObject({
      about: { namespace: 'default', taskQueue: 'crm', readOnly: true, temporalUi: 'http://localhost:8233' },
    });
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('the command', () => {
  it('does not listen for others without a sign-in token', async () => {
    const { code, said } = await outcome(['--port', '0', '--host', '0.0.0.0']);
    expect([code, said]).toEqual([2, expect.stringContaining('needs a sign-in token')]);
  });

  it('says which flag cannot be used', async () => {
    expect(await outcome(['--port', 'high'])).toEqual({
      code: 2,
      said: '--port must be a whole number, from 0 to 65535.\n',
    });
    const { code, said } = await outcome(['--write']);
    expect([code, said]).toEqual([2, expect.stringContaining("Unknown option '--write'")]);
  });

  it('repeats nothing of an API key that it cannot use', async () => {
    const file = join(folder, 'key');
    await writeFile(file, 'an-api-key-that-nobody-may-see\n');
    const { code, said } = await outcome(['--api-key-file', file, '--address', '127.0.0.1:1']);
    expect(code).toBe(2);
    expect(said).toContain('127.0.0.1:1');
    expect(said).not.toContain('nobody-may-see');
  });

  it('says what it takes', async () => {
    const { code, said } = await outcome(['--help']);
    expect([code, said]).toEqual([0, expect.stringContaining('--read-only')]);
  });
});
