import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';

describe('the end of a child', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const begun = async (): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('RestlessMortalDeskWorkflow');
    await desk.settled('a', 'b');
    return desk;
  };

  /** From then on the parent hears nothing of its children's ends from Temporal. */
  const continued = async ({ handle }: TestDesk): Promise<void> => {
    const { runId } = await handle.temporal.describe();
    await eventually(async () => {
      await Promise.all(Array.from({ length: 4 }, () => handle.temporal.signal('nonsense')));
      expect((await handle.temporal.describe()).runId).not.toBe(runId);
    });
  };

  const restarted = async (desk: TestDesk, run: string): Promise<void> => {
    await eventually(async () => expect(await desk.runOf('a')).not.toBe(run));
    await desk.settled('a', 'b');
  };

  const change = async (desk: TestDesk, fields: Readonly<Record<string, unknown>>): Promise<void> => {
    desk.source.records = [desk.record('a', fields), desk.record('b')];
    await desk.handle.refresh();
  };

  it('by termination is mended with the current data', async () => {
    const desk = await begun();
    const run = await desk.runOf('a');
    await desk.ticket('a').temporal.terminate('by a test');
    await change(desk, { title: 'since' });
    await restarted(desk, run);
    await desk.holds('a', { title: 'since' });
  });

  it('by termination shows, once the parent has continued as new, by a signal that fails', async () => {
    const desk = await begun();
    await continued(desk);
    const run = await desk.runOf('a');
    await desk.ticket('a').temporal.terminate('by a test');
    await change(desk, { title: 'since' });
    await restarted(desk, run);
    await desk.holds('a', { title: 'since' });
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it.each([
    ['', async () => undefined],
    [', also once the parent has continued as new', continued],
  ] as const)(
    'by failure is said with its reason, and it is tried again when its item changes%s',
    async (_, before) => {
      const desk = await begun();
      await before(desk);
      await change(desk, { title: 'bad' });
      await desk.eventually((children) =>
        expect(children).toMatchObject([
          { status: 'failed', error: 'It failed: the title is bad' },
          { status: 'running' },
        ]),
      );
      const run = await desk.runOf('a');
      await desk.handle.refresh();
      await desk.ticket('b').update({ entityName: 'Ticket', data: { note: 'of no concern to it' } });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets?.[1]).toMatchObject({ note: 'of no concern to it' }),
      );
      expect(await desk.runOf('a')).toBe(run);
      await change(desk, { title: 'good' });
      await restarted(desk, run);
      await desk.holds('a', { title: 'good' });
      expect((await desk.handle.children())[0]).not.toHaveProperty('error');
    },
  );

  it('by a time limit, of one that the parent did not start, shows by a signal that fails', async () => {
    const desk = new TestDesk(env);
    await env.client.workflow.start('MortalTicketWorkflow', {
      args: [{ id: desk.idOf('a'), entityName: 'Ticket' }],
      taskQueue: env.taskQueue,
      workflowId: desk.ticket('a').workflowId,
      workflowExecutionTimeout: '3 seconds',
    });
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('RestlessMortalDeskWorkflow');
    await desk.settled('a', 'b');
    const run = await desk.runOf('a');
    expect(await desk.closed('a')).toBe('TIMED_OUT');
    await change(desk, { title: 'since' });
    await restarted(desk, run);
    await desk.holds('a', { title: 'since' });
  });

  it('by cancellation, before its parent has heard of its last change, loses that change to nobody', async () => {
    const desk = await begun();
    const run = await desk.runOf('a');
    await desk.ticket('a').temporal.signal('update', { entityName: 'Ticket', data: { note: 'last words' } });
    await desk.ticket('a').cancel();
    await restarted(desk, run);
    await desk.holds('a', { title: 'a', note: 'last words' });
    expect((await desk.handle.data())?.tickets?.[0]).toMatchObject({ note: 'last words' });
  });

  it('by its own doing leaves its last data with the parent, and it stays so', async () => {
    const desk = await begun();
    const run = await desk.runOf('a');
    await desk.ticket('a').temporal.signal('update', { entityName: 'Ticket', data: { note: 'last words' } });
    await desk.ticket('a').complete();
    await desk.eventually((children) => expect(children[0]).toMatchObject({ status: 'completed' }));
    await continued(desk);
    await change(desk, { title: 'since' });
    await continued(desk);
    expect((await desk.handle.data())?.tickets?.[0]).toMatchObject({ title: 'since', note: 'last words' });
    expect((await desk.handle.children())[0]).toMatchObject({ status: 'completed' });
    expect(await desk.runOf('a')).toBe(run);
  });
});
