import { describe, expect, it } from 'vitest';
import { defineSchema, many, one } from '../contract/schema';
import { idsOf, managedPaths, type ManagedPaths } from './managed-path';

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket'), lead: one('Agent') } },
  Ticket: {},
  Agent: {},
});

describe('managedPaths', () => {
  it('are none where none are declared', () => {
    expect(managedPaths(undefined, schema, 'Desk')).toEqual([]);
    expect(managedPaths({}, schema, 'Desk')).toEqual([]);
    expect(managedPaths({ tickets: false }, schema, 'Desk')).toEqual([]);
    expect(managedPaths(true, schema, 'Ticket')).toEqual([]);
  });

  it('are every relation of the root with every default, for `true`', () => {
    const defaults = {
      autoStart: true,
      apiUrl: 'own',
      loads: 'own',
      onRemoved: 'cancel',
      restart: true,
      orphanPolicy: 'cancel',
      credentials: 'inherit',
      maxConcurrentStarts: 50,
      checkEveryMs: 600_000,
    };
    expect(managedPaths(true, schema, 'Desk')).toEqual([
      {
        field: 'tickets',
        target: 'Ticket',
        entityName: 'Ticket',
        workflowType: 'TicketWorkflow',
        ...defaults,
      },
      { field: 'lead', target: 'Agent', entityName: 'Agent', workflowType: 'AgentWorkflow', ...defaults },
    ]);
    expect(managedPaths({ lead: true }, schema, 'Desk')).toMatchObject([{ field: 'lead', ...defaults }]);
  });

  it('take what is declared instead', () => {
    const tickets = {
      entityName: 'Case',
      idAttribute: ['queue', 'number'],
      credentials: 'secret:OTHER',
      maxConcurrentStarts: 1,
      checkEvery: '5 seconds',
    } as const;
    expect(managedPaths({ tickets }, schema, 'Desk')).toMatchObject([
      {
        target: 'Ticket',
        entityName: 'Case',
        workflowType: 'CaseWorkflow',
        idAttribute: ['queue', 'number'],
        credentials: 'secret:OTHER',
        maxConcurrentStarts: 1,
        checkEveryMs: 5_000,
      },
    ]);
  });

  it.each<[string, ManagedPaths, string]>([
    [
      'no relation',
      { nowhere: true },
      'managedPaths.nowhere: is not a relation of Desk. Name one of tickets, lead',
    ],
    ['a field of every object', { constructor: true }, 'managedPaths.constructor'],
    ['no id', { tickets: { idAttribute: [] } }, 'managedPaths.tickets.idAttribute: is empty. Name the field'],
    ['an id in no field', { tickets: { idAttribute: '' } }, 'managedPaths.tickets.idAttribute: is empty'],
    ['half an id', { tickets: { idAttribute: ['no', ''] } }, 'managedPaths.tickets.idAttribute: is empty'],
    ['an unusable name', { tickets: { entityName: 'a ticket' } }, 'managedPaths.tickets.entityName'],
    ['a secret', { tickets: { credentials: 'hunter2' as 'none' } }, 'managedPaths.tickets.credentials'],
    ['no start at all', { tickets: { maxConcurrentStarts: 0 } }, 'managedPaths.tickets.maxConcurrentStarts'],
    [
      'part of a start',
      { tickets: { maxConcurrentStarts: 1.5 } },
      'managedPaths.tickets.maxConcurrentStarts',
    ],
    ['no time', { tickets: { checkEvery: 'often' as '1 minute' } }, 'managedPaths.tickets.checkEvery'],
  ])('refuse %s and name the field', (_, declared, message) => {
    expect(() => managedPaths(declared, schema, 'Desk')).toThrow(message);
  });

  it('never repeat a secret', () => {
    const declared = { tickets: { credentials: 'hunter2' as 'none' } };
    expect(() => managedPaths(declared, schema, 'Desk')).toThrow(/^(?!.*hunter2)/);
  });
});

describe('idsOf', () => {
  it('gives the ids of a relation to many, to one, and to none', () => {
    expect(idsOf(['a', 'b'])).toEqual(['a', 'b']);
    expect(idsOf('a')).toEqual(['a']);
    for (const nothing of [null, undefined, 7, {}]) expect(idsOf(nothing)).toEqual([]);
  });
});
