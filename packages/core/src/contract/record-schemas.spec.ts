import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { recordSchemas } from './record-schemas';
import { defineSchema, many, one, typed } from './schema';

const schema = defineSchema({
  Customer: {
    fields: z.strictObject({ id: z.string(), born: z.coerce.date() }),
    relations: { contacts: many('Contact'), account: one('Account') },
  },
  Contact: { fields: v.object({ id: v.string(), email: v.pipe(v.string(), v.email()) }) },
  Account: { fields: typed<{ id: string }>(), relations: { owner: one('Contact') } },
  Note: {},
});
const { Customer } = recordSchemas(schema);
const check = (record: unknown) => Customer['~standard'].validate(record);

describe('recordSchemas', () => {
  it('has those of the entities whose fields a library declares', () => {
    expect(Object.keys(recordSchemas(schema))).toEqual(['Customer', 'Contact']);
  });

  it('checks a record without its relations, and gives what its schema makes of it', () => {
    expect(check({ id: 'c_1', born: '1815-12-10', contacts: ['k_1'] })).toEqual({
      value: { id: 'c_1', born: new Date('1815-12-10'), contacts: ['k_1'] },
    });
    expect(check({ id: 'c_1', born: '1815-12-10', plan: 'free' })).toMatchObject({ issues: [{ path: [] }] });
  });

  it('checks what is nested in relations by the schema of its entity', () => {
    const nested = {
      contacts: [{ id: 'k_1', email: 'a@b.example' }, 'k_2'],
      account: { id: 'a', owner: null },
    };
    expect(check({ id: 'c_1', born: 0, ...nested })).toEqual({
      value: { id: 'c_1', born: new Date(0), ...nested },
    });
    expect(
      check({
        id: 5,
        born: 0,
        contacts: ['k_1', { id: 'k_2', email: 'nobody' }],
        account: { id: 'a', owner: { id: 'k_3' } },
      }),
    ).toMatchObject({
      issues: [
        { path: ['id'] },
        { path: ['contacts', 1, expect.objectContaining({ key: 'email' })] },
        { path: ['account', 'owner', expect.objectContaining({ key: 'email' })] },
      ],
    });
  });

  it('leaves to the schema what is no record, and a list that is none', () => {
    expect(check(null)).toMatchObject({ issues: [{ path: [] }] });
    expect(check({ id: 'c_1', born: 0, contacts: 'k_1' })).toEqual({
      value: { id: 'c_1', born: new Date(0), contacts: 'k_1' },
    });
  });

  it('waits for schemas that take their time', async () => {
    const slow = recordSchemas(
      defineSchema({
        Desk: { fields: z.object({ id: z.string() }), relations: { tickets: many('Ticket') } },
        Ticket: { fields: z.object({ id: z.string().refine(async (id) => id !== 'none') }) },
      }),
    );
    expect(await slow.Desk['~standard'].validate({ id: 'd', tickets: [{ id: 't_1' }] })).toEqual({
      value: { id: 'd', tickets: [{ id: 't_1' }] },
    });
    expect(await slow.Desk['~standard'].validate({ id: 'd', tickets: [{ id: 'none' }] })).toMatchObject({
      issues: [{ path: ['tickets', 0, 'id'] }],
    });
  });
});
