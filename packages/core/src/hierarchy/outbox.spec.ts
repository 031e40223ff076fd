import { describe, expect, it } from 'vitest';
import { Outbox, SHOWN } from './outbox';

const ref = { name: 'Ticket', id: 't_1' };
const marksOf = (outbox: Outbox): unknown[] =>
  [...outbox.marks()].map(([lane, { fields, entire, removed }]) => [lane, [...fields], entire, removed]);

describe('Outbox', () => {
  it('adds up fields by the source that gives them', () => {
    const outbox = new Outbox();
    outbox.mark(ref, ['title']);
    outbox.mark(ref, ['note']);
    outbox.mark(ref, ['title'], 'tickets');
    expect(marksOf(outbox)).toEqual([
      ['', ['title', 'note'], undefined, undefined],
      ['tickets', ['title'], undefined, undefined],
    ]);
    expect(outbox.has(ref, 'note')).toBe(true);
    expect(outbox.has(ref, 'status')).toBe(false);
  });

  it('tells of an entity that a source no longer gives', () => {
    const outbox = new Outbox();
    outbox.mark(ref, [], 'tickets');
    expect(marksOf(outbox)).toEqual([['tickets', [], undefined, undefined]]);
  });

  it('forgets what was written to an entity that is removed, and knows of one that comes back', () => {
    const outbox = new Outbox();
    outbox.mark(ref, ['title']);
    outbox.remove(ref);
    expect(marksOf(outbox)).toEqual([['', [], undefined, true]]);
    outbox.mark(ref, ['note']);
    expect(marksOf(outbox)).toEqual([['', ['note'], undefined, true]]);
    expect(outbox.has(ref, '')).toBe(true);
  });

  it('leaves out what the other end knows', () => {
    const outbox = new Outbox();
    outbox.mark(ref, ['title', 'note']);
    outbox.unmark(ref, 'title');
    outbox.unmark({ name: 'Ticket', id: 't_2' }, 'title');
    expect(outbox.has(ref, 'title')).toBe(false);
    outbox.unmark(ref, 'note');
    expect(outbox.isEmpty).toBe(true);
  });

  it('drops an entity from every lane', () => {
    const outbox = new Outbox();
    outbox.mark(ref, ['title']);
    outbox.mark(ref, ['tags'], SHOWN);
    outbox.mark(ref, ['title'], 'tickets');
    outbox.drop(ref);
    expect(outbox.isEmpty).toBe(true);
  });

  it('has what was under way wait again, before what came since', () => {
    const outbox = new Outbox();
    outbox.mark(ref, ['title']);
    outbox.markEntire({ name: 'Ticket', id: 't_2' });
    const taken = outbox.take();
    expect(outbox.isEmpty).toBe(true);
    outbox.mark(ref, ['note']);
    outbox.add(taken);
    expect(marksOf(outbox)).toEqual([
      ['', ['note', 'title'], undefined, undefined],
      ['', [], true, undefined],
    ]);
  });

  it('keeps what was written after a removal that waits again', () => {
    const outbox = new Outbox();
    outbox.remove(ref);
    const taken = outbox.take();
    outbox.mark(ref, ['title']);
    outbox.markEntire(ref);
    outbox.add(taken);
    expect(marksOf(outbox)).toEqual([['', ['title'], true, true]]);
  });

  it('goes through continue-as-new', () => {
    const outbox = new Outbox();
    outbox.remove(ref);
    outbox.mark(ref, ['title']);
    outbox.mark(ref, ['tags'], SHOWN);
    outbox.mark({ name: 'Ticket', id: 't_2' }, ['title'], 'tickets');
    outbox.markEntire({ name: 'Ticket', id: 't_3' });
    const carried = JSON.parse(JSON.stringify(outbox.carry())) as ReturnType<Outbox['carry']>;
    expect(marksOf(new Outbox(carried))).toEqual(marksOf(outbox));
  });
});
