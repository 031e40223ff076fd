import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeTemporal, type Sent } from '../../test/support/fake-temporal';
import { FakeWorkflow } from '../../test/support/fake-workflow';
import type { Fields } from '../contract/schema';
import type { EntityRef } from '../contract/adapter';

const PATHS = { Desk: { tickets: true }, Ticket: { comments: true }, Comment: undefined } as const;

/** Workflows on one server: desks hold tickets, tickets hold comments, and each of them is a workflow. */
class Fleet {
  readonly temporal = new FakeTemporal();
  readonly workflows = new Map<string, FakeWorkflow>();
  #begun = 0;

  constructor() {
    this.temporal.deliver = (sent) => this.#deliver(sent);
  }

  begin(root: EntityRef): FakeWorkflow {
    const workflowId = `${root.name}-${root.id}`;
    const managedPaths = PATHS[root.name as keyof typeof PATHS];
    const workflow = new FakeWorkflow(this.temporal, workflowId, root, { managedPaths });
    this.workflows.set(workflowId, workflow);
    return workflow;
  }

  of(workflowId: string): FakeWorkflow {
    const found = this.workflows.get(workflowId);
    if (!found) throw new Error(`${workflowId} does not run; there are ${[...this.workflows.keys()].join()}`);
    return found;
  }

  get running(): string[] {
    return [...this.workflows.keys()].sort();
  }

  /** Continues a workflow as new. */
  continue(workflowId: string): void {
    const before = this.of(workflowId);
    const managedPaths = PATHS[before.root.name as keyof typeof PATHS];
    this.workflows.set(workflowId, before.next({ managedPaths }));
  }

  /** Somebody terminates a workflow, which cannot say so. */
  terminate(workflowId: string): void {
    this.workflows.delete(workflowId);
    this.temporal.answer(workflowId, 'nobody');
    this.temporal.started.findLast((started) => started.workflowId === workflowId)?.end('terminated');
  }

  /** Lets everything happen for a while: children begin, signals arrive, and who is let go by all ends. */
  async pass(ms = 0): Promise<void> {
    for (let before = -1; before !== this.#moves;) {
      before = this.#moves;
      await this.temporal.pass(ms);
      ms = 0;
      for (const started of this.temporal.started.slice(this.#begun)) {
        this.#begun++;
        const { workflowId, input } = started;
        const root = { name: input.entityName ?? '', id: input.id };
        const managedPaths = PATHS[root.name as keyof typeof PATHS];
        this.temporal.answer(workflowId, 'taken');
        this.workflows.set(
          workflowId,
          new FakeWorkflow(this.temporal, workflowId, root, { managedPaths, input }),
        );
      }
      for (const workflow of this.workflows.values()) if (workflow.ending) await this.#end(workflow);
    }
  }

  /** How much has happened. */
  get #moves(): number {
    return this.#begun + this.temporal.sent.length + this.workflows.size * 1_000_000;
  }

  async #end(workflow: FakeWorkflow): Promise<void> {
    const { workflowId, ending = 'cancelled' } = workflow;
    const ended = workflow.hierarchy.end(ending);
    await this.temporal.settle();
    await ended;
    this.workflows.delete(workflowId);
    this.temporal.answer(workflowId, 'nobody');
    this.temporal.started.findLast((started) => started.workflowId === workflowId)?.end(ending);
  }

  #deliver(sent: Sent): void {
    // Not in the same moment: the sender has yet to hear that it arrived.
    void Promise.resolve().then(() => this.workflows.get(sent.to)?.receive(sent));
  }
}

describe('a hierarchy of workflows', () => {
  let fleet: Fleet;
  let desk: FakeWorkflow;

  beforeEach(async () => {
    fleet = new Fleet();
    vi.spyOn(Date, 'now').mockImplementation(() => fleet.temporal.now);
    desk = fleet.begin({ name: 'Desk', id: '1' });
    desk.write('Comment', 'k', { text: 'hello' });
    desk.write('Ticket', 'a', { title: 'one', comments: ['k'] });
    desk.write('Ticket', 'b', { title: 'two' });
    desk.write('Desk', '1', { tickets: ['a', 'b'] });
    await fleet.pass();
  });

  afterEach(() => vi.restoreAllMocks());

  const everywhere = (name: string, id: string): (Fields | undefined)[] =>
    fleet.running.map((workflowId) => fleet.of(workflowId).get(name, id)).filter(Boolean);

  it('has a workflow for each item on each level, with its part of the state', () => {
    expect(fleet.running).toEqual(['Comment-k', 'Desk-1', 'Ticket-a', 'Ticket-b']);
    expect(fleet.of('Ticket-a').get('Comment', 'k')).toEqual({ text: 'hello' });
    expect(fleet.of('Ticket-b').get('Ticket', 'a')).toBeUndefined();
  });

  it('agrees after changes at the top, in the middle and at the bottom, and says no more then', async () => {
    desk.write('Comment', 'k', { text: 'from the desk' });
    await fleet.pass();
    expect(everywhere('Comment', 'k')).toEqual(Array(3).fill({ text: 'from the desk' }));
    fleet.of('Ticket-a').write('Ticket', 'a', { title: 'from the ticket' });
    fleet.of('Comment-k').write('Comment', 'k', { text: 'from itself' });
    await fleet.pass();
    expect(everywhere('Comment', 'k')).toEqual(Array(3).fill({ text: 'from itself' }));
    expect(everywhere('Ticket', 'a')).toEqual(Array(2).fill({ title: 'from the ticket', comments: ['k'] }));
    fleet.temporal.sent.length = 0;
    await fleet.pass(3_600_000);
    expect(fleet.temporal.sent).toEqual([]);
  });

  it('agrees on the change that arrives last at the home', async () => {
    fleet.temporal.answer('Ticket-b', 'held');
    desk.write('Ticket', 'b', { title: 'of the desk' });
    await fleet.pass();
    fleet.of('Ticket-b').write('Ticket', 'b', { title: 'of the ticket' });
    await fleet.pass();
    // The ticket has not decided on it yet.
    expect(desk.get('Ticket', 'b')).toEqual({ title: 'of the desk' });
    fleet.temporal.answer('Ticket-b', 'taken');
    await fleet.pass();
    expect(everywhere('Ticket', 'b')).toEqual(Array(2).fill({ title: 'of the desk' }));
  });

  it('ends a whole branch with its item', async () => {
    desk.write('Desk', '1', { tickets: ['b'] });
    await fleet.pass();
    expect(fleet.running).toEqual(['Desk-1', 'Ticket-b']);
    expect([desk.get('Ticket', 'a'), desk.get('Comment', 'k')]).toEqual([undefined, undefined]);
  });

  it('shares an item of two desks, which ends with the second that lets it go', async () => {
    const other = fleet.begin({ name: 'Desk', id: '2' });
    other.write('Ticket', 'a', { note: 'of the second' });
    other.write('Desk', '2', { tickets: ['a'] });
    await fleet.pass();
    expect(everywhere('Ticket', 'a')).toEqual(
      Array(3).fill({ title: 'one', comments: ['k'], note: 'of the second' }),
    );
    desk.write('Desk', '1', { tickets: ['b'] });
    await fleet.pass();
    expect(fleet.running).toContain('Ticket-a');
    other.write('Desk', '2', { tickets: [] });
    await fleet.pass();
    expect(fleet.running).toEqual(['Desk-1', 'Desk-2', 'Ticket-b']);
  });

  it('moves a comment from one ticket to the other, and does not interrupt its workflow', async () => {
    const comment = fleet.of('Comment-k');
    fleet.of('Ticket-b').write('Comment', 'k', { text: 'hello' });
    fleet.of('Ticket-b').write('Ticket', 'b', { comments: ['k'] });
    await fleet.pass();
    fleet.of('Ticket-a').write('Ticket', 'a', { comments: [] });
    await fleet.pass();
    expect(fleet.of('Comment-k')).toBe(comment);
    expect(everywhere('Comment', 'k')).toEqual(Array(3).fill({ text: 'hello' }));
  });

  it('mends a workflow that was terminated, with what its parent knows', async () => {
    fleet.of('Ticket-a').write('Ticket', 'a', { title: 'kept' });
    await fleet.pass();
    fleet.terminate('Ticket-a');
    await fleet.pass();
    expect(fleet.running).not.toContain('Ticket-a');
    await fleet.pass(1_000);
    expect(everywhere('Ticket', 'a')).toEqual(Array(2).fill({ title: 'kept', comments: ['k'] }));
    // The comment was not terminated: it hears of its new parent, and tells it what it knows.
    fleet.of('Comment-k').write('Comment', 'k', { text: 'still here' });
    await fleet.pass();
    expect(everywhere('Comment', 'k')).toEqual(Array(3).fill({ text: 'still here' }));
  });

  it('loses nothing when each of them continues as new while changes are under way', async () => {
    for (let round = 0; round < 5; round++) {
      for (const workflowId of fleet.running) {
        fleet.of(workflowId).write('Comment', 'k', { [workflowId]: round });
        fleet.continue(workflowId);
        await fleet.pass();
      }
    }
    desk = fleet.of('Desk-1');
    const all = fleet.of('Comment-k').get('Comment', 'k');
    expect(all).toMatchObject({ text: 'hello', 'Desk-1': 4, 'Ticket-a': 4, 'Comment-k': 4 });
    expect([desk, fleet.of('Ticket-a')].map((one) => one.get('Comment', 'k'))).toEqual([all, all]);
  });

  it('pauses below whoever pauses, and goes on with it', async () => {
    const isPaused = (): boolean[] =>
      fleet.running.map((id) => fleet.of(id).hierarchy.exchange.pauses.isPaused);
    desk.hierarchy.exchange.pause(true);
    await fleet.pass();
    fleet.of('Ticket-a').hierarchy.exchange.pause(true);
    expect(isPaused()).toEqual([true, true, true, true]);
    desk.hierarchy.exchange.pause(false);
    await fleet.pass();
    // Comment-k, Desk-1, Ticket-a, Ticket-b
    expect(isPaused()).toEqual([true, false, true, false]);
    fleet.of('Ticket-a').hierarchy.exchange.pause(false);
    await fleet.pass();
    expect([isPaused(), fleet.of('Comment-k').triggers]).toEqual([Array(4).fill(false), ['resume']]);
  });

  it('hands a token down to all, once', async () => {
    fleet.temporal.sent.length = 0;
    desk.setApiToken('secret:NEW');
    await fleet.pass();
    expect(fleet.running.map((id) => fleet.of(id).apiToken)).toEqual(Array(4).fill('secret:NEW'));
    expect(fleet.temporal.sent).toHaveLength(3);
  });

  it('ends from the top, everybody told', async () => {
    const ended = desk.hierarchy.end('completed');
    await fleet.pass();
    await ended;
    expect(fleet.running).toEqual(['Desk-1']);
  });
});
