import { describe, expect, it } from 'vitest';
import { type CarriedDirty, Dirty } from './dirty';

const t1 = { name: 'Ticket', id: 't_1' };
/** What it holds, as plain data. */
const contentOf = (dirty: Dirty): unknown => ({
  fields: [...dirty.fields()].map(
    ([name, id, fields]) => `${name} ${id} ${fields === true ? '*' : [...fields].join()}`,
  ),
  gone: dirty.gone.map(({ id }) => id),
  parted: dirty.parted.map(({ id }) => id),
});

describe('Dirty', () => {
  it('collects fields, each once, and all of them stay all', () => {
    const dirty = new Dirty();
    expect(dirty.isEmpty).toBe(true);
    dirty.mark('Ticket', 't_1', ['a', 'b']);
    dirty.mark('Ticket', 't_1', ['b', 'c']);
    dirty.mark('Comment', 'k_1', true);
    dirty.mark('Comment', 'k_1', ['a']);
    expect(contentOf(dirty)).toEqual({ fields: ['Ticket t_1 a,b,c', 'Comment k_1 *'], gone: [], parted: [] });
    expect(dirty.isEmpty).toBe(false);
    const k1 = { name: 'Comment', id: 'k_1' };
    const t2 = { name: 'Ticket', id: 't_2' };
    expect([t1, k1, t2].map((ref) => dirty.has(ref))).toEqual([true, true, false]);
    expect([t1, k1, t2].map((ref) => dirty.hasChanged(ref))).toEqual([true, false, false]);
  });

  it('forgets the fields of what goes, and tells both of what comes back', () => {
    const dirty = new Dirty();
    dirty.mark('Ticket', 't_1', ['a']);
    dirty.remove(t1);
    expect(contentOf(dirty)).toEqual({ fields: [], gone: ['t_1'], parted: [] });
    dirty.mark('Ticket', 't_1', ['b']);
    expect(contentOf(dirty)).toEqual({ fields: ['Ticket t_1 b'], gone: ['t_1'], parted: [] });
  });

  it('tells of what is no part any more, unless it is one again or is gone', () => {
    const dirty = new Dirty();
    dirty.mark('Ticket', 't_1', ['a']);
    dirty.part(t1);
    expect(contentOf(dirty)).toEqual({ fields: [], gone: [], parted: ['t_1'] });
    dirty.mark('Ticket', 't_1', true);
    expect(contentOf(dirty)).toEqual({ fields: ['Ticket t_1 *'], gone: [], parted: [] });
    dirty.part(t1);
    dirty.remove(t1);
    expect(contentOf(dirty)).toEqual({ fields: [], gone: ['t_1'], parted: [] });
    dirty.part(t1);
    expect(contentOf(dirty)).toEqual({ fields: [], gone: ['t_1'], parted: [] });
  });

  it('hands over what waits and begins anew', () => {
    const dirty = new Dirty();
    dirty.mark('Ticket', 't_1', ['a']);
    dirty.part({ name: 'Comment', id: 'k_1' });
    const taken = dirty.take();
    expect(dirty.isEmpty).toBe(true);
    dirty.mark('Ticket', 't_1', ['b']);
    expect(contentOf(taken)).toEqual({ fields: ['Ticket t_1 a'], gone: [], parted: ['k_1'] });
    taken.add(dirty);
    expect(contentOf(taken)).toEqual({ fields: ['Ticket t_1 a,b'], gone: [], parted: ['k_1'] });
  });

  it('is the same after continue-as-new, and nothing when it is empty', () => {
    const dirty = new Dirty();
    expect(dirty.carry()).toBeUndefined();
    dirty.mark('Ticket', 't_1', ['a', '__proto__']);
    dirty.mark('constructor', '__proto__', true);
    dirty.remove({ name: 'Ticket', id: 't_2' });
    dirty.part({ name: 'Comment', id: 'k_1' });
    const carried = JSON.parse(JSON.stringify(dirty.carry())) as CarriedDirty;
    expect(contentOf(new Dirty(carried))).toEqual(contentOf(dirty));
  });
});
