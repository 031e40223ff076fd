import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { toldBy } from '../support/told';

/** Larger than a payload may be, in bytes but not in characters. */
const LONG = '€'.repeat(800_000);

describe('items that cannot have a child', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({ maxResultBytes: 1_000_000 });
  });
  afterAll(() => env.stop());

  describe('two of one workflow id', () => {
    it('on one path: one runs, the other is reported, and runs when the first has gone', async () => {
      const desk = new TestDesk(env);
      const code = `X-${desk.id}`;
      desk.source.records = [desk.record('a', { code }), desk.record('b', { code })];
      await desk.start('CodedDeskWorkflow');
      await desk.eventually((children) =>
        expect(children).toMatchObject([
          { workflowId: `Ticket-${code}`, status: 'running' },
          {
            workflowId: `Ticket-${code}`,
            status: 'failed',
            path: 'tickets',
            error: expect.stringContaining(`is that of Ticket ${desk.idOf('a')}`) as unknown,
          },
        ]),
      );
      desk.source.records = [desk.record('b', { code, title: 'the other' })];
      await desk.handle.refresh();
      await desk.eventually((children) =>
        expect(children).toMatchObject([{ workflowId: `Ticket-${code}`, status: 'running' }]),
      );
      await eventually(async () =>
        expect(await env.client.workflow.getHandle(`Ticket-${code}`).query('data')).toMatchObject({
          title: 'the other',
        }),
      );
      await env.expectNeverWedged(desk.handle.workflowId);
    });

    it('on two paths: one runs, the other is reported, and runs when the first has gone', async () => {
      const desk = new TestDesk(env);
      const id = desk.idOf('a');
      desk.source.records = [desk.record('a')];
      await desk.start('OfficeDeskWorkflow', { data: { faults: [{ id, title: 'a fault' }] } });
      // The fault was there first.
      await desk.eventually((children) =>
        expect(children.map(({ path, status }) => [path, status])).toEqual([
          ['faults', 'running'],
          ['tickets', 'failed'],
        ]),
      );
      await desk.holds('a', { title: 'a fault' });
      await desk.handle.delete({ entityName: 'Fault', deletions: { Fault: [id] } });
      await desk.eventually((children) =>
        expect(children.map(({ path, status }) => [path, status])).toEqual([['tickets', 'running']]),
      );
      await desk.holds('a', { title: 'a' });
    });
  });

  it('one whose workflow id would be too long is reported; the others run', async () => {
    const desk = new TestDesk(env);
    const code = 'x'.repeat(998);
    // Ids are at most 800 characters: only what is put together gets this long.
    desk.source.records = [desk.record('a', { queue: code.slice(0, 500), number: code.slice(0, 500) })];
    desk.source.records = [...desk.source.records, desk.record('b', { queue: desk.id, number: 1 })];
    await desk.start('NumberedDeskWorkflow');
    await desk.eventually((children) => {
      expect(children).toHaveLength(2);
      expect(children).toContainEqual(
        expect.objectContaining({ workflowId: `Ticket-${desk.id}:1`, status: 'running' }),
      );
      expect(children.find(({ status }) => status === 'failed')?.error).toMatch(
        /longer than .* characters.*idAttribute/,
      );
    });
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  it.each([
    ['blank', '  '],
    ['longer than 800 characters', 'x'.repeat(850)],
  ])('one whose id is %s is reported; the others run', async (what, id) => {
    const desk = new TestDesk(env);
    desk.source.pages = () => [{ records: [], complete: false }];
    await desk.start('DeskWorkflow', { data: { tickets: [id, desk.idOf('b')] } });
    await desk.eventually((children) => {
      expect(children).toHaveLength(2);
      expect(children.find(({ status }) => status === 'running')?.id).toBe(desk.idOf('b'));
      expect(children.find(({ status }) => status === 'failed')?.error).toMatch(
        new RegExp(`Its id is ${what}\\. Name an idAttribute`),
      );
    });
    await env.expectNeverWedged(desk.handle.workflowId);
  });

  describe('larger than Temporal takes', () => {
    it.each([
      ['in characters', 'x'.repeat(1_950_000)],
      ['in bytes', LONG],
    ])('%s: the start is reported, the others run; smaller, it runs too', async (_, note) => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a', { note }), desk.record('b')];
      await desk.start();
      await desk.eventually((children) => {
        expect(children.map(({ id, status }) => [id, status])).toEqual([
          [desk.idOf('a'), 'failed'],
          [desk.idOf('b'), 'running'],
        ]);
        expect(children[0]?.error).toMatch(/bytes, and Temporal takes 1900000\. Hold less/);
      });
      desk.source.records = [desk.record('a', { note: 'short' }), desk.record('b')];
      await desk.handle.refresh();
      await desk.settled('a', 'b');
      await desk.holds('a', { note: 'short' });
      await env.expectNeverWedged(desk.handle.workflowId);
    });

    it('as it changes: it is reported until the child knows of it, and the rest still travels', async () => {
      const desk = new TestDesk(env);
      desk.source.records = [desk.record('a'), desk.record('b')];
      await desk.start();
      await desk.settled('a', 'b');
      const errors = async (): Promise<unknown> =>
        Object.fromEntries((await desk.handle.children()).map(({ id, error }) => [id, error]));
      desk.source.records = [desk.record('a', { note: LONG }), desk.record('b', { note: 'n' })];
      await desk.handle.refresh();
      await desk.holds('b', { note: 'n' });
      const reported = { [desk.idOf('a')]: expect.stringContaining('Hold less') as unknown };
      await eventually(async () => expect(await errors()).toMatchObject(reported));
      // Another signal that reaches it does not make it good.
      await desk.handle.pause();
      await eventually(async () => expect(await desk.ticket('a').temporal.query('status')).toBe('paused'));
      await desk.handle.resume();
      await eventually(async () => expect(await desk.ticket('a').temporal.query('status')).toBe('running'));
      expect(await errors()).toMatchObject(reported);
      desk.source.records = [desk.record('a', { note: 'short' }), desk.record('b', { note: 'n' })];
      await desk.handle.refresh();
      await desk.holds('a', { note: 'short' });
      await eventually(async () => expect(await errors()).toMatchObject({ [desk.idOf('a')]: undefined }));
      await env.expectNeverWedged(desk.handle.workflowId);
    });

    it('put together of many parts: a change goes in several signals', async () => {
      const desk = new TestDesk(env);
      const comments = (count: number) =>
        Array.from({ length: count }, (_, i) => ({ id: desk.idOf(`k${i}`), text: `${i} `.repeat(30_000) }));
      desk.source.records = [desk.record('a')];
      await desk.start();
      await desk.settled('a');
      desk.source.records = [desk.record('a', { comments: comments(20) })];
      await desk.handle.refresh();
      await eventually(async () => expect((await desk.ticket('a').data())?.comments).toHaveLength(20));
      const lines = await toldBy(env.client, desk.handle.workflowId, desk.ticket('a').workflowId);
      expect(lines.filter((line) => line.includes(' text '))).toHaveLength(20);
      await env.expectNeverWedged(desk.handle.workflowId);
      await env.expectNeverWedged(desk.ticket('a').workflowId);
    });
  });
});
