import { beforeEach, describe, expect, it } from 'vitest';
import { FakeTemporal } from '../../test/support/fake-temporal';
import { type Outlet, SignalChannel } from './signal-channel';

const PEER = 'Ticket-t_1';

/** An outlet from which parcels of several signals are taken, one parcel at a time. */
class FakeOutlet implements Outlet {
  readonly parcels: (readonly string[])[] = [];
  readonly outcomes: string[] = [];

  get isDue(): boolean {
    return this.parcels.length > 0;
  }

  next(): ReturnType<Outlet['next']> {
    const names = this.parcels.shift();
    return (
      names && {
        signals: names.map((signal) => ({ signal, payload: {}, envelope: { from: 'Desk-1' }, bytes: 10 })),
        accepted: () => void this.outcomes.push(`${names.join()} accepted`),
        refused: (isBegun) => {
          this.outcomes.push(`${names.join()} refused${isBegun ? ' in part' : ''}`);
          this.parcels.unshift(names);
        },
      }
    );
  }
}

describe('SignalChannel', () => {
  let temporal: FakeTemporal;
  let context: ReturnType<FakeTemporal['contextOf']>;
  let outlet: FakeOutlet;
  let channel: SignalChannel;
  let gone: number;

  beforeEach(() => {
    temporal = new FakeTemporal();
    context = temporal.contextOf('Desk-1');
    outlet = new FakeOutlet();
    gone = 0;
    channel = new SignalChannel(PEER, context, outlet, { unreachable: () => gone++ });
  });

  const sent = (): string[] => temporal.take(PEER).map(({ signal }) => signal);

  it('has nothing to send where nothing waits', async () => {
    expect([channel.isIdle, await channel.send(), sent()]).toEqual([true, false, []]);
  });

  it('sends controls first, the last of each kind, and then what the outlet has', async () => {
    outlet.parcels.push(['update'], ['delete']);
    channel.tell('apiToken', 'secret:A');
    channel.tell('refresh');
    channel.tell('apiToken', 'secret:B', ['Office-1']);
    expect(await channel.send()).toBe(true);
    expect(temporal.sent.map(({ signal, payload, envelope }) => [signal, payload, envelope])).toEqual([
      ['refresh', null, { from: 'Desk-1' }],
      ['apiToken', 'secret:B', { from: 'Desk-1', via: ['Office-1'] }],
      ['update', {}, { from: 'Desk-1' }],
      ['delete', {}, { from: 'Desk-1' }],
    ]);
    expect([outlet.outcomes, channel.isIdle]).toEqual([['update accepted', 'delete accepted'], true]);
  });

  it('has one signal under way at a time, and sends what comes meanwhile after it', async () => {
    temporal.answer(PEER, 'held');
    outlet.parcels.push(['first']);
    void channel.send();
    await temporal.settle();
    outlet.parcels.push(['second']);
    expect(await channel.send()).toBe(false);
    expect([context.sendLimit.underWay, channel.isIdle]).toEqual([1, false]);
    temporal.answer(PEER, 'taken');
    await temporal.settle();
    expect([sent(), channel.isIdle]).toEqual([['first', 'second'], true]);
  });

  it('sends again what is refused, after pauses that double up to a minute, and says so', async () => {
    temporal.answer(PEER, 'refused');
    outlet.parcels.push(['update']);
    void channel.send();
    for (const pause of [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]) {
      await temporal.settle();
      const tries = outlet.outcomes.length;
      await temporal.pass(pause - 1);
      expect(outlet.outcomes).toHaveLength(tries);
      await temporal.pass(1);
      expect(outlet.outcomes).toHaveLength(tries + 1);
    }
    expect([channel.isRefusing, channel.problem]).toEqual([
      true,
      expect.stringContaining('too many signals'),
    ]);
    temporal.answer(PEER, 'taken');
    await temporal.pass(60_000);
    expect([channel.isRefusing, channel.problem, sent(), gone]).toEqual([false, undefined, ['update'], 0]);
    // The next refusal begins with the first pause.
    temporal.answer(PEER, 'refused');
    outlet.parcels.push(['update']);
    void channel.send();
    await temporal.settle();
    const tries = outlet.outcomes.length;
    await temporal.pass(1_000);
    expect(outlet.outcomes).toHaveLength(tries + 1);
  });

  it('tells the outlet whether a part of a parcel had been sent, which is then sent anew', async () => {
    outlet.parcels.push(['part 1', 'part 2']);
    temporal.deliver = () => temporal.answer(PEER, 'refused');
    void channel.send();
    await temporal.settle();
    expect([sent(), outlet.outcomes]).toEqual([['part 1'], ['part 1,part 2 refused in part']]);
    temporal.deliver = () => {};
    temporal.answer(PEER, 'taken');
    await temporal.pass(1_000);
    expect(sent()).toEqual(['part 1', 'part 2']);
  });

  it('does not send a control again that another one has replaced', async () => {
    temporal.answer(PEER, 'refused');
    channel.tell('apiToken', 'secret:A');
    void channel.send();
    await temporal.settle();
    channel.tell('apiToken', 'secret:B');
    temporal.answer(PEER, 'taken');
    await temporal.pass(1_000);
    expect(temporal.take(PEER).map(({ payload }) => payload)).toEqual(['secret:B']);
  });

  it('says once that nobody is there, and sends no more', async () => {
    temporal.answer(PEER, 'nobody');
    outlet.parcels.push(['update'], ['delete']);
    expect(await channel.send()).toBe(false);
    expect([gone, sent(), channel.isRefusing]).toEqual([1, [], false]);
  });

  it('sends one signal in its turn, until it is taken or no longer needed', async () => {
    temporal.answer(PEER, 'refused');
    let isNeeded = true;
    const first = channel.signal('child', 'notice');
    const second = channel.signal('child', 'other', { link: 'run#1' }, () => isNeeded);
    await temporal.settle();
    isNeeded = false;
    temporal.answer(PEER, 'taken');
    await temporal.pass(2_000);
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(temporal.take(PEER)).toMatchObject([{ signal: 'child', payload: 'notice' }]);
    temporal.answer(PEER, 'nobody');
    expect(await channel.signal('child')).toBe(false);
  });

  it('carries what waits, and not what is under way', async () => {
    temporal.answer(PEER, 'held');
    channel.tell('apiToken', 'secret:A');
    channel.tell('refresh');
    void channel.send();
    await temporal.settle();
    expect(channel.carry()).toEqual([['refresh', undefined, []]]);
    const next = new SignalChannel(
      PEER,
      temporal.contextOf('Desk-1'),
      outlet,
      { unreachable() {} },
      channel.carry(),
    );
    temporal.answer(PEER, 'taken');
    await temporal.settle();
    sent();
    await next.send();
    expect(sent()).toEqual(['refresh']);
  });
});
