import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { cli } from './support/cli';
import { startEnvironment, type TestEnvironment, untilListed } from './support/environment';

let environment: TestEnvironment;
let folder: string;
const id = `stateful-encrypted-${randomUUID()}`;
const query = `WorkflowId = '${id}'`;

/** A file of a keyring with one key, whose id is the same in each. */
function keyring(name: string): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify({ primary: 'one', keys: { one: randomBytes(32).toString('base64') } }), {
    mode: 0o600,
  });
  return file;
}
let right: string;
let wrong: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stateful-workflow-cli-'));
  right = keyring('right.json');
  wrong = keyring('wrong.json');
  environment = await startEnvironment(right);
  const handle = await environment.start('TicketWorkflow', id, { args: [{ id: 'x', data: { id: 'x' } }] });
  expect(await handle.query('data')).toEqual({ id: 'x' });
  await untilListed(environment.client, query, 1);
});
afterAll(async () => {
  await environment.stop();
  rmSync(folder, { recursive: true });
});

it('lists what it cannot read as unknown, and does not leave it out', async () => {
  const read = await cli(['list', '--query', query, '--keyring', right]);
  expect(read.stdout).toBe(`${id}  running  TicketWorkflow\n1 workflow: 1 running\n`);
  const blind = await cli(['list', '--query', query]);
  expect(blind.stdout).toMatch(
    new RegExp(
      `^${id}  unknown  TicketWorkflow  its answers are encrypted: .*--keyring\n1 workflow: 1 unknown\n$`,
    ),
  );
  const mistaken = await cli(['list', '--query', query, '--keyring', wrong]);
  expect(mistaken.stdout).toMatch(
    / {2}unknown {2}TicketWorkflow {2}A payload does not open with the key "one"/,
  );
});

it('does not say of a history which it cannot read that code would break it', async () => {
  const args = ['replay', '--workflows', inject('workflowBundle'), '--query', query];
  const read = await cli([...args, '--keyring', right]);
  expect(read).toMatchObject({ stdout: expect.stringMatching(/1 replays\n$/), stderr: '', code: 0 });
  for (const [keys, reason] of [
    [[], /its payloads are encrypted: name the keyring with --keyring/],
    [['--keyring', wrong], /A payload does not open with the key "one"/],
  ] as const) {
    const { stdout, stderr, code } = await cli([...args, ...keys]);
    expect(stdout).toMatch(/ {2}TicketWorkflow {2}unread {2}.*\n1 of 1 running workflow: 1 unread\n$/);
    expect(stdout).toMatch(reason);
    expect(stderr).toMatch(/^1 of 1 workflows could not be read, so that nothing is known of them\. .*\n$/);
    expect(code).toBe(1);
  }
});
