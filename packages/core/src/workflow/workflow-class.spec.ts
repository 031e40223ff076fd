import { describe, expect, it } from 'vitest';
import { defineSchema, many, typed } from '../contract/schema';
import { defineWorkflow } from './define-workflow';
import { StatefulWorkflow } from './stateful-workflow';
import { workflowClass, type WorkflowDefinition } from './workflow-class';

const schema = defineSchema({
  Customer: { fields: typed<{ id: string }>(), relations: { contacts: many('Contact') } },
  Contact: {},
});
/** As JavaScript, or a schema that was put together by code, would give it. */
const make = (definition: unknown) =>
  workflowClass(definition as WorkflowDefinition<typeof schema, 'Customer'>);

describe('workflowClass', () => {
  it('gives a class like any other: what it declares can be declared anew', () => {
    class Customer extends workflowClass({ schema, entityName: 'Customer', refresh: { every: '1 minute' } }) {
      override readonly maxHistoryEvents = 100;
    }
    class Rare extends Customer {
      override readonly refresh = { every: '1 hour' };
    }
    expect(new Customer()).toBeInstanceOf(StatefulWorkflow);
    expect(new Customer()).toMatchObject({ schema, refresh: { every: '1 minute' }, maxHistoryEvents: 100 });
    expect(new Rare()).toMatchObject({ refresh: { every: '1 hour' }, maxHistoryEvents: 100 });
  });

  it('is a workflow as it is, which goes by its entity', () => {
    expect(defineWorkflow(workflowClass({ schema, entityName: 'Contact' })).name).toBe('ContactWorkflow');
  });

  it('leaves alone what is given as undefined', () => {
    const { execute } = StatefulWorkflow.prototype;
    expect(new (make({ schema, entityName: 'Customer', execute: undefined }))().execute).toBe(execute);
  });

  it.each([
    [undefined, /^workflowClass: is not an object\. Give one such as { schema, entityName: 'Customer' }/],
    [{ schema }, /^entityName: is not a name/],
    [{ schema, entityName: 'Customer', onChanged: () => {} }, /^onChanged: is no part of a workflow class/],
  ])('refuses %j', (definition, message) => {
    expect(() => make(definition)).toThrow(message);
  });

  it.each([
    [{ schema, entityName: 'Order' }, /^entityName: "Order" is not in the schema of this workflow/],
    [{ schema, entityName: 'Customer', managedPaths: { kontacts: true } }, /^managedPaths\.kontacts: is not/],
    [{ schema: { Customer: { fields: undefined } }, entityName: 'Customer' }, /^schema\.Customer\.fields: /],
  ])('makes a class that cannot be defined of %j', (definition, message) => {
    expect(() => defineWorkflow(make(definition))).toThrow(message);
  });
});
