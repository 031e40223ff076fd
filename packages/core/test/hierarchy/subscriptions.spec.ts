import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StatefulHandle } from '../../src/client';
import type { MergeStrategy } from '../../src/index';
import { logged, TestEnvironment } from '../support/environment';
import { eventually } from '../support/eventually';
import { historiesOf } from '../support/history';
import { Listener, Publisher } from '../support/publisher';
import { signalsOf } from '../support/signals';

describe('subscriptions', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  const published = (input: Readonly<Record<string, unknown>> = {}): Promise<Publisher> =>
    new Publisher(env).start(input);
  const neverWedged = ({ handle }: Publisher): Promise<void> => env.expectNeverWedged(handle.workflowId);

  it('a start argument subscribes from the first change on, and a plain workflow hears documented payloads', async () => {
    const publisher = new Publisher(env);
    const listener = await Listener.start(env);
    const { workflowId } = publisher.handle;
    await publisher.start({
      data: { name: 'one', note: 'n' },
      subscriptions: [
        publisher.subscription(listener.workflowId, '*', { subscriptionId: 'all' }),
        publisher.subscription(listener.workflowId, 'Ticket', { subscriptionId: 'tickets' }),
        publisher.subscription(listener.workflowId, '*', { subscriptionId: 'gone', signalName: 'delete' }),
      ],
    });
    await publisher.update({ name: 'two', tickets: [{ id: 't_1', title: 'x' }] });
    await publisher.handle.temporal.signal('update', {
      entityName: 'Desk',
      updates: {},
      unset: { Desk: { [publisher.id]: ['note'] } },
    });
    await eventually(async () => expect(await listener.heard()).toHaveLength(2));
    await publisher.handle.delete({ entityName: 'Ticket', deletions: { Ticket: ['t_1'] } });
    await eventually(async () => expect(await listener.heard()).toHaveLength(4));
    expect(await listener.heard()).toEqual([
      {
        signal: 'update',
        payload: {
          entityName: 'Desk',
          updates: {
            Desk: { [publisher.id]: { name: 'two', tickets: ['t_1'] } },
            Ticket: { t_1: { id: 't_1', title: 'x' } },
          },
          changeOrigin: workflowId,
          subscriptionIds: ['all', 'tickets'],
        },
      },
      {
        signal: 'update',
        payload: {
          entityName: 'Desk',
          updates: { Desk: { [publisher.id]: {} } },
          unset: { Desk: { [publisher.id]: ['note'] } },
          changeOrigin: workflowId,
          subscriptionIds: ['all'],
        },
      },
      {
        signal: 'update',
        payload: {
          entityName: 'Desk',
          updates: { Desk: { [publisher.id]: { tickets: [] } } },
          changeOrigin: workflowId,
          subscriptionIds: ['all'],
        },
      },
      {
        signal: 'delete',
        payload: {
          entityName: 'Desk',
          deletions: { Ticket: ['t_1'] },
          changeOrigin: workflowId,
          subscriptionIds: ['gone'],
        },
      },
    ]);
    await neverWedged(publisher);
  });

  it.each<[MergeStrategy, Readonly<Record<string, unknown>>]>([
    ['$merge', { name: 'new', address: { city: 'Rome', zip: '1' }, own: 1 }],
    ['$set', { name: 'new', address: { city: 'Rome' }, own: 1 }],
    ['$replace', { name: 'new', address: { city: 'Rome' } }],
  ])('the strategy %s is how the subscriber takes in what it is sent', async (strategy, expected) => {
    const publisher = await published({ data: { name: 'old', address: { city: 'Oslo' } } });
    const subscriber = await published({
      state: { Desk: { [publisher.id]: { name: 'mine', address: { city: 'Bern', zip: '1' }, own: 1 } } },
    });
    const { workflowId } = subscriber.handle;
    await publisher.handle.subscribe(
      publisher.subscription(workflowId, `Desk.${publisher.id}`, { strategy }),
    );
    await publisher.update({ name: 'new', address: { city: 'Rome' } });
    await eventually(async () =>
      expect((await subscriber.handle.state())['Desk']?.[publisher.id]).toEqual(expected),
    );
    expect(await subscriber.handle.temporal.query('triggers')).toEqual(['start', 'update']);
    await neverWedged(subscriber);
  });

  it('several subscriptions of one workflow make one signal, and one of the same id takes its place', async () => {
    const publisher = await published({ data: { name: 'n', note: 'n', status: 's' } });
    const listener = await publisher.listener('Desk.*.name');
    const { workflowId } = listener;
    const note = publisher.subscription(workflowId, 'Desk.*.note', { subscriptionId: 'second' });
    await publisher.handle.subscribe(note);
    await publisher.update({ name: 'N', note: 'N', status: 'S' });
    const { id } = publisher;
    await listener.hasBeenTold(`Desk.${id}.name`, `Desk.${id}.note`);
    expect(await listener.heard()).toHaveLength(1);
    await publisher.handle.subscribe({ ...note, selector: 'Desk.*.status' });
    expect(await publisher.handle.subscriptions()).toMatchObject([
      { selector: 'Desk.*.name', status: 'active', lastSentAt: expect.any(String) as string },
      { subscriptionId: 'second', selector: 'Desk.*.status', status: 'active' },
    ]);
    await publisher.update({ note: 'NN', status: 'SS' });
    await listener.hasBeenTold(`Desk.${id}.name`, `Desk.${id}.note`, `Desk.${id}.status`);
    await publisher.handle.unsubscribe({ workflowId, subscriptionId: 'second' });
    await publisher.update({ name: 'again', status: 'nobody hears this' });
    await listener.hasBeenTold(`Desk.${id}.name`, `Desk.${id}.name`, `Desk.${id}.note`, `Desk.${id}.status`);
    await publisher.handle.unsubscribe({ workflowId });
    expect(await publisher.handle.subscriptions()).toEqual([]);
  });

  it('a subscriber that is gone is removed and reported; the others are still served', async () => {
    const publisher = await published({ data: { name: 'n' } });
    const [lost, kept] = [await publisher.listener('*', 'Desk'), await publisher.listener('*')];
    await lost.temporal.terminate();
    await publisher.update({ name: 'one' });
    await kept.hasBeenTold(`Desk.${publisher.id}.name`);
    await eventually(async () =>
      expect(
        (await publisher.handle.subscriptions()).map(({ workflowId, status }) => [workflowId, status]),
      ).toEqual([
        [kept.workflowId, 'active'],
        [lost.workflowId, 'gone'],
        [lost.workflowId, 'gone'],
      ]),
    );
    // Logs arrive a moment later.
    await eventually(() =>
      expect(logged.filter((line) => line.includes(lost.workflowId))).toEqual([
        expect.stringContaining('is not there any more'),
      ]),
    );
    await publisher.update({ name: 'two' });
    await kept.hasBeenTold(`Desk.${publisher.id}.name`, `Desk.${publisher.id}.name`);
    await neverWedged(publisher);
  });

  it('300 subscribers all hear of a change', async () => {
    const publisher = await published({ data: { name: 'n' } });
    const listener = await Listener.start(env);
    const others = Array.from({ length: 299 }, () => `nobody-${randomUUID()}`);
    for (const workflowId of [...others, listener.workflowId])
      await publisher.handle.subscribe(publisher.subscription(workflowId, '*'));
    await publisher.update({ name: 'N' });
    await listener.hasBeenTold(`Desk.${publisher.id}.name`);
    await eventually(async () => {
      const infos = await publisher.handle.subscriptions();
      expect(infos.filter(({ status }) => status === 'active')).toMatchObject([
        { workflowId: listener.workflowId },
      ]);
      expect(infos.filter(({ status }) => status === 'gone')).toHaveLength(20);
    });
    await neverWedged(publisher);
  });

  it('two workflows that subscribe to each other agree, and tell each other once', async () => {
    const [one, other] = [await published({ data: { name: 'n' } }), await published()];
    await one.handle.subscribe(one.subscription(other.handle.workflowId, '*'));
    await other.handle.subscribe(other.subscription(one.handle.workflowId, '*'));
    const holds = (publisher: Publisher, name: string) =>
      eventually(async () =>
        expect((await publisher.handle.state())['Desk']?.[one.id]).toMatchObject({ name }),
      );
    await one.update({ name: 'one' });
    await holds(other, 'one');
    await other.update({ id: one.id, name: 'two' });
    await holds(one, 'two');
    await one.handle.temporal.signal('update', { entityName: 'Desk', data: { name: 'three' } });
    await holds(other, 'three');
    const heard = async ({ handle }: Publisher): Promise<number> =>
      (await signalsOf(env.client, handle.workflowId)).filter(({ envelope }) => envelope !== undefined)
        .length;
    expect([await heard(one), await heard(other)]).toEqual([1, 2]);
    await neverWedged(one);
    await neverWedged(other);
  });

  it('a circle of three subscribers comes to rest', async () => {
    const circle = [await published(), await published(), await published()];
    const shared = `c_${randomUUID()}`;
    for (const [i, { handle, subscription }] of circle.entries())
      await handle.subscribe(
        subscription.call(circle[i], circle[(i + 1) % 3]?.handle.workflowId ?? '', 'Comment'),
      );
    await circle[0]?.update({ id: shared, text: 'x' }, 'Comment');
    for (const { handle } of circle)
      await eventually(async () =>
        expect((await handle.state())['Comment']?.[shared]).toMatchObject({ text: 'x' }),
      );
    const counts = await Promise.all(
      circle.map(async ({ handle }) => (await signalsOf(env.client, handle.workflowId)).length),
    );
    // One subscription each, and the change once round.
    for (const count of counts) expect(count).toBeLessThanOrEqual(2);
  });

  it('subscriptions outlive continue-as-new', async () => {
    const publisher = new Publisher(env);
    await publisher.start({ data: { name: 'n' } }, 'RestlessTicketWorkflow');
    const listener = await publisher.listener('Desk.*.name');
    const gone = await publisher.listener('*');
    await gone.temporal.terminate();
    let names = 0;
    await eventually(async () => {
      await publisher.update({ name: `n${names++}` });
      expect((await historiesOf(env.client, publisher.handle.workflowId)).length).toBeGreaterThanOrEqual(3);
    });
    const infos = (await publisher.handle.subscriptions()).map(({ workflowId, status }) => [
      workflowId,
      status,
    ]);
    expect(infos).toEqual([
      [listener.workflowId, 'active'],
      [gone.workflowId, 'gone'],
    ]);
    await eventually(async () => {
      const last = (await listener.heard()).at(-1)?.payload;
      expect(last).toMatchObject({ updates: { Desk: { [publisher.id]: { name: `n${names - 1}` } } } });
    });
    await neverWedged(publisher);
  });

  it('a subscription that cannot be used is refused and says why', async () => {
    const publisher = await published();
    const { temporal } = publisher.handle;
    await temporal.signal('subscribe', { ...publisher.subscription('w', 'Ticket..status') });
    await temporal.signal('subscribe', { ...publisher.subscription('w', '*'), signalName: 'refresh' });
    await eventually(async () =>
      expect(await publisher.handle.rejectedSignals()).toMatchObject({ count: 2 }),
    );
    expect(await publisher.handle.subscriptions()).toEqual([]);
    await expect(publisher.handle.subscribe(publisher.subscription('w', ''))).rejects.toThrow('selector');
    await expect(
      new StatefulHandle(env.client, 'w-nobody').unsubscribe({ workflowId: 'w' }),
    ).rejects.toThrow();
  });
});
