import { describe, expect, it } from 'vitest';
import { defineSchema, many } from '../contract/schema';
import { EntityState } from '../state/entity-state';
import { COPIED, Outbox, SHOWN } from './outbox';
import { compose, contributed, isOwn, sourcesOf } from './speech';

const schema = defineSchema({ Desk: { relations: { tickets: many('Ticket') } }, Ticket: {} });
const T1 = { name: 'Ticket', id: 't_1' };
const T9 = { name: 'Ticket', id: 't_9' };
const OPTIONS = { now: 1, maxDeleteRatio: 1, minDeleteCount: 0 };

/** A source gives a title; a client wrote another one, and a note. */
function written(): EntityState {
  const state = new EntityState({ name: 'Desk', id: '1' }, schema, { Desk: { 1: { tickets: ['t_1'] } } });
  state.integrate('tickets', { entities: { Ticket: { t_1: { title: 'a' } } }, complete: true }, OPTIONS);
  state.update({ entityName: 'Ticket', updates: { Ticket: { t_1: { title: 'b', note: 1 } } } });
  return state;
}

/** What a message has, as it travels. */
const said = (waiting: Outbox, portion?: { name: string; id: string }[]): unknown =>
  JSON.parse(JSON.stringify(compose(written(), undefined, waiting, portion)));
const word = (set: object, unset: object = {}, deletes: unknown[] = []): object => ({
  ...(Object.keys(set).length > 0 && { set }),
  ...(Object.keys(unset).length > 0 && { unset }),
  ...(deletes.length > 0 && { deletes }),
});

describe('compose', () => {
  it('says what was written, as it is now, and fields that went', () => {
    const waiting = new Outbox();
    waiting.mark(T1, ['note', 'gone']);
    expect(said(waiting)).toEqual({
      word: word({ Ticket: { t_1: { note: 1 } } }, { Ticket: { t_1: ['gone'] } }),
    });
  });

  it('says what a source gives, and what is shown instead', () => {
    const waiting = new Outbox();
    waiting.mark(T1, ['title'], 'tickets');
    expect(said(waiting)).toEqual({
      sources: { tickets: word({ Ticket: { t_1: { title: 'a' } } }) },
      shows: word({ Ticket: { t_1: { title: 'b' } } }),
    });
  });

  it('says what a source gives no more, and what was removed', () => {
    const waiting = new Outbox();
    waiting.mark(T9, [], 'tickets');
    waiting.remove(T9);
    expect(said(waiting)).toEqual({ sources: { tickets: word({}, {}, [T9]) }, word: word({}, {}, [T9]) });
  });

  it('gives all of an entity that came back, and says of one that is not there that it is not', () => {
    const waiting = new Outbox();
    waiting.remove(T1);
    waiting.markEntire(T9);
    const set = { Ticket: { t_1: { title: 'b', note: 1 } } };
    expect(said(waiting)).toEqual({ word: word(set, {}, [T1, T9]), entire: [T1] });
  });

  it('shows lists, and gives copies', () => {
    const waiting = new Outbox();
    waiting.mark({ name: 'Desk', id: '1' }, ['tickets'], SHOWN);
    waiting.mark(T1, ['note'], COPIED);
    expect(said(waiting)).toEqual({
      shows: word({ Desk: { 1: { tickets: ['t_1'] } } }),
      fills: word({ Ticket: { t_1: { title: 'b', note: 1 } } }),
      entire: [T1],
    });
  });

  it('says a whole portion once', () => {
    const waiting = new Outbox();
    waiting.mark(T1, ['note']);
    expect(said(waiting, [T1])).toEqual({ word: word({ Ticket: { t_1: { title: 'b', note: 1 } } }) });
  });
});

it('says what all sources give of some entities', () => {
  expect(JSON.parse(JSON.stringify(sourcesOf(written(), [T1, T9])))).toEqual({
    tickets: word({ Ticket: { t_1: { title: 'a' } } }),
  });
});

it('tells its own sources from those of others, whatever their ids are', () => {
  expect(['tickets', contributed('Desk-1', 'tickets'), contributed('a/b', 'c')].map(isOwn)).toEqual([
    true,
    false,
    false,
  ]);
  expect(contributed('a/b', 'c').startsWith(contributed('a', ''))).toBe(false);
});
