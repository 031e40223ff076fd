import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EntityStore } from '../state/entity-store';
import { type CarriedStamps, Stamps } from './stamps';

const NOW = 1_700_000_000_000;
const MINUTE = 60_000;

describe('Stamps', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] });
    vi.setSystemTime(NOW);
  });
  afterEach(() => void vi.useRealTimers());

  const storeOf = (
    ...tickets: readonly (readonly [id: string, fields: Record<string, string>])[]
  ): EntityStore => new EntityStore({ Ticket: {} }, { Ticket: Object.fromEntries(tickets) });
  /** Notes that fields of a ticket were set, and others taken away. */
  const noted = (
    stamps: Stamps,
    at: number,
    store: EntityStore,
    id: string,
    set: object,
    unset: string[] = [],
  ) =>
    stamps.note(
      { upserts: { Ticket: { [id]: { ...set } } }, unset: { Ticket: { [id]: unset } }, deletes: [] },
      at,
      store,
    );
  const carried = (stamps: Stamps, store: EntityStore): CarriedStamps =>
    JSON.parse(JSON.stringify(stamps.carry(store))) as CarriedStamps;

  it('forget what is old also within a run, and nothing that is recent', () => {
    const stamps = new Stamps();
    const store = storeOf(['t', {}]);
    const size = (): number => Object.keys(carried(stamps, store)['Ticket'] ?? {}).length;
    for (let hour = 0; hour < 20; hour++) {
      vi.setSystemTime(NOW + hour * 60 * MINUTE);
      for (let i = 0; i < 500; i++) {
        stamps.remove('Ticket', `t_${hour}_${i}`, stamps.tick());
        stamps.write('Ticket', 't', `f_${hour}_${i}`, stamps.tick());
      }
      // Those of this hour, however many there were.
      expect(stamps.removedAt('Ticket', `t_${hour}_0`)).toBeGreaterThan(0);
      expect(stamps.of('Ticket', 't', `f_${hour}_0`)).toBeGreaterThan(0);
    }
    expect(stamps.size).toBeLessThan(3_000);
    expect(size()).toBe(501);
    expect(stamps.removedAt('Ticket', 't_0_0')).toBe(0);
  });

  describe('the clock', () => {
    it('never gives one time twice, and never goes back', () => {
      const stamps = new Stamps();
      expect([stamps.tick(), stamps.tick()]).toEqual([NOW, NOW + 1]);
      vi.setSystemTime(NOW - MINUTE);
      expect(stamps.tick()).toBe(NOW + 2);
      vi.setSystemTime(NOW + MINUTE);
      expect(stamps.tick()).toBe(NOW + MINUTE);
    });

    it('is never behind what it has heard of', () => {
      const stamps = new Stamps();
      expect(stamps.heard(NOW + 500)).toBe(NOW + 500);
      expect(stamps.tick()).toBe(NOW + 501);
      expect(stamps.heard(NOW - 500)).toBe(NOW - 500);
      expect(stamps.tick()).toBe(NOW + 502);
    });

    it('does not believe what is said of the future, or no number', () => {
      const stamps = new Stamps();
      expect(stamps.heard(NOW + 10 * MINUTE)).toBe(NOW + MINUTE);
      for (const at of [undefined, 0, -1, NaN]) expect(stamps.heard(at)).toBe(0);
      expect(new Stamps(NOW + 7).tick()).toBe(NOW + 8);
    });
  });

  describe('of fields', () => {
    it('knows when each was written, and nothing of others', () => {
      const stamps = new Stamps();
      noted(stamps, 5, storeOf(['t', { a: '', b: '', c: '' }]), 't', { a: '' }, ['d']);
      expect(['a', 'b', 'd'].map((field) => stamps.of('Ticket', 't', field))).toEqual([5, 0, 5]);
      expect(stamps.of('Ticket', 'u', 'a')).toBe(0);
      expect(stamps.latest('Ticket', 't')).toBe(5);
      expect(stamps.latest('Ticket', 'u')).toBe(0);
    });

    it('says nothing of fields that an entity which is written as a whole does not have', () => {
      const stamps = new Stamps();
      noted(stamps, 5, storeOf(['t', { a: '', b: '' }]), 't', { a: '', b: '' });
      expect(['a', 'b', 'other'].map((field) => stamps.of('Ticket', 't', field))).toEqual([5, 5, 0]);
    });

    it('remembers fields that went away, whatever is written as a whole since', () => {
      const stamps = new Stamps();
      noted(stamps, 5, storeOf(['t', { a: '', b: '' }]), 't', { a: '', b: '' });
      noted(stamps, 6, storeOf(['t', { a: '' }]), 't', {}, ['b']);
      noted(stamps, 7, storeOf(['t', { a: '' }]), 't', { a: '' });
      expect(['a', 'b'].map((field) => stamps.of('Ticket', 't', field))).toEqual([7, 6]);
    });
  });

  describe('of removed entities', () => {
    const removal = { upserts: {}, unset: {}, deletes: [{ name: 'Ticket', id: 't' }] };

    it('covers every field, until one is written later', () => {
      const stamps = new Stamps();
      noted(stamps, 4, storeOf(['t', { a: '' }]), 't', { a: '' });
      stamps.note(removal, 5, storeOf());
      expect(stamps.of('Ticket', 't', 'a')).toBe(5);
      expect(stamps.of('Ticket', 't', 'never there')).toBe(5);
      stamps.write('Ticket', 't', 'a', 6);
      expect(['a', 'b'].map((field) => stamps.of('Ticket', 't', field))).toEqual([6, 5]);
      expect(stamps.removedAt('Ticket', 't')).toBe(5);
    });

    it('is kept apart from one that outlived its removal elsewhere, and from one that is forgotten', () => {
      const stamps = new Stamps();
      stamps.write('Ticket', 't', 'a', 7);
      stamps.outlive('Ticket', 't', 6);
      expect(['a', 'b'].map((field) => stamps.of('Ticket', 't', field))).toEqual([7, 6]);
      stamps.part({ name: 'Ticket', id: 't' });
      expect(['a', 'b'].map((field) => stamps.of('Ticket', 't', field))).toEqual([0, 0]);
    });
  });

  describe('through continue-as-new', () => {
    it('keeps every time, and one number where one is enough', () => {
      const stamps = new Stamps();
      const store = storeOf(['whole', { a: '', b: '' }], ['part', { a: '', b: '' }], ['back', { a: '' }]);
      const now = stamps.tick();
      noted(stamps, now, store, 'whole', { a: '', b: '' });
      noted(stamps, now, store, 'part', { a: '' }, ['c']);
      stamps.note(
        { upserts: {}, unset: {}, deletes: ['gone', 'back'].map((id) => ({ name: 'Ticket', id })) },
        now,
        store,
      );
      stamps.write('Ticket', 'back', 'a', now + 1);
      const kept = carried(stamps, store);
      expect(kept['Ticket']).toEqual({
        whole: now,
        part: [0, { a: now, c: now }],
        gone: now,
        back: [now, { a: now + 1 }],
      });
      const next = new Stamps(stamps.clock, kept, store);
      for (const id of ['whole', 'part', 'gone', 'back'])
        for (const field of ['a', 'b', 'c', 'constructor'])
          expect(next.of('Ticket', id, field), `${id}.${field}`).toBe(stamps.of('Ticket', id, field));
    });

    it('leaves behind what is long ago', () => {
      const stamps = new Stamps();
      const store = storeOf(['old', { a: '' }], ['new', { a: '' }], ['both', { a: '', b: '' }]);
      noted(stamps, stamps.tick(), store, 'old', { a: '' });
      noted(stamps, stamps.tick(), store, 'both', { a: '', b: '' });
      vi.setSystemTime(NOW + 11 * MINUTE);
      const later = stamps.tick();
      noted(stamps, later, store, 'new', { a: '' });
      noted(stamps, later, store, 'both', { b: '' });
      expect(carried(stamps, store)).toEqual({ Ticket: { new: later, both: [0, { b: later }] } });
    });
  });
});
