import { Worker, type WorkerOptions } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PATCH_COUNT } from '../src/base/patches';
import { StatefulClient, type StatefulHandle } from '../src/client';
import { beginningIn, BEGINS } from '../src/contract/defined';
import type { StartInput } from '../src/index';
import { TestDesk } from './support/desk';
import { TestEnvironment } from './support/environment';
import { eventually } from './support/eventually';
import { eventsOf, historiesOf, taskFailures } from './support/history';
import { scriptedAdapter, ScriptedSources } from './support/scripted-adapter';
import { scale } from './support/scale';
import { bundleOf } from './support/stages';
import { UpgradingDeskWorkflow } from './workflows/upgrading';

describe('a class that is changed under its running workflows', () => {
  let env: TestEnvironment;
  let deployed: string;
  beforeAll(async () => {
    env = await TestEnvironment.start({
      started: false,
      adapters: [scriptedAdapter(new ScriptedSources(), 'other')],
    });
  });
  afterAll(() => env.stop());

  /** Replaces the worker by one of another stage. */
  const deploy = async (stage: string, options: Partial<WorkerOptions> = {}): Promise<void> => {
    deployed = stage;
    await env.stopWorkers();
    await env.startWorker(undefined, { workflowBundle: await bundleOf(stage), ...options });
  };

  /** Starts a desk as a client does that knows its class as it is before, or that says something else of it. */
  const startedTyped = async (desk: TestDesk, begins?: unknown): Promise<void> => {
    const workflow = (input: StartInput): Promise<unknown> => UpgradingDeskWorkflow(input);
    Object.defineProperty(workflow, 'name', { value: UpgradingDeskWorkflow.name });
    Object.defineProperty(workflow, BEGINS, { value: () => begins });
    const { client, taskQueue } = env;
    const desks = new StatefulClient(client, {
      workflow: begins === undefined ? UpgradingDeskWorkflow : workflow,
      taskQueue,
      entityName: 'Desk',
    });
    await desks.start({ id: desk.id });
  };

  /** The ids of the patches that the current run of a workflow has. */
  const marks = async ({ workflowId }: StatefulHandle): Promise<string[]> =>
    (await eventsOf(env.client, workflowId))
      .map(({ markerRecordedEventAttributes: mark }) => mark)
      .filter((mark) => mark?.markerName === 'core_patch')
      .map((mark) => Buffer.from(mark?.details?.['patch-data']?.payloads?.[0]?.data ?? []).toString())
      .map((data) => (JSON.parse(data) as { readonly id: string }).id);

  /** A desk that runs, with tickets that do. */
  const begun = async (
    start = (desk: TestDesk): Promise<unknown> => desk.start('UpgradingDeskWorkflow'),
  ): Promise<TestDesk> => {
    const desk = new TestDesk(env);
    env.sources.of(desk.idOf('a'), 'comments').records = [{ id: desk.idOf('k'), text: 'x' }];
    desk.source.records = [desk.record('a'), desk.record('b')];
    await start(desk);
    await desk.settled('a', 'b');
    await desk.handle.update({ entityName: 'Desk', data: { note: 'written' } });
    await eventually(async () =>
      expect(await desk.handle.data()).toMatchObject({ name: 'Ada', note: 'written' }),
    );
    return desk;
  };

  const runOf = async ({ temporal }: StatefulHandle): Promise<string> => (await temporal.describe()).runId;

  /**
   * Deploys a stage under a desk and its tickets, with traffic, and waits until the runs of the classes as they were have
   * ended by themselves, and the next ones hold all that they held.
   */
  const changed = async (desk: TestDesk, stage: string): Promise<void> => {
    // Tickets are of one class before, and of another ever after.
    const isTicketChanged = (deployed === 'before') !== (stage === 'before');
    const all = [desk.handle, ...(isTicketChanged ? [desk.ticket('a')] : [])];
    const before = await Promise.all(all.map(runOf));
    await deploy(stage);
    desk.source.records = [desk.record('a', { title: stage }), desk.record('b')];
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: stage } });
    expect((await desk.handle.refresh()).errors).toBeUndefined();
    await eventually(async () => {
      for (const [i, handle] of all.entries()) expect(await runOf(handle)).not.toBe(before[i]);
      const data = await desk.handle.data();
      expect(data).toMatchObject({ name: 'Ada', note: 'written' });
      expect(data?.tickets).toMatchObject([{ title: stage }, { title: 'b' }]);
      expect(await desk.handle.status()).toMatchObject({ status: 'running' });
      expect(await desk.ticket('a').data()).toMatchObject({ note: stage });
    });
    for (const handle of [desk.handle, desk.ticket('a'), desk.ticket('b')]) {
      expect((await handle.temporal.describe()).status.name).toBe('RUNNING');
      await env.expectNeverWedged(handle.workflowId);
    }
  };

  const short = [
    ['a source is added', 'before'],
    ['much is changed at once', 'a path with a condition is retired'],
  ] as const;
  const full = [
    ['a source is removed', 'before'],
    ['a source is renamed', 'before'],
    ['sources change places', 'before'],
    ['a source asks for something else', 'before'],
    ['a source is renamed and asks for something else', 'before'],
    ['a source gets another adapter', 'before'],
    ['a source gets another time limit', 'before'],
    ['it watches', 'before'],
    ['it loads by itself no longer', 'before'],
    ['it loads at another interval', 'before'],
    ['an entity gets a relation', 'before'],
    ['an entity loses a relation', 'before'],
    ['a path gets a condition', 'a path loses its condition'],
    ['a path gets a condition', 'a path with a condition is retired'],
    ['a path gets options', 'before'],
    ['a path is removed', 'before'],
    ['the limit of events changes', 'before'],
  ] as const;

  it.each([...short, ...full.slice(0, scale(full.length, 0))])('%s, then: %s', async (stage, next) => {
    await deploy('before');
    const desk = await begun();
    await changed(desk, stage);
    await changed(desk, next);
    const isLed = next !== 'a path with a condition is retired';
    await desk.settled(...(isLed ? ['a', 'b'] : []));
  });

  it('is replayed by what the client said of it, where that was so, and records nothing', async () => {
    await deploy('before');
    const desk = await begun((desk) => startedTyped(desk));
    expect(await marks(desk.handle)).toEqual([]);
    await changed(desk, 'much is changed at once');
  });

  it('is replayed by what it records itself, where the client said something else', async () => {
    await deploy('before');
    const nonsense = [
      { ...(beginningIn(UpgradingDeskWorkflow) as object), patches: 3 },
      { declared: null, patches: '9' },
      'x'.repeat(10_000),
    ];
    for (const begins of nonsense) {
      const desk = new TestDesk(env);
      await startedTyped(desk, begins);
      await desk.settled();
      expect((await marks(desk.handle))[0]).toMatch(/^stateful-class:1\//);
      expect(await desk.handle.rejectedSignals()).toMatchObject({ count: 0 });
    }
    const desk = await begun((desk) =>
      startedTyped(desk, { declared: { schema: {} }, patches: PATCH_COUNT }),
    );
    await changed(desk, 'a source is added');
  });

  it('says that the worker refuses the record that is needed, and goes on once it does not', async () => {
    await deploy('a source is added', {
      patchActivationCallback: ({ patchId }) => !patchId.startsWith('stateful-'),
    });
    const desk = new TestDesk(env);
    await startedTyped(desk);
    await eventually(async () =>
      expect(taskFailures(await eventsOf(env.client, desk.handle.workflowId)).at(-1)).toMatch(
        /^patchActivationCallback: of the worker refuses ids that begin with "stateful-class"/,
      ),
    );
    await deploy('a source is added');
    expect((await desk.handle.refresh()).errors).toBeUndefined();
  });

  it('sends its commands in the same order, however many turns its hooks take', async () => {
    await deploy('before');
    const desk = await begun();
    for (const title of ['x', 'y', 'z']) {
      // A child that is told something, one that is let go, and one that starts, all by one load.
      desk.source.records = [desk.record('a', { title }), desk.record(title, { title })];
      await desk.handle.refresh();
      await desk.handle.temporal.signal('refresh');
      await desk.ticket('a').update({ entityName: 'Ticket', data: { note: title } });
      await eventually(async () =>
        expect(await desk.handle.data()).toMatchObject({ tickets: [{ title, note: title }, { title }] }),
      );
    }
    const { workflowId } = desk.handle;
    const histories = [...(await historiesOf(env.client, workflowId))];
    for (const stage of ['its hooks take more turns', 'it gets hooks']) {
      const options = { workflowBundle: await bundleOf(stage) };
      for await (const { error } of Worker.runReplayHistories(
        options,
        histories.map((history) => ({ workflowId, history })),
      ))
        expect(error?.message, stage).toBeUndefined();
    }
  });

  it('says which function of a path is missing, and goes on once it is back', async () => {
    await deploy('a path gets a condition');
    const desk = await begun();
    await deploy('before');
    await desk.handle.temporal.signal('refresh');
    await eventually(async () =>
      expect(taskFailures(await eventsOf(env.client, desk.handle.workflowId)).at(-1)).toMatch(
        /^managedPaths\.tickets\.condition: was there when this run began.*formerly: \{ condition \}/,
      ),
    );
    await deploy('a path loses its condition');
    expect((await desk.handle.refresh()).errors).toBeUndefined();
    await desk.settled('a', 'b');
  });

  it('says that the worker refuses to note the change, and goes on once it does not', async () => {
    await deploy('before');
    const desk = await begun();
    await deploy('a source is added', {
      patchActivationCallback: ({ patchId }) => !patchId.startsWith('stateful-'),
    });
    await desk.handle.temporal.signal('refresh');
    const looks = desk.source.looks.length;
    await eventually(async () =>
      expect(taskFailures(await eventsOf(env.client, desk.handle.workflowId)).at(-1)).toMatch(
        /^patchActivationCallback: of the worker refuses "stateful-changed-class".*ids that begin with/,
      ),
    );
    expect(desk.source.looks).toHaveLength(looks);
    await deploy('a source is added');
    expect((await desk.handle.refresh()).errors).toBeUndefined();
    await eventually(async () => expect(await desk.handle.data()).toMatchObject({ phones: ['1', '2'] }));
  });

  it('keeps a run for no longer than maxRunAge, although nothing happens', async () => {
    await deploy('it ages');
    const desk = await begun();
    const before = await runOf(desk.handle);
    await eventually(async () => expect(await runOf(desk.handle)).not.toBe(before));
    expect(await desk.handle.data()).toMatchObject({ name: 'Ada', note: 'written' });
    // It is no reason to load.
    const looks = desk.source.looks.length;
    const second = await runOf(desk.handle);
    await eventually(async () => expect(await runOf(desk.handle)).not.toBe(second));
    expect(desk.source.looks).toHaveLength(looks);
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it('continues as new when it is told to roll', async () => {
    await deploy('before');
    const desk = await begun();
    const before = await runOf(desk.ticket('b'));
    await desk.ticket('b').roll();
    await eventually(async () => expect(await runOf(desk.ticket('b'))).not.toBe(before));
    expect(await desk.ticket('b').data()).toMatchObject({ title: 'b' });
    await env.expectNeverWedged(desk.ticket('b').workflowId);
  });
});
