import { describe, expect, it } from 'vitest';
import { defineSchema, many, one } from '../contract/schema';
import { EntityStore } from '../state/entity-store';
import { selectorOf } from './selector';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket'), lead: one('Agent') } },
  Ticket: { relations: { comments: many('Comment'), next: one('Ticket') } },
  Comment: {},
  Agent: {},
});
const store = new EntityStore(schema, {
  Desk: { d_1: { id: 'd_1', tickets: ['t_1', 't_2'], lead: 'a_1' }, 'd.2': { id: 'd.2', tickets: ['t_3'] } },
  Ticket: { t_1: { comments: ['k_1'], next: 't_2' }, t_2: { comments: ['k_2'], next: 't_1' }, t_3: {} },
  Comment: { k_1: {}, k_2: {} },
  Agent: { a_1: {} },
});
/** Every field that changes below. */
const CHANGES = [
  'Desk d_1 name',
  'Desk d.2 name',
  'Ticket t_1 status',
  'Ticket t_2 status',
  'Ticket t_3 note',
  'Comment k_1 text',
  'Comment k_2 text',
  'Agent a_1 name',
];
const covered = (selector: string): string[] =>
  CHANGES.filter((change) => {
    const [name = '', id = '', field = ''] = change.split(' ');
    return selectorOf(selector)(store, { name, id }, field);
  });

describe('selectorOf', () => {
  it.each([
    ['*', CHANGES],
    ['*.*.name', ['Desk d_1 name', 'Desk d.2 name', 'Agent a_1 name']],
    ['*.t_1', ['Ticket t_1 status']],
    ['Ticket', ['Ticket t_1 status', 'Ticket t_2 status', 'Ticket t_3 note']],
    ['Ticket.t_1', ['Ticket t_1 status']],
    ['Ticket.*.status', ['Ticket t_1 status', 'Ticket t_2 status']],
    ['Ticket.t_1.note', []],
    ['Desk.d%2E2', ['Desk d.2 name']],
    ['Desk.%2A', []],
    ['Agent.a%2A1', []],
    ['Desk.d_1.tickets', ['Ticket t_1 status', 'Ticket t_2 status']],
    ['Desk.d%2E2.tickets', ['Ticket t_3 note']],
    ['Desk.*.tickets.*.note', ['Ticket t_3 note']],
    ['Desk.*.tickets.t_2', ['Ticket t_2 status']],
    ['Desk.d_1.tickets.t_3', []],
    ['Desk.d_1.tickets.*.comments', ['Comment k_1 text', 'Comment k_2 text']],
    ['Desk.d_1.tickets.t_2.comments.*.text', ['Comment k_2 text']],
    ['Desk.d_1.lead', ['Agent a_1 name']],
    ['Desk.d_1.lead.a_1.name', ['Agent a_1 name']],
    ['Ticket.t_1.next', ['Ticket t_2 status']],
    ['Ticket.t_1.next.t_2.next', ['Ticket t_1 status']],
    ['Ticket.t_1.next.t_2.comments', ['Comment k_2 text']],
    ['Nothing.t_1', []],
    ['constructor.constructor', []],
  ])('%s covers %j', (selector, expected) => {
    expect(covered(selector)).toEqual(expected);
  });

  it.each([
    ['*', true],
    ['Ticket', true],
    ['Ticket.t_9', true],
    ['Ticket.t_9.status', true],
    ['Ticket.t_1', false],
    ['Desk.d_1.tickets', true],
    ['Desk.d_1.tickets.t_9', true],
    ['Desk.d_1.tickets.t_1', false],
    // Its list of them is gone.
    ['Desk.*.tickets.*.comments', true],
    ['Comment', false],
  ])('%s, of a removed ticket: %s', (selector, expected) => {
    expect(selectorOf(selector)(store, { name: 'Ticket', id: 't_9' })).toBe(expected);
  });
});
