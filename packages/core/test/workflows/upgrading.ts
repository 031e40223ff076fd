import {
  type Cycle,
  defineSchema,
  defineWorkflow,
  many,
  one,
  StatefulWorkflow,
  type Schema,
  type SourceOptions,
} from '../../src/workflow';
import type { TicketData } from './hierarchy';
import { scripted } from './sources';

/** What the code was deployed as: tests write another stage into the bundle. */
const STAGE: string = 'STAGE:before'.slice('STAGE:'.length);

const schema = defineSchema({
  Desk: { relations: { tickets: many('Ticket'), lead: one('Agent') } },
  Ticket: { relations: { comments: many('Comment') } },
  Comment: {},
  Agent: {},
});
const profile = scripted('profile', { into: 'root' });
const tickets = scripted('tickets');
const otherQuery = { variant: 2 } as SourceOptions;
const path = { workflowType: 'UpgradingTicketWorkflow' } as const;

/** What a stage of the desk's class declares. */
interface Stage {
  readonly schema?: Schema;
  readonly sources?: StatefulWorkflow['sources'];
  readonly managedPaths?: StatefulWorkflow['managedPaths'];
  readonly refresh?: StatefulWorkflow['refresh'];
  readonly maxHistoryEvents?: number;
  readonly maxRunAge?: number;
}

const open = (item: Readonly<Record<string, unknown>>): boolean => item['status'] !== 'closed';
const before: Stage = {
  schema,
  sources: { profile, tickets },
  managedPaths: { tickets: path },
  refresh: { every: '1 hour' },
};

/** All but functions: workers from before have none of those, while they run beside those of after. */
const much: Stage = {
  schema: { ...schema, Ticket: { relations: { author: one('Agent') } } },
  sources: { tickets: scripted('tickets', { ...otherQuery, timeout: '2 minutes' }), details: profile },
  managedPaths: { tickets: { ...path, maxConcurrentStarts: 1 } },
  refresh: { every: '2 hours', watch: true },
  maxHistoryEvents: 2_000,
};

/** All that may be changed of a class under its running workflows. */
const STAGES: Readonly<Record<string, Stage>> = {
  'a source is added': { sources: { profile, tickets, orders: scripted('orders', { into: 'root' }) } },
  'a source is removed': { sources: { tickets } },
  'a source is renamed': { sources: { details: profile, tickets } },
  'sources change places': { sources: { tickets, profile } },
  'a source asks for something else': { sources: { profile, tickets: scripted('tickets', otherQuery) } },
  'a source gets another adapter': {
    sources: { profile: { ...profile, adapter: 'other' }, tickets },
  },
  'a source is renamed and asks for something else': {
    sources: { details: scripted('profile', { into: 'root', ...otherQuery }), tickets },
  },
  'a source gets another time limit': {
    sources: { profile: scripted('profile', { into: 'root', timeout: '2 minutes' }), tickets },
  },
  'it watches': { refresh: { every: '1 hour', watch: true } },
  'it loads by itself no longer': { refresh: undefined },
  'it loads at another interval': { refresh: { every: '2 hours', staleAfter: '1 hour' } },
  'an entity gets a relation': {
    schema: {
      ...schema,
      Ticket: { relations: { ...schema.Ticket.relations, author: one('Agent') } },
    },
  },
  'an entity loses a relation': { schema: { ...schema, Ticket: {} } },
  'a path gets a condition': { managedPaths: { tickets: { ...path, condition: open } } },
  'a path loses its condition': { managedPaths: { tickets: { ...path, formerly: { condition: open } } } },
  'a path with a condition is retired': {
    managedPaths: { tickets: { ...path, condition: open, retired: true } },
  },
  'a path gets options': {
    managedPaths: { tickets: { ...path, maxConcurrentStarts: 1, checkEvery: '5 minutes' } },
  },
  'a path is removed': { managedPaths: undefined },
  'children are named after their parent': { managedPaths: { tickets: { ...path, includeParentId: true } } },
  'children are called otherwise': { managedPaths: { tickets: { ...path, entityName: 'Case' } } },
  'children get their id from another field': {
    managedPaths: { tickets: { ...path, idAttribute: 'number' } },
  },
  'a path leads to another entity': {
    schema: { ...schema, Desk: { relations: { tickets: many('Case'), lead: one('Agent') } }, Case: {} },
  },
  'an entity gets another id': { schema: { ...schema, Ticket: { ...schema.Ticket, idAttribute: 'number' } } },
  'its hooks take more turns': {},
  'it gets hooks': {},
  'it ages': { maxRunAge: 2_000 },
  'much is changed at once': { ...much, managedPaths: { tickets: { ...path, condition: open } } },
  'all but functions is changed at once': much,
  'the limit of events changes': { maxHistoryEvents: 2_000 },
};

/** A desk whose class changes while it runs. */
class UpgradingDesk extends StatefulWorkflow {
  override readonly schema = stage('schema');
  override readonly sources = stage('sources');
  override readonly managedPaths = stage('managedPaths');
  override readonly refresh = stage('refresh');
  override readonly maxHistoryEvents = stage('maxHistoryEvents');
  override readonly maxRunAge = stage('maxRunAge');
  readonly cycles: string[] = [];

  override async execute({ triggers }: Cycle): Promise<void> {
    const { phones } = (this.data ?? {}) as { readonly phones?: readonly string[] };
    // As one does who has just added the source of these: a replay of what was before comes here without them.
    if (STAGE === 'a source is added') this.cycles.push(phones!.join());
    this.cycles.push(...triggers);
    if (STAGE === 'its hooks take more turns') for (let turn = 0; turn < 30; turn++) await Promise.resolve();
  }

  override readonly onChange =
    STAGE === 'it gets hooks'
      ? async (): Promise<void> => {
          for (let turn = 0; turn < 30; turn++) await Promise.resolve();
        }
      : undefined;

  override onContinue(): void {
    // The run that the new source ends is without these, too.
    const { phones } = (this.data ?? {}) as { readonly phones?: readonly string[] };
    if (STAGE === 'a source is added') this.cycles.push(phones!.join());
  }
}
export const UpgradingDeskWorkflow = defineWorkflow(UpgradingDesk);

/** A child with a source of its own, whose class gets another one. */
class UpgradingTicket extends StatefulWorkflow<TicketData> {
  override readonly schema: Schema = { ...schema, Case: {} };
  override readonly sources: StatefulWorkflow['sources'] =
    STAGE === 'before'
      ? { ticket: scripted('ticket', { into: 'root' }) }
      : { ticket: scripted('ticket', { into: 'root' }), comments: scripted('comments') };
}
export const UpgradingTicketWorkflow = defineWorkflow(UpgradingTicket);

function stage<K extends keyof Stage>(field: K): Stage[K] {
  const declared = STAGES[STAGE] ?? {};
  return Object.hasOwn(declared, field) ? declared[field] : before[field];
}
