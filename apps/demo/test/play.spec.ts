import { exec } from 'node:child_process';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { descendants, listens, portsIn, startDemo, untilGone } from './support/demo-process';

describe('the demo', () => {
  it('shows where to look and what to try, keeps customers in step, and ends on Ctrl-C', async () => {
    const demo = startDemo(['--customers', '5']);
    await demo.matches(/Ctrl-C ends everything/);
    const { stdout } = demo.output;
    const [, url = ''] = /^The console: (\S+)\n/.exec(stdout) ?? [];
    expect(await (await fetch(url)).text()).toContain('<title>');
    const family = descendants(demo.child.pid ?? 0);

    const ui = await fetch(/Temporal UI +(\S+)/.exec(stdout)?.[1] ?? '');
    expect(ui.status).toBe(200);

    const connection = await Connection.connect({ address: /Temporal +(127\S+)/.exec(stdout)?.[1] });
    onTestFinished(() => connection.close());
    const workflow = new Client({ connection }).workflow.getHandle('Customer-c_1');
    expect(await workflow.query('data')).toMatchObject({ id: 'c_1', plan: 'starter', plans: ['starter'] });

    await runPatch(/curl -X PATCH .*Bearer ([^']+)'.* -d '([^']+plan[^']+)' (\S+)/.exec(stdout));
    await vi.waitFor(
      async () => {
        expect(await workflow.query('data')).toMatchObject({ plans: ['starter', 'enterprise'] });
      },
      { timeout: 15_000, interval: 100 },
    );

    expect(stdout).toMatch(/Customer-c_1 .* 3 contacts, 2 tickets, 2 invoices/);
    const [, pay = ''] = /(PGHOST=.*)\n/.exec(stdout) ?? [];
    expect(await promisify(exec)(pay)).toEqual({ stdout: 'UPDATE 1\n', stderr: '' });
    await vi.waitFor(
      async () => {
        const { invoices } = await workflow.query<{ invoices: object[] }>('data');
        expect(invoices).toContainEqual(expect.objectContaining({ id: 'i_1_1', status: 'paid' }));
      },
      { timeout: 15_000, interval: 100 },
    );

    await vi.waitFor(
      async () => {
        const { tickets } = await workflow.query<{ tickets: object[] }>('data');
        // Its invoice was overdue as the demo began: the account has told the desk, which tells it back.
        expect(tickets).toContainEqual(expect.objectContaining({ id: 't_1_1', status: 'escalated' }));
      },
      { timeout: 15_000, interval: 100 },
    );

    await changesOneOfTheFleet(stdout);

    for (const [name, status] of [
      ['secret:CRM_TOKEN_NEXT', 'unauthorized'],
      ['secret:CRM_TOKEN', 'running'],
    ] as const) {
      expect(stdout).toContain(`--name apiToken --input '"${name}"'`);
      await workflow.signal('apiToken', name);
      await vi.waitFor(async () => expect(await workflow.query('status')).toBe(status), {
        timeout: 15_000,
        interval: 100,
      });
    }

    demo.child.kill('SIGINT');
    expect(await demo.ended).toBe(0);
    expect(demo.output.stderr).toBe('');
    await untilGone(family);
    const ports = portsIn(stdout);
    expect(await Promise.all(ports.map(listens))).toEqual(ports.map(() => false));
  });

  it('says what is wrong and leaves nothing running when something does not start', async () => {
    const demo = startDemo([], { TEMPORAL_ADDRESS: '', TEMPORAL_CLI_PATH: '/nowhere/temporal' });
    expect(await demo.ended).toBe(1);
    expect(demo.output.stderr).toContain('/nowhere/temporal is not an executable file');
    expect(demo.output.stdout).toBe('');
  });
});

/** Runs a command that is printed, by hand: not every machine has curl. */
async function runPatch(command: RegExpExecArray | null): Promise<void> {
  const [, token = '', body = '', url = ''] = command ?? [];
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  expect((await fetch(url, { method: 'PATCH', headers, body })).status).toBe(200);
}

/** Does what is printed of the fleet. */
async function changesOneOfTheFleet(stdout: string): Promise<void> {
  expect(stdout).toContain('A fleet: 5 workflows that one feed keeps in step');
  const connection = await Connection.connect({ address: /Temporal +(127\S+)/.exec(stdout)?.[1] });
  onTestFinished(() => connection.close());
  const workflow = new Client({ connection }).workflow.getHandle('FleetCustomer-c_1');
  await runPatch(/curl -X PATCH .*Bearer ([^']+)'.* -d '([^']+city[^']+)' (\S+)/.exec(stdout));
  await vi.waitFor(
    async () => expect(await workflow.query('data')).toMatchObject({ id: 'c_1', city: 'Bergen' }),
    { timeout: 15_000, interval: 100 },
  );
  const [, metrics = ''] = /curl -s (\S+) \|/.exec(stdout) ?? [];
  expect(await (await fetch(metrics)).text()).toMatch(/^action\{.*namespace="default"/m);
}
