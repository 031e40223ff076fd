import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestDesk } from '../support/desk';
import { TestEnvironment } from '../support/environment';
import { eventually, eventuallyEqual } from '../support/eventually';

describe('children', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('start with their part of the state, follow it, and stop when their item goes', async () => {
    const desk = new TestDesk(env);
    const { source } = desk;
    source.records = [desk.record('a', { comments: [{ id: desk.idOf('k1'), text: 'x' }] }), desk.record('b')];
    await desk.start();
    await desk.settled('a', 'b');
    await desk.holds('a', { title: 'a', comments: [{ text: 'x' }] });
    source.records = [
      desk.record('a', {
        title: 'A',
        comments: [
          { id: desk.idOf('k1'), text: 'y' },
          { id: desk.idOf('k2'), text: 'z' },
        ],
      }),
      desk.record('c'),
    ];
    await desk.handle.refresh();
    await desk.holds('a', { title: 'A', comments: [{ text: 'y' }, { text: 'z' }] });
    await desk.settled('a', 'c');
    expect(await desk.closed('b')).toBe('CANCELLED');
    await env.expectNeverWedged(desk.handle.workflowId);
    await env.expectNeverWedged(desk.ticket('a').workflowId);
  });

  it('pass changes of their own up, once', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start();
    await desk.settled('a');
    await desk.ticket('a').update({ entityName: 'Ticket', data: { note: 'hello' } });
    await eventually(async () =>
      expect((await desk.handle.data())?.tickets).toMatchObject([{ note: 'hello' }]),
    );
    await eventuallyEqual(() => desk.handle.temporal.query('triggers'), ['start', 'child']);
    expect(await desk.ticket('a').temporal.query('triggers')).toEqual(['start', 'update']);
  });

  it('start again when somebody else cancels them', async () => {
    const desk = new TestDesk(env);
    desk.source.records = [desk.record('a')];
    await desk.start();
    await desk.settled('a');
    const run = await desk.runOf('a');
    await desk.ticket('a').cancel();
    await eventually(async () => expect(await desk.runOf('a')).not.toBe(run));
    await desk.settled('a');
    await desk.holds('a', { title: 'a' });
  });
});
