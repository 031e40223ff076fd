import {
  CancellationScope,
  condition,
  proxyActivities,
  sleep,
  Trigger,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
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

/** Options of a managed path. */
const path = (options: object): object => ({ managedPaths: { contacts: options } });

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
    // A number of milliseconds, where somebody meant days.
    [{ maxRunAge: 30 }, "maxRunAge: is shorter than a second. Give one such as '1 minute'"],
    [{ maxRunAge: 0 }, 'maxRunAge: is shorter than a second'],
    [{ maxRunAge: -1 }, 'maxRunAge: is not a duration'],
    [{ maxRunAge: Infinity }, 'maxRunAge: is not a duration'],
    [{ maxRunAge: Number.NaN }, 'maxRunAge: is not a duration'],
    [{ maxRunAge: '' }, 'maxRunAge: is not a duration'],
    [{ maxRunAge: 'never' }, 'maxRunAge: is not a duration'],
    [{ maxRunAge: null }, 'maxRunAge: is not a duration'],
    [{ maxRunAge: 10n }, 'maxRunAge: is not a duration'],
    [{ maxRunAge: '200 years' }, 'maxRunAge: is longer than 100 years'],
    [{ maxDeleteRatio: 2 }, 'maxDeleteRatio: is not a number from 0 to 1. Give one such as 0.5'],
    [{ maxDeleteRatio: -0.1 }, 'maxDeleteRatio: is not'],
    // What only JavaScript lets through.
    [{ maxHistoryEvents: null }, 'maxHistoryEvents: is not a number. Give'],
    [{ maxStateBytes: null }, 'maxStateBytes: is not a number. Give'],
    [{ allowPlaintextTokens: 'no' }, 'allowPlaintextTokens: is not true or false'],
    [{ searchAttributes: ['status'] }, 'searchAttributes: is not true or false'],
    [{ refresh: null }, 'refresh: is not an object. Give one such as { every:'],
    [{ refresh: '1 minute' }, 'refresh: is not an object'],
    [
      { refresh: { evry: '1 minute' } },
      'refresh.evry: is not an option there is. Use every, watch, staleAfter,',
    ],
    [{ refresh: { every: null } }, 'refresh.every: is not an object. Give one such as'],
    [{ refresh: { every: { min: '1 second' } } }, 'refresh.every.max: is not a duration'],
    [{ refresh: { every: { min: '1 second', most: '1 minute' } } }, 'refresh.every.most: is not an option'],
    [{ refresh: { every: '1 fortnight' } }, 'refresh.every: is not a duration'],
    [{ refresh: { every: '0 seconds' } }, 'refresh.every: is shorter than 100 ms'],
    [{ refresh: { every: Number.NaN } }, 'refresh.every: is not a duration'],
    [{ refresh: { every: '300 years' } }, 'refresh.every: is longer than 100 years. Give one'],
    [{ refresh: { every: '1 minute', watch: 'no' } }, 'refresh.watch: is not true or false'],
    [{ refresh: Promise.resolve({}) }, 'refresh: is a promise, which nobody waits for. Give'],
    [{ sources: Promise.resolve({}) }, 'sources: is a promise'],
    [{ sources: { '': source() } }, 'sources: has one called "", which no source can be. Rename'],
    [{ sources: { 'loadData()': source() } }, 'sources: has one called "loadData()"'],
    [{ sources: { profile: { adapter: 'a b' } } }, 'sources.profile.adapter: is not the name of an adapter'],
    [{ sources: { profile: source({ deadline: '300 years' }) } }, 'sources.profile.deadline: is longer than'],
    [{ sources: { profile: source({ expect: 'id' }) } }, 'sources.profile.expect: is not a list'],
    [{ sources: { profile: source({ emptyIsError: 1 }) } }, 'sources.profile.emptyIsError: is not true'],
    [{ managedPaths: null }, 'managedPaths: is not an object. Give one such as { contacts: true }'],
    [{ managedPaths: false }, 'managedPaths: is not an object'],
    [{ managedPaths: ['contacts'] }, 'managedPaths: is not an object'],
    [{ managedPaths: { contacts: false } }, 'managedPaths.contacts: is not an object. Give one such as'],
    [{ managedPaths: { contacts: undefined } }, 'managedPaths.contacts: is not an object'],
    [{ managedPaths: { contacts: 'ContactWorkflow' } }, 'managedPaths.contacts: is not an object'],
    [path({ worflowType: 'X' }), 'managedPaths.contacts.worflowType: is not an option there is. Use'],
    [path({ workflowType: '' }), 'managedPaths.contacts.workflowType: is not the name of a workflow type'],
    [path({ condition: true }), 'managedPaths.contacts.condition: is not a function. Give'],
    [path({ processData: {} }), 'managedPaths.contacts.processData: is not a function'],
    [path({ onRemoved: 'stop' }), 'managedPaths.contacts.onRemoved: is not one of "cancel", "complete"'],
    [path({ loads: 'parents' }), 'managedPaths.contacts.loads: is not one of "own", "parent"'],
    [path({ apiUrl: 'inherits' }), 'managedPaths.contacts.apiUrl: is not one of "inherit", "own"'],
    [path({ orphanPolicy: 'abandon' }), 'managedPaths.contacts.orphanPolicy: is not one of "cancel"'],
    [path({ autoStart: 'no' }), 'managedPaths.contacts.autoStart: is not true or false'],
    [path({ restart: 0 }), 'managedPaths.contacts.restart: is not true or false'],
    [path({ checkEvery: 0 }), 'managedPaths.contacts.checkEvery: is shorter than a second. Give'],
    [path({ checkEvery: 10 }), 'managedPaths.contacts.checkEvery: is shorter than a second'],
    [path({ taskQueue: ' ' }), 'managedPaths.contacts.taskQueue: is not the name of a task queue'],
    [path({ credentials: 'hunter2' }), 'managedPaths.contacts.credentials: is not a credential reference'],
    [{ schema: {} }, 'schema: has no entity. Add the root entity'],
    [
      { schema: { Customer: { idAtribute: 'code' } } },
      'schema.Customer.idAtribute: is not an option there is',
    ],
    [{ schema: { Customer: { relations: { a: null } } } }, 'schema.Customer.relations.a: is not a relation'],
    [{ schema: { Customer: { relations: { a: ['A', 'B'] } } } }, 'schema.Customer.relations.a: is not a rel'],
    [{ execute: undefined }, 'execute: is not a function. Give one such as async execute() { … }'],
    [{ loadData: {} }, 'loadData: is not a function'],
    [{ onChange: 'changed' }, 'onChange: is not a function'],
    [{ *execute() {} }, 'execute: is a generator, of which nothing would run. Write it without the *'],
    [{ async *onChange() {} }, 'onChange: is a generator'],
    [{ async setup() {} }, 'setup: is asynchronous: nobody waits for it'],
    [{ async beforeUpdate() {} }, 'beforeUpdate: is asynchronous, and nobody waits for it: it would'],
    [{ async beforeDelete() {} }, 'beforeDelete: is asynchronous, and nobody waits for it: it would'],
    [{ *beforeUpdate() {} }, 'beforeUpdate: is a generator, of which nothing would run'],
    [{ beforeUpdate: 'no' }, 'beforeUpdate: is not a function. Give one such as beforeUpdate() { … }'],
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

  it('refuses a class that has no name, unless the workflow is given one', () => {
    const nameless = (): new () => StatefulWorkflow => class extends Base {};
    expect(() => defineWorkflow(nameless())).toThrow(/^defineWorkflow: was given a class without a name/);
    expect(defineWorkflow(nameless(), { name: 'CustomerWorkflow' }).name).toBe('CustomerWorkflow');
  });

  it('refuses a class whose constructor or getter throws, and says what', () => {
    class Customer extends Base {
      constructor() {
        super();
        throw new TypeError('a bug');
      }
    }
    expect(() => defineWorkflow(Customer)).toThrow(
      /^constructor: of the class, or one of its fields, threw TypeError: a bug\. Correct it/,
    );
    class Reading extends Base {}
    Object.defineProperty(Reading.prototype, 'sources', {
      get(this: Reading) {
        return { profile: source({ path: this.id }) };
      },
    });
    expect(() => defineWorkflow(Reading)).toThrow(
      /^sources: cannot be read: its getter threw Error: The workflow is not running yet.*this\.id/,
    );
  });

  it('refuses what is static, so that no workflow has it', () => {
    class Customer extends Base {
      static sources = { profile: source() };
    }
    expect(() => defineWorkflow(Customer)).toThrow(/^sources: is static, so that no workflow has it\. Write/);
  });

  it.each<readonly [string, () => unknown]>([
    ['a scope', () => new CancellationScope()],
    ['a trigger', () => new Trigger()],
    ['an id', () => uuid4()],
    ['the workflow itself', () => workflowInfo()],
    ['a timer', () => sleep(1)],
  ])('leaves a class to its run that has a field with %s', (_, make) => {
    class Customer extends Base {
      readonly field = make();
    }
    expect(defineWorkflow(Customer).name).toBe('CustomerWorkflow');
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
      override readonly schema = defineSchema({ Customer: { relations: { a: many('Nobody') as never } } });
    }
    expect(() => defineWorkflow(Customer)).toThrow(/^schema\.Customer\.relations\.a: leads to "Nobody"/);
  });
});
