import { freePort, startTemporal, type TemporalService } from '@stateful-workflow/dev-services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually } from '../support/eventually';
import type { StatefulHandle } from '../../src/client';

/** How many signals the server lets a run have. */
const LIMIT = 20;

describe('a server that takes no more signals for a run', () => {
  let server: TemporalService;
  let env: TestEnvironment;
  beforeAll(async () => {
    // A server of its own, also where the tests share one that somebody else runs.
    const variables = { ...process.env, TEMPORAL_ADDRESS: undefined };
    server = await startTemporal({
      env: variables,
      port: await freePort(),
      dynamicConfig: { 'history.maximumSignalsPerExecution': LIMIT },
    });
    env = await TestEnvironment.start({ address: server.address });
  });
  afterAll(async () => {
    await env.stop();
    await server.stop();
  });

  const begun = async (workflow: WorkflowName): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start(workflow);
    await desk.settled('a', 'b');
    return desk;
  };

  const fill = async ({ temporal }: StatefulHandle): Promise<void> => {
    await expect(async () => {
      for (let i = 0; i <= LIMIT; i++) await temporal.signal('nonsense');
    }).rejects.toThrow();
  };

  /** Has a workflow continue as new, without a signal. */
  const renew = async (handle: StatefulHandle, entityName: string): Promise<void> => {
    const runOf = async (): Promise<string> => (await handle.temporal.describe()).runId;
    const run = await runOf();
    await eventually(async () => {
      // The next run may have heard that it ends, and be gone before it is asked anything.
      if ((await runOf()) === run) await handle.update({ entityName, data: { turn: Math.random() } });
      expect(await runOf()).not.toBe(run);
    });
  };

  const failedSignals = async (workflowId: string): Promise<number> => {
    const { events = [] } = await env.client.workflow.getHandle(workflowId).fetchHistory();
    return (events ?? []).filter((event) => event.signalExternalWorkflowExecutionFailedEventAttributes)
      .length;
  };

  it('has a child keep what its parent does not take, and send it again', async () => {
    const desk = await begun('LongDeskWorkflow');
    await fill(desk.handle);
    const note = desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'kept' } });
    await note;
    await eventually(async () => expect(await failedSignals(desk.ticket('a').workflowId)).toBeGreaterThan(1));
    for (const name of ['a', 'b'])
      expect((await desk.ticket(name).temporal.describe()).status.name).toBe('RUNNING');
    expect((await desk.ticket('a').status()).status).toBe('running');
    const details = async (): Promise<unknown> =>
      JSON.stringify(await desk.ticket('a').temporal.query('__temporal_workflow_metadata'));
    expect(await details()).toMatch(/Desk-.* does not take what it is sent.*limit/);
    await renew(desk.handle, 'Desk');
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toContainEqual(expect.objectContaining({ note: 'kept' })),
    );
    await desk.settled('a', 'b');
    await env.expectNeverWedged(desk.ticket('a').workflowId);
  });

  it('has a parent keep what its child does not take, say so, and send it again', async () => {
    const desk = await begun('SteadyLongDeskWorkflow');
    const run = await desk.runOf('a');
    await fill(desk.ticket('a'));
    await desk.handle.pause();
    desk.source.records = [desk.record('a', { title: 'A' }), desk.record('b', { title: 'B' })];
    await desk.handle.resume();
    await desk.holds('b', { title: 'B' });
    await desk.eventually((children) =>
      expect(children[0]).toMatchObject({
        status: 'running',
        error: expect.stringMatching(/does not take what it is sent.*limit.*kept and sent again/) as unknown,
      }),
    );
    expect(await desk.runOf('a')).toBe(run);
    await renew(desk.ticket('a'), 'Ticket');
    await desk.holds('a', { title: 'A' });
    await eventually(async () => expect((await desk.ticket('a').status()).status).toBe('running'));
    await desk.eventually((children) => expect(children[0]?.error).toBeUndefined());
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('has an end wait until it can be told', async () => {
    const desk = await begun('SteadyLongDeskWorkflow');
    await fill(desk.ticket('a'));
    await desk.handle.cancel();
    expect(await desk.closed('b')).toBe('CANCELLED');
    await eventually(async () => expect(await failedSignals(desk.handle.workflowId)).toBeGreaterThan(1));
    expect((await desk.ticket('a').temporal.describe()).status.name).toBe('RUNNING');
    await renew(desk.ticket('a'), 'Ticket');
    expect(await desk.closed('a')).toBe('CANCELLED');
    await expect(desk.handle.result()).rejects.toThrow();
  });

  it('leaves a subscription in place, and holds no end back', async () => {
    const desk = await begun('LongDeskWorkflow');
    const listener = await new TestDesk(env).start('LongDeskWorkflow');
    await desk.handle.subscribe({
      workflowId: listener.handle.workflowId,
      subscriptionId: 's',
      signalName: 'update',
      selector: 'Ticket',
    });
    await fill(listener.handle);
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'heard' } });
    await eventually(async () =>
      expect(await desk.handle.subscriptions()).toMatchObject([
        { status: 'active', error: expect.stringContaining('does not take') as unknown },
      ]),
    );
    await renew(listener.handle, 'Desk');
    const heard = async (): Promise<unknown> => (await listener.handle.state())['Ticket'];
    await eventually(async () => expect(await heard()).toHaveProperty([desk.idOf('a'), 'note'], 'heard'));
    await eventually(async () => expect((await desk.handle.subscriptions())[0]?.error).toBeUndefined());
    await fill(listener.handle);
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'not heard' } });
    await eventually(async () => expect((await desk.handle.subscriptions())[0]?.error).toBeDefined());
    await desk.handle.complete();
    await desk.handle.result();
  });
});
