import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it, onTestFinished, vi } from 'vitest';
import { cli } from './support/cli';
import { startEnvironment, type TestEnvironment, untilListed } from './support/environment';

let environment: TestEnvironment;

// Bundles are made in several of these tests.
vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  environment = await startEnvironment();
});
afterAll(() => environment.stop());

const workflowsIn = (file: string): string => join(__dirname, 'workflows', file);

/** Starts workflows of the library itself, and waits until they have run. @returns the query that finds them */
async function fleet(types: readonly string[]): Promise<{ prefix: string; query: string }> {
  const prefix = `stateful-replay-${randomUUID()}`;
  const query = `WorkflowId STARTS_WITH '${prefix}'`;
  for (const type of types) {
    const id = `${prefix}-${type.toLowerCase()}`;
    const handle = await environment.start(`${type}Workflow`, id, { args: [{ id: 'x', data: { id: 'x' } }] });
    expect(await handle.query('data')).toEqual({ id: 'x' });
  }
  await untilListed(environment.client, query, types.length);
  return { prefix, query };
}

it('finds that code which has not changed replays, from a bundle and from the workflows themselves', async () => {
  const { prefix, query } = await fleet(['Ticket', 'Comment']);
  const bundled = await cli(['replay', '--workflows', inject('workflowBundle'), '--query', query]);
  expect(bundled).toEqual({ stdout: expect.any(String), stderr: '', code: 0 });
  const [comment, ticket, summary] = bundled.stdout.split('\n');
  expect(comment).toMatch(new RegExp(`^${prefix}-comment {2,}[0-9a-f-]{36} {2}CommentWorkflow {2}replays$`));
  expect(ticket).toMatch(new RegExp(`^${prefix}-ticket {2,}[0-9a-f-]{36} {2}TicketWorkflow {3}replays$`));
  expect(summary).toBe('2 of 2 running workflows: 2 replays');

  const file = workflowsIn('desk.ts');
  const { stdout, code } = await cli(['replay', '--workflows', file, '--query', query, '--json']);
  expect({ json: JSON.parse(stdout), code }).toMatchObject({
    json: { found: 2, replayed: 2, breaks: 0 },
    code: 0,
  });
});

it('finds the workflows that code would leave stuck, and says why', async () => {
  const { prefix, query } = await fleet(['Ticket', 'Comment', 'Desk']);
  const args = ['replay', '--workflows', workflowsIn('changed.ts'), '--query', query];
  const { stdout, stderr, code } = await cli([...args, '--json']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^2 of 3 workflows cannot go on with this code: .*\n$/);
  const report = JSON.parse(stdout) as {
    workflows: { workflowId: string; verdict: string; reason?: string }[];
  };
  expect(report).toMatchObject({ found: 3, replayed: 3, breaks: 2 });
  expect(
    Object.fromEntries(report.workflows.map(({ workflowId, verdict }) => [workflowId, verdict])),
  ).toEqual({
    [`${prefix}-ticket`]: 'breaks',
    [`${prefix}-comment`]: 'replays',
    [`${prefix}-desk`]: 'breaks',
  });
  const reasons = report.workflows.map(({ reason = '' }) => reason).join('\n');
  expect(reasons).toMatch(/\[TMPRL1100\]/);
  expect(reasons).toMatch(
    /^Failed to initialize workflow of type 'DeskWorkflow': no such function is exported by the workflow bundle$/m,
  );
});

it('takes no more than it is told to, and says of how many', async () => {
  const { query } = await fleet(['Ticket', 'Comment', 'Desk']);
  const args = ['replay', '--workflows', inject('workflowBundle'), '--query', query, '--limit', '2'];
  const { stdout, code } = await cli(args);
  expect(stdout).toMatch(/\n2 of 3 running workflows: 2 replays\n$/);
  expect(code).toBe(0);
});

it('leaves alone what no worker has had a hand in', async () => {
  const id = `stateful-replay-${randomUUID()}`;
  await environment.start('DeskWorkflow', id, { taskQueue: `nobody-${randomUUID()}`, args: [{ id: 'd' }] });
  const query = `WorkflowId = '${id}'`;
  await untilListed(environment.client, query, 1);
  const { stdout, code } = await cli(['replay', '--workflows', inject('workflowBundle'), '--query', query]);
  expect(stdout).toMatch(/ {2}untouched\n1 of 1 running workflow: 1 untouched\n$/);
  expect(code).toBe(0);
});

it('says what it lacks', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'workflows.js');
  await writeFile(file, 'exports.DeskWorkflow = async () => {};\n');
  const elsewhere = await cli(['replay', '--workflows', file], undefined, { cwd: folder });
  expect(elsewhere.code).toBe(1);
  expect(elsewhere.stderr).toMatch(
    /^replay needs @temporalio\/worker, which is installed neither .* npm install /,
  );

  await writeFile(file, 'exports.DeskWorkflow = {\n');
  const broken = await cli(['replay', '--workflows', file]);
  expect(broken.code).toBe(2);
  expect(broken.stderr).toMatch(/cannot be bundled: ERROR in .*workflows\.js/);

  const missing = await cli(['replay', '--workflows', workflowsIn('nowhere.ts')]);
  expect(missing.code).toBe(2);
  expect(missing.stderr).toMatch(/nowhere\.ts cannot be read \(ENOENT\)/);
});
