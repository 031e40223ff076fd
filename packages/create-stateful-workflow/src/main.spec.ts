import { execFile } from 'node:child_process';
import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const bin = join(__dirname, '../bin/create-stateful-workflow.mjs');

/** Runs the command, as built, where there is no terminal. */
const command = (...args: string[]) =>
  run(process.execPath, [bin, ...args], { cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'create-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the command', () => {
  it('asks nothing without a terminal, and says what is next', async () => {
    const { code, stdout } = await command('desk', '--entity', 'Order');
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('cd desk') as string });
    await access(join(folder, 'desk/src/workflows.ts'));
  });

  it('says in one line why it writes nothing', async () => {
    const { code, stderr } = await command('other', '--entity', 'not one');
    expect(code).toBe(1);
    expect(stderr).toMatch(/^An entity is named by .*"not one" is not\.\n$/);
  });

  it('tells misuse from failure', async () => {
    expect(await command('--folder')).toMatchObject({ code: 2 });
    expect(await command('--help')).toMatchObject({ code: 0 });
  });
});
