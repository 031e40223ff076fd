import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, startTemporal, type TemporalService } from '@stateful-workflow/dev-services';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { CRM, testSecrets } from '../support/secrets';
import { firstRunOf, toldBy } from '../support/told';

/** A task that the server forgot is tried again after ten seconds, and that more than once. */
const PATIENCE = { timeout: 100_000, interval: 500 };

describe('a Temporal server that is stopped and started again', () => {
  let folder: string;
  let server: TemporalService;
  let env: TestEnvironment;
  let start: () => Promise<TemporalService>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stateful-workflow-server-'));
    const port = await freePort();
    // A server of its own, also where the tests share one that somebody else runs.
    const variables = { ...process.env, TEMPORAL_ADDRESS: undefined };
    start = () => startTemporal({ env: variables, port, dbFilename: join(folder, 'temporal.db') });
    server = await start();
    env = await TestEnvironment.start({ address: server.address, secrets: [testSecrets()] });
  });
  afterAll(async () => {
    await env.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('finds the hierarchy at work, which goes on and converges', { timeout: 240_000 }, async () => {
    const desk = new TestDesk(env);
    const names = Array.from({ length: 40 }, (_, i) => `t${i}`);
    desk.source.records = names.map((name) => desk.record(name));
    await desk.start('GradualDeskWorkflow', { apiUrl: CRM, apiToken: 'secret:FIRST' });
    await desk.settled(...names);
    const firstRuns = (): Promise<string[]> =>
      Promise.all(names.map((name) => firstRunOf(env.client, desk.ticket(name).workflowId)));
    const before = await firstRuns();
    // Changes both ways, a token, removals and new ones: none of it waited for.
    const stay = names.slice(5);
    const added = ['n1', 'n2', 'n3'];
    desk.source.records = [...stay, ...added].map((name) => desk.record(name, { title: `new ${name}` }));
    await Promise.all([
      desk.handle.temporal.signal('refresh'),
      desk.handle.temporal.signal('apiToken', 'secret:SECOND'),
      ...stay.map((name) =>
        desk.ticket(name).temporal.signal('update', { entityName: 'Ticket', data: { note: `of ${name}` } }),
      ),
    ]);
    await server.stop();
    server = await start();
    // Worker and clients find it again by themselves.
    await vi.waitFor(async () => {
      const children = await desk.handle.children();
      expect(children.map(({ id, status }) => `${id} ${status}`).toSorted()).toEqual(
        [...stay, ...added].map((name) => `${desk.idOf(name)} running`).toSorted(),
      );
      const tickets = (await desk.handle.data())?.tickets;
      expect(tickets).toMatchObject([
        ...stay.map((name) => ({ title: `new ${name}`, note: `of ${name}` })),
        ...added.map((name) => ({ title: `new ${name}` })),
      ]);
      for (const name of stay) {
        expect(await desk.ticket(name).data()).toMatchObject({ title: `new ${name}`, note: `of ${name}` });
        expect(await desk.ticket(name).apiToken()).toMatchObject({ reference: 'secret:SECOND' });
      }
    }, PATIENCE);
    expect((await firstRuns()).slice(5)).toEqual(before.slice(5));
    for (const name of names.slice(0, 5)) expect(await desk.closed(name)).toBe('CANCELLED');
    for (const name of stay.slice(0, 5)) {
      const down = await toldBy(env.client, desk.handle.workflowId, desk.ticket(name).workflowId);
      expect(down).toEqual([`Ticket ${desk.idOf(name)} title "new ${name}"`]);
      await env.expectNeverWedged(desk.ticket(name).workflowId);
    }
    // And it is as lively as before.
    await desk.ticket('n1').update({ entityName: 'Ticket', data: { note: 'after all' } });
    await vi.waitFor(async () => {
      const tickets = (await desk.handle.data())?.tickets ?? [];
      expect(tickets.find(({ id }) => id === desk.idOf('n1'))).toMatchObject({ note: 'after all' });
    }, PATIENCE);
    expect(await desk.handle.refresh()).toMatchObject({ outcome: 'unchanged' });
    await env.expectNeverWedged(desk.handle.workflowId);
  });
});
