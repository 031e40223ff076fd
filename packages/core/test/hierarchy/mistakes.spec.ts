import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { correctedBundle } from '../support/corrected';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { eventsOf, taskFailures } from '../support/history';

/** How a desk hears of a change of one of its tickets. */
const WAYS: Readonly<Record<string, (desk: TestDesk, fields: Record<string, unknown>) => Promise<unknown>>> =
  {
    'a signal': ({ handle }, data) => handle.temporal.signal('update', { entityName: 'Ticket', data }),
    'an update': ({ handle }, data) => handle.update({ entityName: 'Ticket', data }),
    'what its child says': (desk, { title }) =>
      desk.ticket('a').update({ entityName: 'Ticket', data: { title } }),
    'a load': async (desk, { title }) => {
      desk.source.records = [desk.record('a', { title }), desk.record('b')];
      await desk.handle.temporal.signal('refresh');
    },
  };

describe('a mistake in the code of a managed path', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterAll(() => env.stop());

  const CASES = Object.keys(WAYS).flatMap((way) => [
    ['condition', 'MistakenConditionDeskWorkflow', way] as const,
    // What a child says itself is made of nothing, so it is told again only of the rest.
    ['processData', 'MistakenProcessingDeskWorkflow', way] as const,
  ]);

  it.each(CASES)(
    '%s of a %s, met by %s, fails the task until it is corrected; then all is taken in',
    async (what, workflow, way) => {
      const stop = await env.startWorker();
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a'), desk.record('b')];
      await desk.start(workflow);
      await desk.settled('a', 'b');
      const triggers = (): Promise<string[]> => desk.handle.temporal.query<string[]>('triggers');
      const before = (await triggers()).length;
      const answer = WAYS[way]?.(desk, { id: desk.idOf('a'), title: 'boom' });
      const failures = async (): Promise<string> =>
        taskFailures(await eventsOf(env.client, desk.handle.workflowId)).join('\n');
      await eventually(async () =>
        expect(await failures()).toMatch(
          new RegExp(
            `managedPaths\\.tickets\\.${what}, for Ticket ${desk.idOf('a')}, threw .*a bug in .* Correct it`,
          ),
        ),
      );
      // Nothing of it is kept by halves: neither in the state nor with the child.
      if (way !== 'what its child says') expect(await desk.ticket('a').data()).toMatchObject({ title: 'a' });
      await stop();
      const stopCorrected = await env.startWorker(undefined, { workflowBundle: await correctedBundle() });
      await answer;
      await desk.holds('a', { title: 'boom' });
      expect((await desk.handle.state())['Ticket']).toMatchObject({ [desk.idOf('a')]: { title: 'boom' } });
      expect(await desk.handle.rejectedSignals()).toEqual({ count: 0, recent: [] });
      await eventually(async () => expect((await triggers()).length).toBe(before + 1));
      await eventually(async () => expect((await desk.handle.pendingChanges()).upserts).toEqual({}));
      await desk.settled('a', 'b');
      await desk.handle.complete();
      expect(await desk.closed('a')).toBe('COMPLETED');
      await stopCorrected();
    },
  );

  it.each(['MistakenConditionDeskWorkflow', 'MistakenProcessingDeskWorkflow'] as const)(
    'met at the start by a %s, starts no child until it is corrected',
    async (workflow) => {
      const stop = await env.startWorker();
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a'), desk.record('b')];
      await desk.start(workflow, { data: { tickets: [{ id: desk.idOf('a'), title: 'boom' }] } });
      await eventually(async () =>
        expect(taskFailures(await eventsOf(env.client, desk.handle.workflowId)).join()).toMatch(/a bug in/),
      );
      await stop();
      const stopCorrected = await env.startWorker(undefined, { workflowBundle: await correctedBundle() });
      await desk.settled('a', 'b');
      await desk.holds('a', { title: 'a' });
      await desk.handle.complete();
      await desk.closed('a');
      await stopCorrected();
    },
  );
});
