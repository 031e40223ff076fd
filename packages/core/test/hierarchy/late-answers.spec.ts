import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';

describe.concurrent(
  'a workflow that has the id of a child, and whose workers are away',
  { timeout: 150_000 },
  () => {
    let env: TestEnvironment;
    beforeAll(async () => {
      env = await TestEnvironment.start();
    });
    afterAll(() => env.stop());

    /** A desk that has given up waiting for its ticket, which runs on a queue of its own. */
    const unanswered = async (): Promise<readonly [TestDesk, queue: string]> => {
      const desk = new TestDesk(env);
      const taskQueue = `away-${randomUUID()}`;
      desk.source.records = [desk.record('a', { title: 'given' })];
      await env.client.workflow.start('TicketWorkflow', {
        args: [{ id: desk.idOf('a'), entityName: 'Ticket', data: { note: 'its own' } }],
        taskQueue,
        workflowId: desk.ticket('a').workflowId,
      });
      await desk.start('LongDeskWorkflow');
      await eventually(
        async () =>
          expect(await desk.handle.children()).toMatchObject([
            {
              status: 'failed',
              error: expect.stringMatching(/has not answered.*poll its task queue/) as unknown,
            },
          ]),
        60_000,
      );
      return [desk, taskQueue];
    };

    it('is joined when it answers after all', async () => {
      const [desk, taskQueue] = await unanswered();
      const stop = await env.startWorker(undefined, { taskQueue });
      await desk.settled('a');
      expect((await desk.handle.children())[0]?.error).toBeUndefined();
      await desk.holds('a', { title: 'given', note: 'its own' });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ title: 'given', note: 'its own' }]),
      );
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'more' } });
      await eventually(async () =>
        expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'more' }]),
      );
      await stop();
    });

    it('is joined when it answers the next run', async () => {
      const [desk, taskQueue] = await unanswered();
      const { runId } = await desk.handle.temporal.describe();
      await eventually(async () => {
        await desk.handle.update({ entityName: 'Desk', data: { name: randomUUID() } });
        expect((await desk.handle.temporal.describe()).runId).not.toBe(runId);
      });
      const stop = await env.startWorker(undefined, { taskQueue });
      await desk.settled('a');
      await desk.holds('a', { title: 'given', note: 'its own' });
      await stop();
    });

    it('is asked again: where it has ended without an answer, the child starts', async () => {
      const [desk] = await unanswered();
      await desk.ticket('a').temporal.terminate('it never answered');
      await eventually(
        async () => expect(await desk.handle.children()).toMatchObject([{ status: 'running' }]),
        60_000,
      );
      expect((await desk.handle.children())[0]?.error).toBeUndefined();
      await desk.holds('a', { title: 'given' });
    });

    it('is left alone when its item has gone before it answers', async () => {
      const [desk, taskQueue] = await unanswered();
      desk.source.records = [];
      await desk.handle.refresh();
      await desk.settled();
      const stop = await env.startWorker(undefined, { taskQueue });
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'alone' } });
      await desk.handle.complete();
      await desk.handle.result();
      // A client started it: it lives on without the desk.
      expect((await desk.ticket('a').status()).status).toBe('running');
      expect((await desk.handle.data())?.tickets).toEqual([]);
      await desk.ticket('a').temporal.terminate('end of the test');
      await stop();
    });
  },
);
