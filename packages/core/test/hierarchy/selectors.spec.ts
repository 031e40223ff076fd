import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { Listener, Publisher } from '../support/publisher';

describe('selectors of subscriptions', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  /** Everything that the changes below touch, of each kind of entity. */
  const desk = (id: string): string[] => [`Desk.${id}.name`];
  const CASES: readonly (readonly [
    selector: (id: string) => string,
    told: (id: string) => readonly string[],
  ])[] = [
    [
      () => '*',
      (id) => [
        ...desk(id),
        'Ticket.t_1.status',
        'Ticket.t_1.note',
        'Ticket.t_2.status',
        'Comment.k_1.text',
        'Comment.k_2.text',
        'Agent.a_1.name',
      ],
    ],
    [() => 'Ticket.t_1.status', () => ['Ticket.t_1.status']],
    [() => 'Ticket.t_1', () => ['Ticket.t_1.status', 'Ticket.t_1.note']],
    [() => 'Ticket.*.status', () => ['Ticket.t_1.status', 'Ticket.t_2.status']],
    [() => 'Ticket', () => ['Ticket.t_1.status', 'Ticket.t_1.note', 'Ticket.t_2.status']],
    [() => '*.*.name', (id) => [...desk(id), 'Agent.a_1.name']],
    [(id) => `Desk.${id}`, desk],
    [(id) => `Desk.${id}.tickets`, () => ['Ticket.t_1.status', 'Ticket.t_1.note', 'Ticket.t_2.status']],
    [(id) => `Desk.${id}.tickets.t_2`, () => ['Ticket.t_2.status']],
    [(id) => `Desk.${id}.tickets.*.note`, () => ['Ticket.t_1.note']],
    [() => 'Desk.*.tickets.*.comments', () => ['Comment.k_1.text', 'Comment.k_2.text']],
    [(id) => `Desk.${id}.tickets.t_1.comments.*.text`, () => ['Comment.k_1.text']],
    [() => 'Ticket.t_2.comments', () => ['Comment.k_2.text']],
    [(id) => `Desk.${id}.lead.*.name`, () => ['Agent.a_1.name']],
    [() => 'Ticket.t_9.status', () => []],
    [() => 'Nothing.at.all', () => []],
  ];

  it('cover exactly what they name: an entity, a field, anything, or what a relation leads to', async () => {
    const publisher = new Publisher(env);
    await publisher.start({
      data: {
        name: 'n',
        lead: { id: 'a_1', name: 'l' },
        tickets: [
          { id: 't_1', status: 'new', note: 'n', comments: [{ id: 'k_1', text: 'x' }] },
          { id: 't_2', status: 'new', comments: [{ id: 'k_2', text: 'x' }] },
        ],
      },
    });
    const listeners = await Promise.all(
      CASES.map(([selector]) => publisher.listener(selector(publisher.id))),
    );
    await publisher.update({ name: 'N' });
    await publisher.update({ id: 't_1', status: 'open', note: 'N' }, 'Ticket');
    await publisher.update({ id: 't_2', status: 'open' }, 'Ticket');
    await publisher.update({ id: 'k_1', text: 'y' }, 'Comment');
    await publisher.update({ id: 'k_2', text: 'y' }, 'Comment');
    await publisher.update({ id: 'a_1', name: 'L' }, 'Agent');
    for (const [i, [, told]] of CASES.entries())
      await (listeners[i] as Listener).hasBeenTold(...told(publisher.id));
    await env.expectNeverWedged(publisher.handle.workflowId);
  });

  it('of `delete` cover what is gone, and only that', async () => {
    const publisher = await new Publisher(env).start({
      data: { tickets: [{ id: 't_1', comments: [{ id: 'k_1' }, { id: 'k_2' }] }, { id: 't_2' }] },
    });
    const listening = async (selector: string): Promise<Listener> => {
      const listener = await Listener.start(env);
      const { workflowId } = listener;
      await publisher.handle.subscribe(
        publisher.subscription(workflowId, selector, { signalName: 'delete' }),
      );
      return listener;
    };
    const all = await listening('*');
    const one = await listening('Ticket.t_1');
    const comments = await listening('Comment');
    const below = await listening(`Desk.${publisher.id}.tickets`);
    await publisher.update({ id: 't_1', title: 'changed' }, 'Ticket');
    await publisher.handle.delete({ entityName: 'Comment', deletions: { Comment: ['k_1'] } });
    await publisher.handle.delete({ entityName: 'Ticket', deletions: { Ticket: ['t_1', 't_2'] } });
    await all.hasBeenTold('-Comment.k_1', '-Ticket.t_1', '-Ticket.t_2');
    await one.hasBeenTold('-Ticket.t_1');
    await comments.hasBeenTold('-Comment.k_1');
    await below.hasBeenTold('-Ticket.t_1', '-Ticket.t_2');
  });

  const IMPOSSIBLE = ['Nobody.*', 'De*', 'Desk.*.na*', '**', 'Desk.*.tickets.*.ti*'];
  const refused = (selector: string, field: string): unknown =>
    expect.objectContaining({
      reason: expect.stringContaining(
        selector.startsWith('Nobody') ? `${field}: names "Nobody"` : `${field}: has "`,
      ) as unknown,
    });

  it.each(IMPOSSIBLE)('%s is refused with the reason, since it can match nothing', async (selector) => {
    const publisher = await new Publisher(env).start();
    const { workflowId } = await Listener.start(env);
    const asked = publisher.subscription(workflowId, selector);
    // The client does not know the schema.
    if (!selector.startsWith('Nobody'))
      await expect(publisher.handle.subscribe(asked)).rejects.toMatchObject({ field: 'selector' });
    await publisher.handle.temporal.signal('subscribe', asked);
    await eventually(async () =>
      expect(await publisher.handle.rejectedSignals()).toEqual({
        count: 1,
        recent: [refused(selector, 'selector')],
      }),
    );
    expect(await publisher.handle.subscriptions()).toEqual([]);
  });

  it('that can match nothing are left out of a start argument, and the others are kept', async () => {
    const publisher = new Publisher(env);
    const { workflowId } = await Listener.start(env);
    const subscriptions = ['Desk', ...IMPOSSIBLE].map((selector) =>
      publisher.subscription(workflowId, selector),
    );
    await publisher.start({ subscriptions });
    expect(await publisher.handle.subscriptions()).toMatchObject([{ selector: 'Desk', status: 'active' }]);
    expect(await publisher.handle.rejectedSignals()).toMatchObject({
      count: IMPOSSIBLE.length,
      recent: IMPOSSIBLE.map((selector, i) => refused(selector, `subscriptions[${i + 1}].selector`)),
    });
    const customers = env.workflows();
    await expect(customers.start({ id: 'c_1', subscriptions })).rejects.toMatchObject({
      field: 'subscriptions[2].selector',
    });
  });
});
