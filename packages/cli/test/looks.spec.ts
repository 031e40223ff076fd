import { randomUUID } from 'node:crypto';
import { StatefulHandle } from '@stateful-workflow/core/client';
import { inject, afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../src/run';
import { cli, cliInTerminal, environment as environmentOf, fakeTerminal } from './support/cli';
import { startEnvironment, type TestEnvironment, untilListed } from './support/environment';

let environment: TestEnvironment;

beforeAll(async () => {
  environment = await startEnvironment();
});
afterAll(() => environment.stop());

/** Starts a desk with a ticket, which no source gives. */
async function desk(): Promise<string> {
  const id = `stateful-look-${randomUUID()}`;
  const data = { id: 'd', title: 'Front', homepage: 'https://user:hunter2@desk.example.com/' };
  await environment.start('DeskWorkflow', id, { args: [{ id: 'd', entityName: 'Desk', data }] });
  return id;
}

describe('data, state, rejected', () => {
  it('print what the workflow answers, without credentials', async () => {
    const id = await desk();
    const data = await cli(['data', id]);
    expect(data).toMatchObject({ stderr: '', code: 0 });
    const held = { id: 'd', title: 'Front', homepage: 'https://desk.example.com/' };
    expect(JSON.parse(data.stdout)).toMatchObject(held);
    expect(JSON.parse((await cli(['state', id])).stdout)).toMatchObject({ Desk: { d: held } });
    await new StatefulHandle(environment.client, id).temporal.signal('update', { entityName: 'Nobody' });
    const rejected = await cli(['rejected', id]);
    expect(JSON.parse(rejected.stdout)).toMatchObject({ count: 1, recent: [{ signal: 'update' }] });
  });

  it('say that there is no such workflow', async () => {
    const gone = await cli(['data', 'stateful-nowhere']);
    expect(gone).toMatchObject({ stdout: '', code: 1 });
    expect(gone.stderr).toContain('stateful-nowhere');
  });
});

describe('diff', () => {
  it('prints what each source brought last, the newest first, as it is now', async () => {
    const id = `stateful-look-${randomUUID()}`;
    const now = Date.UTC(2026, 0, 1, 12);
    const given = (source: string, secondsAgo: number) => {
      const changedAt = new Date(now - secondsAgo * 1000).toISOString();
      return [{ source, changedAt, seenAt: changedAt }];
    };
    await environment.entity(id, {
      state: { Customer: { c: { id: 'c', plan: 'pro' } }, Ticket: { t: { id: 't' }, u: { id: 'u' } } },
      provenance: { c: given('profile', 60), t: given('tickets', 5), u: given('tickets', 600) },
    });
    const { stdout } = await cliInTerminal(['diff', id], { NO_COLOR: '1' }, { now: () => now });
    expect(stdout).toBe(
      'Ticket t    tickets  changed 5 s ago    {"id":"t"}\n' +
        'Customer c  profile  changed 1 min ago  {"id":"c","plan":"pro"}\n',
    );
    const few = await cliInTerminal(['diff', id, '--limit', '1'], { NO_COLOR: '1' }, { now: () => now });
    expect(few.stdout).toContain('\n2 more were not asked about: see --limit.\n');
  });

  it('says so where no source has brought anything', async () => {
    const id = await desk();
    const none = await cli(['diff', id]);
    expect(none).toEqual({ stdout: 'No source has brought anything yet.\n', stderr: '', code: 0 });
    expect(JSON.parse((await cli(['diff', id, '--json'])).stdout)).toEqual({
      workflowId: id,
      changes: [],
      unasked: 0,
    });
  });
});

describe('watch', () => {
  it('looks once, for scripts', async () => {
    const id = await desk();
    await untilListed(environment.client, `WorkflowId = '${id}'`, 1);
    const fleet = await cli(['watch', '--once', '--query', `WorkflowId = '${id}'`]);
    expect(fleet).toEqual({
      stdout: `${id}  running  DeskWorkflow\n1 workflow: 1 running\n`,
      stderr: '',
      code: 0,
    });
    expect((await cli(['watch', id, '--once'])).stdout).toContain('1 workflow: 1 running');
  });

  it('draws anew until it is interrupted', async () => {
    const id = `stateful-look-${randomUUID()}`;
    await environment.entity(id);
    const stdout = fakeTerminal();
    let interrupt = (): void => undefined;
    const env = environmentOf({ LANG: 'en_US.UTF-8', TERM: 'xterm', NO_COLOR: '1' });
    const watched = run(['watch', id, '--every', '100 ms'], {
      stdout,
      stderr: fakeTerminal(),
      env: { ...env, TEMPORAL_ADDRESS: inject('temporalAddress') },
      now: Date.now,
      onInterrupt: (stop) => {
        interrupt = stop;
        return () => undefined;
      },
    });
    await vi.waitFor(() => expect(stdout.text).toContain(`${id}  running`), { timeout: 30_000 });
    await environment.client.workflow.getHandle(id).signal('pause');
    await vi.waitFor(() => expect(stdout.text).toContain(`${id}  paused`), { timeout: 30_000 });
    interrupt();
    expect(await watched).toBe(0);
  });

  it('refuses a pipe without --once, and a fleet of one', async () => {
    expect(await cli(['watch'])).toMatchObject({
      stderr: expect.stringContaining('add --once') as string,
      code: 2,
    });
    const both = await cliInTerminal(['watch', 'Customer-c_1', '--type', 'CustomerWorkflow']);
    expect(both).toMatchObject({ stderr: expect.stringContaining('either the id') as string, code: 2 });
  });
});
