import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GIVEN, Group, TOPOLOGIES } from './group';
import { seed, settings } from './seed';

/** What can happen in a group. */
type Step =
  | { readonly do: 'set'; readonly id: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly do: 'unset'; readonly id: string; readonly field: string }
  | { readonly do: 'list'; readonly ids: readonly string[] }
  | { readonly do: 'delete'; readonly id: string }
  | { readonly do: 'send' | 'deliver'; readonly link: number }
  | { readonly do: 'continue' };

/** A step, who does it, how much later, and by how much its clock is wrong. */
interface Moment {
  readonly step: Step;
  readonly member: number;
  readonly later: number;
}

const id = fc.constantFrom('t_1', 't_1', 't_2', 't_3', GIVEN);
const field = fc.constantFrom('title', 'note', 'status');
const value = fc.constantFrom('a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      id,
      fields: fc.dictionary(field, value, { minKeys: 1, maxKeys: 2 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unset' as const), id, field }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      ids: fc.shuffledSubarray(['t_1', 't_2', 't_3', GIVEN]),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), id }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), link: fc.nat(3) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const), link: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('continue' as const) }) },
);
const moments = fc.array(
  fc.record({ step, member: fc.nat(3), later: fc.constantFrom(0, 0, 1, 2) }) satisfies fc.Arbitrary<Moment>,
  { minLength: 1, maxLength: 40, size: 'max' },
);

function live(group: Group, { step, member }: Moment, now: number): void {
  switch (step.do) {
    case 'set': {
      const updates = { Ticket: { [step.id]: { id: step.id, ...step.fields } } };
      return group.change(member, now, (state) => state.update({ entityName: 'Ticket', updates }));
    }
    case 'unset': {
      const unset = { Ticket: { [step.id]: [step.field] } };
      return group.change(member, now, (state) => state.update({ entityName: 'Ticket', updates: {}, unset }));
    }
    case 'list': {
      const updates = { Desk: { d_1: { tickets: step.ids } } };
      return group.change(member, now, (state) => state.update({ entityName: 'Desk', updates }));
    }
    case 'delete': {
      const deletions = { Ticket: [step.id] };
      // The one whose source gives it could, but then the source would give it no more.
      if (step.id === GIVEN && group.at(member).number === 0) return;
      return group.change(member, now, (state) => state.delete({ entityName: 'Ticket', deletions }));
    }
    case 'send':
      return group.send(member, step.link);
    case 'deliver':
      return void group.deliver(member, step.link, now);
    case 'continue':
      return group.continueAsNew(member);
  }
}

/** Clocks that are not quite right, one for each member. */
const SKEWS = [0, 3, -2, 1];
const START = 1_700_000_000_000;

describe(`those who hold the same, at random (FC_SEED=${seed})`, () => {
  beforeAll(() => void vi.useFakeTimers({ toFake: ['Date'] }));
  afterAll(() => void vi.useRealTimers());

  const done = { changes: 0, deliveries: 0 };

  it.each(Object.entries(TOPOLOGIES))('agree in a %s, once all is delivered', (_, links) => {
    fc.assert(
      fc.property(moments, (lived) => {
        const group = new Group(links);
        let now = START;
        for (const moment of lived) {
          now += moment.later;
          live(group, moment, now + (SKEWS[moment.member] ?? 0));
        }
        group.settle(now + 10);
        const [first, ...others] = group.contents;
        for (const [i, other] of others.entries()) expect(other, `member ${i + 1}`).toEqual(first);
        expect(first, 'what the source gives').toHaveProperty([`Ticket ${GIVEN}`]);
        done.changes += group.done.changes;
        done.deliveries += group.done.deliveries;
      }),
      settings(1_500),
    );
  });

  it('that was many changes, and many messages', () => {
    expect(done.changes).toBeGreaterThan(10_000);
    expect(done.deliveries).toBeGreaterThan(10_000);
  });
});
