import { describe, expect, it } from 'vitest';
import { defineSchema, many } from './schema';
import { checkSelector } from './selector';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket') } },
  Ticket: { relations: { comments: many('Comment') } },
  Comment: {},
});

describe('checkSelector()', () => {
  it.each([
    '*',
    'Desk',
    'Desk.*',
    '*.*.name',
    'Ticket.*.status',
    'Desk.d%2E1.tickets.*.comments.*.text',
    'Ticket.starred%2A',
    // What is no relation is a field, and those are not known.
    'Ticket.t_1.Nobody',
    'Comment.k_1.text.Nobody',
  ])('takes %s', (selector) => {
    expect(() => checkSelector(selector, schema)).not.toThrow();
  });

  it.each([
    ['Nobody', /^selector: names "Nobody", which is not an entity.*Begin with one of Desk, Ticket, Comment/],
    ['Nobody.*', /names "Nobody"/],
    ['desk.*', /names "desk"/],
    ['toString.*', /names "toString"/],
    ['Ow*', /^selector: has "Ow\*", and "\*" stands for a whole name or id.*Write "\*" alone.*%2A/],
    ['**', /has "\*\*"/],
    ['Desk.*.na*', /has "na\*"/],
    ['Desk.d_*', /has "d_\*"/],
    ['Desk.*.tickets.*.comments.*.te*', /has "te\*"/],
  ])('refuses %s, with the reason and the fix', (selector, message) => {
    expect(() => checkSelector(selector, schema)).toThrow(
      expect.objectContaining({
        code: 'INPUT_INVALID',
        field: 'selector',
        message: expect.stringMatching(message),
      }),
    );
  });

  it('leaves entities alone where they are not known, and names the field it was told', () => {
    expect(() => checkSelector('Nobody.*')).not.toThrow();
    expect(() => checkSelector('Ow*', undefined, 'subscriptions[0].selector')).toThrow(
      /^subscriptions\[0\]\.selector: has "Ow\*"/,
    );
  });
});
