import { condition, proxyActivities, uuid4 } from '@temporalio/workflow';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../contract/errors';
import { defineSchema, many } from '../contract/schema';
import { defineSource } from '../contract/source';
import { defineWorkflow } from './define-workflow';
import { StatefulWorkflow } from './stateful-workflow';

const source = (options: object = {}) => defineSource({ adapter: 'rest', package: 'adapter-rest' }, options);

class Base extends StatefulWorkflow {
  override readonly schema: StatefulWorkflow['schema'] = defineSchema({
    Customer: { relations: { contacts: many('Contact') } },
    Contact: {},
  });
}
/** A class with these fields besides, as the user's own would have. */
const having = (fields: object): new () => StatefulWorkflow =>
  class Customer extends Base {
    constructor() {
      super();
      Object.assign(this, fields);
    }
  };

describe('defineWorkflow', () => {
  it.each<readonly [object, string]>([
    [{ refresh: { every: 'now and then' } }, 'refresh.every: is not a duration. Give one such as'],
    [{ refresh: { watch: true } }, 'refresh.every: is missing, and refresh.watch needs it. Give'],
    [{ refresh: { every: 5 } }, 'refresh.every: is shorter than 100 ms. Give'],
    [
      { sources: { profile: source({ into: 'kontacts' }) } },
      'sources.profile.into: "kontacts" is not a list',
    ],
    [
      { sources: { profile: source({ maximumAttempts: 0 }) } },
      'sources.profile.maximumAttempts: is not a whole',
    ],
    [{ sources: { profile: source({ timeout: 'long' }) } }, 'sources.profile.timeout: is not a duration'],
    [
      { sources: { profile: source({ deadline: 0 }) } },
      'sources.profile.deadline: leaves a load no time. Give',
    ],
    [{ sources: { profile: source({ apiUrl: '/api' }) } }, 'sources.profile.apiUrl: is not an absolute'],
    [{ sources: { profile: source({ taskQueue: '' }) } }, 'sources.profile.taskQueue: is not the name of'],
    [
      { sources: { profile: source({ credential: 'CRM' }) } },
      'sources.profile.credential: is not a credential',
    ],
    [{ sources: { profile: { path: '/x' } } }, 'sources.profile: is not a source. Give what'],
    [{ sources: { profile: undefined } }, 'sources.profile: is not a source. Give what'],
    [{ sources: [] }, 'sources: is not an object. Give one such as'],
    [
      { managedPaths: { kontacts: true } },
      'managedPaths.kontacts: is not a relation of Customer. Name one of contacts',
    ],
    [
      { schema: { Customer: { relations: { a: many('Nobody') } } } },
      'schema.Customer.relations.a: leads to "Nobody"',
    ],
    [{ schema: { Customer: null } }, 'schema.Customer: is not an object'],
    [{ schema: 5 }, 'schema: is not an object. Give one such as defineSchema('],
    [
      { maxHistoryEvents: 3 },
      'maxHistoryEvents: is not a whole number from 10 to 40000. Give one such as 4000',
    ],
    [{ maxHistoryEvents: 0 }, 'maxHistoryEvents: is not'],
    [{ maxHistoryEvents: 50_000 }, 'maxHistoryEvents: is not'],
    [{ maxHistoryEvents: Number.NaN }, 'maxHistoryEvents: is not'],
    [{ maxHistoryEvents: '100' }, 'maxHistoryEvents: is not'],
    [{ maxStateBytes: 10 }, 'maxStateBytes: is not a whole number from 1000. Give one such as 1900000'],
    [{ maxStateBytes: -1 }, 'maxStateBytes: is not'],
    [{ maxDeleteRatio: 2 }, 'maxDeleteRatio: is not a number from 0 to 1. Give one such as 0.5'],
    [{ maxDeleteRatio: -0.1 }, 'maxDeleteRatio: is not'],
  ])('refuses a class with %o', (fields, reason) => {
    const define = (): unknown => defineWorkflow(having(fields));
    expect(define).toThrow(InvalidInputError);
    expect(define).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(new RegExp(`^${reason.replace(/[()[\].]/g, String.raw`\$&`)}`)),
      }),
    );
  });

  it('never repeats what may be a secret', () => {
    const sources = { profile: source({ credential: 'hunter2' }) };
    expect(() => defineWorkflow(having({ sources }))).toThrow(/^(?!.*hunter2)/);
  });

  it.each([{}, undefined, null, 'Customer', () => {}, class {}, StatefulWorkflow])(
    'refuses %o, which is no class of this kind',
    (given) => {
      expect(() => defineWorkflow(given as new () => StatefulWorkflow)).toThrow(
        /^defineWorkflow: was given something that is not a class which extends StatefulWorkflow\. Write/,
      );
    },
  );

  it('refuses a name that is none', () => {
    for (const name of ['', ' ', 5 as unknown as string])
      expect(() => defineWorkflow(Base, { name })).toThrow(
        /^name: is not the name of a workflow type\. Give/,
      );
  });

  it('leaves a class to its run that can only be constructed in a workflow', () => {
    class Customer extends Base {
      readonly key = uuid4();
    }
    expect(defineWorkflow(Customer).name).toBe('CustomerWorkflow');
  });

  it('is not bothered by a field that waits for something', async () => {
    class Customer extends Base {
      readonly asked = condition(() => true);
    }
    expect(defineWorkflow(Customer).name).toBe('CustomerWorkflow');
  });

  it('takes a class that calls activities, and one whose root is named by who starts it', () => {
    class Handy extends Base {
      readonly activities = proxyActivities({ startToCloseTimeout: '1 minute' });
      override readonly sources = { contacts: source(), profile: source({ credential: 'secret:CRM_TOKEN' }) };
      override readonly maxHistoryEvents = 10;
    }
    expect(defineWorkflow(Handy).name).toBe('HandyWorkflow');
  });

  it('refuses one that no entity of its schema can be the root of', () => {
    class Handy extends Base {
      override readonly managedPaths = { kontacts: true } as const;
    }
    expect(() => defineWorkflow(Handy)).toThrow(/^managedPaths\.kontacts: is not a relation of Customer/);
  });

  it('says what a builder in the class refuses', () => {
    class Customer extends StatefulWorkflow {
      override readonly schema = defineSchema({ Customer: { relations: { a: many('Nobody') } } });
    }
    expect(() => defineWorkflow(Customer)).toThrow(/^schema\.Customer\.relations\.a: leads to "Nobody"/);
  });
});
