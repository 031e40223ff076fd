import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulHandle } from '../../src/client';
import { TestDesk } from '../support/desk';
import { TestEnvironment, type WorkflowName } from '../support/environment';
import { eventually } from '../support/eventually';
import { eventsOf, taskFailures } from '../support/history';
import type { TicketData } from '../workflows/hierarchy';

describe('the options of a managed path: who a child is', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const workflow = (workflowId: string): StatefulHandle<TicketData> =>
    new StatefulHandle(env.client, workflowId);
  /** Waits until these are the children that run, whatever their items are called. */
  const running = (desk: TestDesk, ...workflowIds: readonly string[]): Promise<void> =>
    desk.eventually((children) =>
      expect(children.map(({ workflowId, status }) => [workflowId, status]).toSorted()).toEqual(
        workflowIds.map((workflowId) => [workflowId, 'running']).toSorted(),
      ),
    );
  const holds = (workflowId: string, fields: Readonly<Record<string, unknown>>): Promise<void> =>
    eventually(async () => expect(await workflow(workflowId).data()).toMatchObject(fields));
  /** Whether changes reach the child from the parent, and the parent from the child. */
  const follows = async (desk: TestDesk, workflowId: string, entityName: string): Promise<void> => {
    await workflow(workflowId).update({ entityName, data: { note: 'from below' } });
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'from below' }]),
    );
    desk.source.records = desk.source.records.map((record) => ({
      ...(record as object),
      title: 'from above',
    }));
    await desk.handle.refresh();
    await holds(workflowId, { title: 'from above', note: 'from below' });
    expect(await workflow(workflowId).rejectedSignals()).toMatchObject({ count: 0 });
    expect(await desk.handle.rejectedSignals()).toMatchObject({ count: 0 });
    // Neither side holds it twice, under a name of the other's.
    expect(Object.keys((await desk.handle.state())['Ticket'] ?? {})).toHaveLength(1);
    expect(Object.keys((await workflow(workflowId).state())[entityName] ?? {})).toHaveLength(1);
  };

  it('true for all relations gives every one of them children, with derived options', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('EveryPathDeskWorkflow', { data: { lead: { id: desk.idOf('g'), name: 'Ada' } } });
    await running(desk, `Ticket-${desk.idOf('a')}`, `Agent-${desk.idOf('g')}`);
    await holds(`Agent-${desk.idOf('g')}`, { name: 'Ada' });
    const defaults = { autoStart: true, credentials: 'inherit', apiUrl: 'own', loads: 'own' };
    expect(await desk.handle.managedPaths()).toEqual({
      tickets: { ...defaults, workflowType: 'TicketWorkflow', entityName: 'Ticket', items: 1, children: 1 },
      lead: { ...defaults, workflowType: 'AgentWorkflow', entityName: 'Agent', items: 1, children: 1 },
    });
  });

  it('workflowType names the type of the children', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('LoadingDeskWorkflow');
    await desk.settled('a');
    expect((await desk.ticket('a').temporal.describe()).type).toBe('LoadingTicketWorkflow');
    expect(await desk.handle.children()).toMatchObject([{ workflowType: 'LoadingTicketWorkflow' }]);
  });

  it('entityName is what the child calls the entity; changes both ways are renamed', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { comments: [{ id: desk.idOf('k'), text: 'x' }] })];
    await desk.start('RenamingDeskWorkflow');
    const child = `Case-${desk.idOf('a')}`;
    await running(desk, child);
    expect(await workflow(child).temporal.query('entityName')).toBe('Case');
    await holds(child, { id: desk.idOf('a'), title: 'a', comments: [{ text: 'x' }] });
    await follows(desk, child, 'Case');
    // A part of the item keeps its name.
    await workflow(child).update({ entityName: 'Comment', data: { id: desk.idOf('k'), text: 'y' } });
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets?.[0]?.comments).toMatchObject([{ text: 'y' }]),
    );
  });

  it('idAttribute names the field that holds the id of the child', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { code: `X-${desk.id}` })];
    await desk.start('CodedDeskWorkflow');
    const child = `Ticket-X-${desk.id}`;
    await running(desk, child);
    expect(await workflow(child).temporal.query('id')).toBe(`X-${desk.id}`);
    await holds(child, { id: desk.idOf('a'), title: 'a' });
    await follows(desk, child, 'Ticket');
  });

  it('idAttribute may name several fields', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a', { queue: desk.id, number: 7 })];
    await desk.start('NumberedDeskWorkflow');
    const child = `Ticket-${desk.id}:7`;
    await running(desk, child);
    await follows(desk, child, 'Ticket');
  });

  it('an item that lacks its idAttribute is reported, and gets its child once it has it', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b', { code: `Y-${desk.id}` })];
    await desk.start('CodedDeskWorkflow');
    await desk.eventually((children) => {
      expect(children).toHaveLength(2);
      expect(children).toContainEqual(expect.objectContaining({ id: `Y-${desk.id}`, status: 'running' }));
      expect(children.find(({ status }) => status === 'failed')?.error).toMatch(/code/);
    });
    desk.source.records = [
      desk.record('a', { code: `Z-${desk.id}` }),
      desk.record('b', { code: `Y-${desk.id}` }),
    ];
    await desk.handle.refresh();
    await running(desk, `Ticket-Y-${desk.id}`, `Ticket-Z-${desk.id}`);
  });

  it('the composite id of the schema is the id of the child', async () => {
    const desk = new TestDesk(env);
    await desk.start('OfficeDeskWorkflow', {
      data: { lots: [{ region: desk.id, number: 7, title: 'seven' }] },
    });
    const child = `Lot-${desk.id}:7`;
    await running(desk, child);
    await holds(child, { region: desk.id, number: 7, title: 'seven' });
    await workflow(child).update({ entityName: 'Lot', data: { note: 'from below' } });
    await eventually(async () =>
      expect(await desk.handle.data()).toMatchObject({ lots: [{ number: 7, note: 'from below' }] }),
    );
    await desk.handle.update({
      entityName: 'Lot',
      data: { region: desk.id, number: 7, title: 'from above' },
    });
    await holds(child, { title: 'from above', note: 'from below' });
  });

  it('a relation to one is a path of at most one item', async () => {
    const desk = new TestDesk(env);
    const [first, second] = [`Agent-${desk.idOf('g')}`, `Agent-${desk.idOf('h')}`];
    await desk.start('LedDeskWorkflow', { data: { lead: { id: desk.idOf('g'), name: 'Ada' } } });
    await running(desk, first);
    await holds(first, { name: 'Ada' });
    await desk.handle.update({
      entityName: 'Desk',
      data: { lead: { id: desk.idOf('h'), name: 'Grace' } },
    });
    await running(desk, second);
    await eventually(async () =>
      expect((await workflow(first).temporal.describe()).status.name).toBe('CANCELLED'),
    );
    await workflow(second).update({ entityName: 'Agent', data: { note: 'on leave' } });
    await eventually(async () =>
      expect(await desk.handle.data()).toMatchObject({ lead: { name: 'Grace', note: 'on leave' } }),
    );
    await desk.handle.temporal.signal('update', { entityName: 'Desk', data: { lead: null } });
    await running(desk);
    await eventually(async () =>
      expect((await workflow(second).temporal.describe()).status.name).toBe('CANCELLED'),
    );
  });

  it("includeParentId makes the parent's id part of the workflow id", async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start('ParentalDeskWorkflow');
    const child = `Ticket-${desk.idOf('a')}-${desk.id}`;
    await running(desk, child);
    expect(await workflow(child).temporal.query('id')).toBe(desk.idOf('a'));
    await follows(desk, child, 'Ticket');
  });

  it('includeParentId lets two parents each have a child of one item', async () => {
    const desks = [new TestDesk(env), new TestDesk(env)] as const;
    const item = { id: desks[0].idOf('shared'), title: 'shared' };
    for (const desk of desks) {
      desk.source.records = [item];
      await desk.start('ParentalDeskWorkflow');
    }
    for (const desk of desks) await running(desk, `Ticket-${item.id}-${desk.id}`);
  });

  it('taskQueue sends the children to other workers', async () => {
    const elsewhere = await TestEnvironment.start({ worker: { taskQueue: 'test-elsewhere' } });
    try {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a')];
      await desk.start('ElsewhereDeskWorkflow');
      await desk.settled('a');
      await desk.holds('a', { title: 'a' });
      expect((await desk.ticket('a').temporal.describe()).taskQueue).toBe('test-elsewhere');
      await follows(desk, `Ticket-${desk.idOf('a')}`, 'Ticket');
      await desk.handle.cancel();
      expect(await desk.closed('a')).toBe('CANCELLED');
    } finally {
      await elsewhere.stop();
    }
  });

  it('an item on two paths has one child, as long as it is on one of them', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a'), desk.record('b')];
    await desk.start('OfficeDeskWorkflow', { data: { urgent: [desk.idOf('a')] } });
    await desk.settled('a', 'b');
    expect(await desk.handle.managedPaths()).toMatchObject({
      tickets: { items: 2, children: 2 },
      urgent: { items: 1, children: 1 },
    });
    const run = await desk.runOf('a');
    await desk.handle.update({ entityName: 'Desk', data: { urgent: [desk.idOf('b')] } });
    await eventually(async () =>
      expect(await desk.handle.managedPaths()).toMatchObject({ urgent: { items: 1, children: 1 } }),
    );
    await desk.settled('a', 'b');
    // From the other path it goes while it is still on this one; its entity stays, held by it.
    await desk.handle.update({ entityName: 'Desk', data: { tickets: [desk.idOf('a')] } });
    await desk.settled('a', 'b');
    await desk.handle.update({ entityName: 'Desk', data: { urgent: [] } });
    await desk.settled('a');
    expect(await desk.closed('b')).toBe('CANCELLED');
    expect(await desk.runOf('a')).toBe(run);
  });

  it.each<readonly [WorkflowName, RegExp, RegExp]>([
    ['LostDeskWorkflow', /^managedPaths\.nowhere: is not a relation/, /tickets, lead/],
    ['IllNamedDeskWorkflow', /^managedPaths\.tickets\.entityName: /, /Give|Use/],
    ['IdleDeskWorkflow', /^managedPaths\.tickets\.maxConcurrentStarts: /, /Give/],
    ['OftenDeskWorkflow', /^managedPaths\.tickets\.checkEvery: /, /Give|Use/],
    ['OpenDeskWorkflow', /^managedPaths\.tickets\.credentials: /, /secret:NAME/],
  ])('%s, misdeclared, fails its task as it starts and says what to do', async (type, field, fix) => {
    const desk = await new TestDesk(env).start(type);
    const { temporal, workflowId } = desk.handle;
    await eventually(async () =>
      expect(taskFailures(await eventsOf(env.client, workflowId))).not.toEqual([]),
    );
    const [reason] = taskFailures(await eventsOf(env.client, workflowId));
    expect(reason).toMatch(field);
    expect(reason).toMatch(fix);
    expect(reason).not.toContain('hunter2');
    expect((await temporal.describe()).status.name).toBe('RUNNING');
    await temporal.terminate();
  });
});
