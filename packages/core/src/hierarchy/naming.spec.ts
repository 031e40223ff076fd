import { describe, expect, it } from 'vitest';
import { known, renamed } from './naming';

const item = { name: 'Ticket', id: 't_1' };
const entity = { name: 'Case', id: 'c-1' };
const comment = { name: 'Comment', id: 'k' };
const word = {
  set: { Ticket: { t_1: { title: 'a' }, t_2: { title: 'b' } }, Comment: { k: { text: 'x' } } },
  unset: { Ticket: { t_1: ['note'] } },
  deletes: [item, comment],
};
const message = {
  word,
  sources: { tickets: word },
  shows: word,
  fills: { set: word.set },
  entire: [item, comment],
  asks: [item],
  kinds: ['Ticket', 'Comment'],
};

describe('renamed', () => {
  it('calls one entity otherwise, wherever it is named, and no other', () => {
    const said = renamed(message, item, entity);
    const expected = {
      set: {
        Case: { 'c-1': { title: 'a' } },
        Ticket: { t_2: { title: 'b' } },
        Comment: { k: { text: 'x' } },
      },
      unset: { Case: { 'c-1': ['note'] } },
      deletes: [entity, comment],
    };
    expect(JSON.parse(JSON.stringify(said))).toEqual({
      word: expected,
      sources: { tickets: expected },
      shows: expected,
      fills: { set: expected.set },
      entire: [entity, comment],
      asks: [entity],
      kinds: ['Ticket', 'Comment', 'Case'],
    });
    expect(renamed(said, entity, item).word).toEqual(word);
  });

  it('leaves a message as it is where there is one name', () => {
    expect(renamed(message, item, { ...item })).toBe(message);
  });
});

it('known leaves out what a schema does not have', () => {
  const said = known({ ...message, asks: true as const }, { Comment: {} });
  expect(JSON.parse(JSON.stringify(said))).toEqual({
    word: { set: { Comment: { k: { text: 'x' } } }, unset: {}, deletes: [comment] },
    sources: { tickets: { set: { Comment: { k: { text: 'x' } } }, unset: {}, deletes: [comment] } },
    shows: { set: { Comment: { k: { text: 'x' } } }, unset: {}, deletes: [comment] },
    fills: { set: { Comment: { k: { text: 'x' } } } },
    entire: [comment],
    asks: true,
    kinds: ['Ticket', 'Comment'],
  });
});
