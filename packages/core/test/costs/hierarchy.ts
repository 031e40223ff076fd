import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { historiesOf } from '../support/history';

const CHILDREN = 100;
const ROUNDS = 10;

let env: TestEnvironment;
beforeAll(async () => {
  env = await TestEnvironment.start();
});
afterAll(() => env.stop());

/** What the histories of some workflows hold: signals that they were sent, without those of clients, and bytes. */
async function costOf(workflowIds: readonly string[]): Promise<{ signals: number; kilobytes: number }> {
  let [signals, bytes] = [0, 0];
  for (const id of workflowIds)
    for (const { events } of await historiesOf(env.client, id)) {
      const [first] = events ?? [];
      const { originalExecutionRunId: runId } = first?.workflowExecutionStartedEventAttributes ?? {};
      const { historyLength } = await env.client.workflow.getHandle(id, runId ?? undefined).describe();
      expect(historyLength).toBe(events?.length);
      const { raw } = await env.client.workflow.getHandle(id, runId ?? undefined).describe();
      bytes += Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0);
      for (const { workflowExecutionSignaledEventAttributes: signal } of events ?? [])
        if ((signal?.input?.payloads?.length ?? 0) > 1) signals++;
    }
  return { signals, kilobytes: Math.round(bytes / 1_000) };
}

it(
  `${CHILDREN * ROUNDS} changes in a parent's source, as many in children, and one rotation`,
  { timeout: 3_000_000 },
  async () => {
    const desk = new TestDesk(env);
    const names = Array.from({ length: CHILDREN }, (_, i) => `t${i}`);
    const workflowIds = [desk.handle.workflowId, ...names.map((name) => desk.ticket(name).workflowId)];
    const tickets = names.map((name) => desk.ticket(name));
    const gives = (title: string): void => {
      desk.source.records = names.map((name) => desk.record(name, { title, note: 'as it was' }));
    };
    const wait = (look: () => Promise<void>): Promise<void> =>
      expect
        .poll(
          () =>
            look().then(
              () => true,
              () => false,
            ),
          { timeout: 300_000, interval: 500 },
        )
        .toBe(true);
    const lines: string[] = [];
    let before = { signals: 0, kilobytes: 0 };
    const count = async (what: string): Promise<void> => {
      const now = await costOf(workflowIds);
      lines.push(
        `${what}: ${now.signals - before.signals} signals, ${now.kilobytes - before.kilobytes} KB of history`,
      );
      before = now;
    };

    gives('0');
    await desk.start('DeskWorkflow', { apiToken: 'secret:FIRST' });
    await wait(() => desk.settled(...names));
    await count('start');
    for (let round = 1; round <= ROUNDS; round++) {
      gives(`${round}`);
      await desk.handle.refresh();
      await wait(async () => {
        for (const ticket of tickets) expect(await ticket.data()).toMatchObject({ title: `${round}` });
      });
    }
    await count("in the parent's source");
    for (let round = 1; round <= ROUNDS; round++) {
      await Promise.all(
        tickets.map((ticket) => ticket.update({ entityName: 'Ticket', data: { note: `${round}` } })),
      );
      await wait(async () => {
        for (const { note } of (await desk.handle.data())?.tickets ?? []) expect(note).toBe(`${round}`);
      });
    }
    await count('in children');
    await desk.handle.rotateToken('secret:SECOND');
    await wait(async () => {
      for (const ticket of tickets) expect(await ticket.apiToken()).toEqual({ reference: 'secret:SECOND' });
    });
    await count('one rotation');
    process.stdout.write(`\n${lines.join('\n')}\n`);
  },
);
