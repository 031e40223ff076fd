import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { StatefulHandle } from '../../src/client';
import { StatefulWorkflowError } from '../../src/index';
import { seed } from '../properties/seed';
import { TestEnvironment } from '../support/environment';
import { eventsOf, taskFailures } from '../support/history';
import type { DeskData, TicketData } from '../workflows/hierarchy';
import { Random } from './random/random';
import { STEPS } from './random/steps';
import { type Desk, type Ticket, World } from './random/world';
import { WorkerProcess } from '../support/worker-process';

const STEP_COUNT = 200;
/** How many steps there are between two crashes of the worker. */
const CRASH_EVERY = 40;
/** How many steps there are between two ends of a desk. */
const END_EVERY = 70;
/** How many steps there are between two loads that are waited for. */
const PAUSE_EVERY = 6;

/** How long a busy machine may need after a crash, in milliseconds. */
const PATIENCE = 150_000;

const byId = <T extends { readonly id: string }>(items: readonly T[] = []): T[] =>
  items.toSorted((a, b) => a.id.localeCompare(b.id));

/**
 * Asks again until it holds. A hierarchy of which a worker was just killed takes its time, and a child that was ended again
 * and again is started anew after a pause of up to a minute.
 */
const atRest = <T>(look: () => Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: PATIENCE, interval: 250 });

describe(`a hierarchy to which anything happens (FC_SEED=${seed})`, () => {
  let env: TestEnvironment;
  let worker: WorkerProcess;
  beforeAll(async () => {
    env = await TestEnvironment.start({ started: false });
  });
  afterAll(async () => {
    await worker.kill();
    await env.stop();
  });

  it(
    `holds what the sources hold, after ${STEP_COUNT} steps and several crashes`,
    { timeout: 900_000 },
    async () => {
      const { client, taskQueue } = env;
      const random = new Random(seed);
      const world = new World(`r${randomUUID().slice(0, 6)}`, 3);
      const startWorker = (queue = taskQueue): WorkerProcess =>
        new WorkerProcess(queue, ({ id }) => ({ records: world.records(id), last: true }));
      worker = startWorker();
      // One hears of everything at the first desk, and has no worker before the end.
      const [heardOf] = world.desks as [Desk];
      const subscriber = `Subscriber-${heardOf.id}`;
      const heldBack = `${taskQueue}-held-back`;
      await client.workflow.start('TicketWorkflow', {
        workflowId: subscriber,
        taskQueue: heldBack,
        args: [{ id: heardOf.id, entityName: 'Desk' }],
      });
      const start = async ({ id, token }: Desk): Promise<void> => {
        const subscriptions = (['update', 'delete'] as const).map((signalName) => ({
          workflowId: subscriber,
          subscriptionId: signalName,
          signalName,
          selector: '*',
        }));
        const input = { id, entityName: 'Desk', apiToken: token };
        await env.startRaw(
          id === heardOf.id ? { ...input, subscriptions } : input,
          'RollingDeskWorkflow',
          `Desk-${id}`,
        );
      };
      for (const desk of world.desks) await start(desk);
      /** A desk ends, and another one of its id begins. */
      const endAndStart = async (desk: Desk): Promise<string> => {
        await worker.ready;
        for (const ticket of desk.tickets.values()) ticket.settled = false;
        const handle = client.workflow.getHandle(`Desk-${desk.id}`);
        await handle.signal('cancel');
        await atRest(async () => expect((await handle.describe()).status.name).not.toBe('RUNNING'));
        desk.isPaused = false;
        await start(desk);
        return `end ${desk.id} and start it again`;
      };

      const log: string[] = [];
      try {
        await live();
      } catch (error) {
        throw new Error([...log, ...(await troubles(world))].join('\n'), { cause: error });
      }
      expect(log.length).toBeGreaterThanOrEqual(STEP_COUNT);

      async function live(): Promise<void> {
        while (log.length < STEP_COUNT) {
          const step = random.weighted(STEPS);
          const done = await step(world, random, client);
          if (done === undefined) continue;
          log.push(done);
          // From time to time the workflows keep up; otherwise everything would come at once.
          if (log.length % PAUSE_EVERY === 0) {
            await worker.ready;
            const desk = random.pick(world.desks) as Desk;
            await refresh(desk);
          }
          if (log.length % END_EVERY === 0) log.push(await endAndStart(world.desks.at(-1) as Desk));
          if (log.length % CRASH_EVERY !== 0) continue;
          await worker.ready;
          await worker.kill();
          worker = startWorker();
        }

        await worker.ready;
        for (const { id } of world.desks) await handleOf(`Desk-${id}`).resume();
        for (const desk of world.desks) await refresh(desk);
        for (const desk of world.desks) await atRest(() => expectDesk(world, desk));
        await atRest(async () => expect(await runningIds()).toEqual(world.workflowIds));
        for (const workflowId of world.workflowIds) {
          await env.expectNeverWedged(workflowId);
          expect(await client.workflow.getHandle(workflowId).query('status'), workflowId).toBe('running');
        }
        const late = startWorker(heldBack);
        try {
          const { Ticket: tickets = {}, Comment: comments = {} } = await handleOf(
            `Desk-${heardOf.id}`,
          ).state();
          await atRest(async () => {
            const { Ticket = {}, Comment = {} } = await handleOf(subscriber).state();
            expect({ Ticket, Comment }).toEqual({ Ticket: tickets, Comment: comments });
          });
        } finally {
          await late.kill();
        }
      }
    },
  );

  const handleOf = <Data>(workflowId: string): StatefulHandle<Data> =>
    new StatefulHandle<Data>(env.client, workflowId);

  /**
   * Loads anew. Of a worker that was killed the server hears only as its tasks time out, some one after another; until
   * then it takes no update, which is to be sent again.
   */
  async function refresh({ id }: Desk): Promise<void> {
    for (const until = Date.now() + PATIENCE; ;)
      try {
        await handleOf<DeskData>(`Desk-${id}`).refresh({ acceptDeletions: true });
        return;
      } catch (error) {
        const isBusy = error instanceof StatefulWorkflowError && error.code === 'WORKFLOW_BUSY';
        if (!isBusy || Date.now() > until) throw error;
      }
  }

  /** Why workflow tasks failed, and what is wrong with children, where anything is. */
  async function troubles({ workflowIds }: World): Promise<string[]> {
    const found: string[] = [];
    for (const id of workflowIds)
      try {
        const failures = taskFailures(await eventsOf(env.client, id));
        if (failures.length > 0) found.push(`${id}: ${failures.join('; ')}`);
        for (const { workflowId, status, error } of await handleOf(id).children())
          if (status !== 'running') found.push(`${id} has ${workflowId}, which is ${status}: ${error}`);
      } catch (error) {
        found.push(`${id}: ${String(error)}`);
      }
    return found;
  }

  async function expectDesk(world: World, desk: Desk): Promise<void> {
    const handle = handleOf<DeskData>(`Desk-${desk.id}`);
    const tickets = byId((await handle.data())?.tickets);
    expect(tickets.map(({ id }) => id)).toEqual([...desk.tickets.keys()].toSorted());
    const children = await handle.children();
    expect(byId(children).map(({ id, status }) => `${id} ${status}`)).toEqual(
      tickets.map(({ id }) => `${id} running`),
    );
    for (const held of tickets) await expectTicket(world, desk.tickets.get(held.id) as Ticket, held);
    // Nothing is left of what went.
    const comments = new Set([...desk.tickets.values()].flatMap((ticket) => [...ticket.comments.keys()]));
    const { Ticket = {}, Comment = {} } = await handle.state();
    expect(Object.keys(Ticket).toSorted()).toEqual([...desk.tickets.keys()].toSorted());
    expect(Object.keys(Comment).toSorted()).toEqual([...comments].toSorted());
  }

  /** @param held what the desk's workflow holds of it */
  async function expectTicket(world: World, ticket: Ticket, held: TicketData): Promise<void> {
    const handle = handleOf<TicketData>(`Ticket-${ticket.id}`);
    const data = await handle.data();
    expect(data).toMatchObject({ id: ticket.id, title: ticket.title });
    expect(byId(data?.comments)).toEqual(byId([...ticket.comments.values()]));
    expect({ ...data, comments: byId(data?.comments) }).toEqual({ ...held, comments: byId(held.comments) });
    if (ticket.settled) expect(data?.note).toBe(ticket.note);
    // Of several desks the one that was rotated last has said it.
    expect(world.desksOf(ticket).map(({ token }) => token)).toContain((await handle.apiToken())?.reference);
    const children = await handle.children();
    expect(byId(children).map(({ id, status }) => `${id} ${status}`)).toEqual(
      [...ticket.comments.keys()].toSorted().map((id) => `${id} running`),
    );
    for (const comment of ticket.comments.values())
      expect(await handleOf(`Comment-${comment.id}`).data()).toEqual(comment);
  }

  async function runningIds(): Promise<string[]> {
    const query = `TaskQueue = '${env.taskQueue}' AND ExecutionStatus = 'Running'`;
    const ids: string[] = [];
    for await (const { workflowId } of env.client.workflow.list({ query })) ids.push(workflowId);
    return ids.toSorted();
  }
});
