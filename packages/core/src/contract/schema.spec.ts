import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineSchema, many, one, reachableSchema, type Schema, typed } from './schema';

describe('reachableSchema', () => {
  const schema = defineSchema({
    Customer: { relations: { contacts: many('Contact'), tickets: many('Ticket') } },
    Contact: { idAttribute: 'no' },
    Ticket: { relations: { assignee: one('Contact'), parts: many('Ticket') } },
    Account: {},
  });

  it('holds what can be reached, and nothing else', () => {
    expect(reachableSchema(schema, 'Customer')).toEqual({
      Customer: schema.Customer,
      Contact: schema.Contact,
      Ticket: schema.Ticket,
    });
    expect(reachableSchema(schema, 'Account')).toEqual({ Account: {} });
  });

  it('follows one relation of the first entity when told which', () => {
    expect(reachableSchema(schema, 'Customer', 'contacts')).toEqual({
      Customer: { relations: { contacts: many('Contact') } },
      Contact: schema.Contact,
    });
  });

  it('holds all of the first entity when a record can hold it', () => {
    const circular = defineSchema({
      Customer: { relations: { friends: many('Customer'), contacts: many('Contact') } },
      Contact: { relations: { employer: one('Customer') } },
    });
    expect(reachableSchema(circular, 'Customer', 'friends')).toEqual(circular);
    expect(reachableSchema(circular, 'Customer', 'contacts')).toEqual(circular);
  });
});

describe('defineSchema()', () => {
  it.each<readonly [schema: Schema, field: string, message: RegExp]>([
    [{ 'Con tact': {} }, 'schema.Con tact', /letters, digits and "_"/],
    [JSON.parse('{"__proto__":{}}') as Schema, 'schema.__proto__', /letters, digits and "_"/],
    [{ Contact: { idAttribute: '' } }, 'schema.Contact.idAttribute', /is empty/],
    [{ Contact: { idAttribute: [] } }, 'schema.Contact.idAttribute', /is empty/],
    [{ Contact: { idAttribute: ' ' } }, 'schema.Contact.idAttribute', /is empty/],
    [{ Contact: { idAttribute: ['no', ''] } }, 'schema.Contact.idAttribute', /is empty/],
    [
      { Customer: { relations: { contacts: many('Contcat') } }, Contact: {} },
      'schema.Customer.relations.contacts',
      /leads to "Contcat".* one of Customer, Contact\.$/,
    ],
    [{ Customer: { relations: { boss: one('toString') } } }, 'schema.Customer.relations.boss', /"toString"/],
  ])('refuses %j', (schema, field, message) => {
    expect(() => defineSchema(schema)).toThrow(
      expect.objectContaining({ code: 'SCHEMA_INVALID', field, message: expect.stringMatching(message) }),
    );
  });

  it('keeps what the fields are for who asks by name, and out of JSON', () => {
    const fields = z.object({ id: z.string() });
    const schema = defineSchema({
      Customer: { fields, relations: {} },
      Contact: { fields: typed<object>() },
    });
    expect(schema.Customer.fields).toBe(fields);
    expect(JSON.stringify(schema)).toBe('{"Customer":{"relations":{}},"Contact":{}}');
    expect({ ...schema.Contact }).toEqual({});
    expect(defineSchema(schema)).toBe(schema);
  });
});
