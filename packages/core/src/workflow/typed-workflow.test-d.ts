import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import {
  type ChangesOf,
  type Cycle,
  type DataOf,
  defineSchema,
  defineSource,
  defineWorkflow,
  type DeleteOf,
  type EntitiesOf,
  isLoaded,
  many,
  one,
  type PlacedSource,
  type Placing,
  type SourceDefinition,
  type SourceOptions,
  StatefulWorkflow,
  type StatefulWorkflowFunction,
  typed,
  type UpdateOf,
  workflowClass,
} from '../workflow';

interface MemoryQuery {
  readonly key: string;
}
/** A builder that reads off where its records go, as those of the adapters do. */
const memory = <Into extends string = never, Records extends string = never>(
  options: MemoryQuery & SourceOptions & Placing<Into, Records>,
): PlacedSource<MemoryQuery, Into, Records> =>
  defineSource<MemoryQuery>({ adapter: 'memory', package: 'adapter-memory' }, options);
/** One that does not, as that of somebody else's adapter may not. */
const plain = (options: MemoryQuery & SourceOptions): SourceDefinition<MemoryQuery> =>
  defineSource<MemoryQuery>({ adapter: 'plain', package: 'adapter-plain' }, options);

const schema = defineSchema({
  Customer: {
    fields: z.object({
      id: z.string(),
      name: z.string(),
      born: z.coerce.date(),
      plan: z.enum(['free', 'team']).default('free'),
      nickname: z.string().optional(),
    }),
    relations: { tickets: many('Ticket'), account: one('Account') },
  },
  // They refer to each other.
  Ticket: {
    fields: typed<{ id: string; subject: string; status: 'open' | 'closed' }>(),
    relations: { customer: one('Customer'), comments: many('Comment') },
  },
  Comment: { fields: typed<{ id: string; text: string; at: Date }>() },
  Account: { idAttribute: 'number', fields: typed<{ number: number; region: string }>() },
});
type S = typeof schema;

interface CommentItem {
  readonly id: string;
  readonly text?: string;
  /** A `Date` travels as text. */
  readonly at?: string;
}

const definition = workflowClass({
  schema,
  entityName: 'Customer',
  sources: {
    profile: memory({ key: 'profile', schema: 'Customer' }),
    open: memory({ key: 'open', into: 'tickets' }),
    other: memory({ key: 'other', into: 'root' }),
    tickets: plain({ key: 'tickets', into: 'tickets' }),
  },
  refresh: { every: '1 minute', watch: true },
  managedPaths: {
    tickets: {
      loads: 'parent',
      condition: (ticket) => {
        expectTypeOf(ticket.id).toEqualTypeOf<string>();
        expectTypeOf(ticket.status).toEqualTypeOf<'open' | 'closed' | undefined>();
        return ticket.status === 'open';
      },
      processData: ({ id, subject }) => ({ id, subject }),
    },
    account: true,
  },
  setup() {
    expectTypeOf(this.entityName).toEqualTypeOf<'Customer'>();
  },
  beforeUpdate(payload) {
    if (payload.entityName === 'Ticket') expectTypeOf(payload.id).toEqualTypeOf<string | undefined>();
  },
  onChange(changes, before) {
    expectTypeOf(changes).toEqualTypeOf<ChangesOf<S>>();
    expectTypeOf(before('Comment', 'm_1')?.at).toEqualTypeOf<string | undefined>();
    // @ts-expect-error no such entity
    before('Komment', 'm_1');
  },
  async execute({ changes, before, triggers }) {
    expectTypeOf(triggers.has('start')).toEqualTypeOf<boolean>();
    const ticket = changes.upserts.Ticket?.['t_1'];
    expectTypeOf(ticket?.status).toEqualTypeOf<'open' | 'closed' | undefined>();
    expectTypeOf(ticket?.comments).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(ticket?.customer).toEqualTypeOf<string | null | undefined>();
    expectTypeOf(changes.unset.Ticket?.['t_1']).toEqualTypeOf<
      readonly ('id' | 'subject' | 'status' | 'customer' | 'comments')[] | undefined
    >();
    expectTypeOf(changes.deletes[0]?.name).toEqualTypeOf<keyof S | undefined>();
    expectTypeOf(before('Ticket', 't_1')?.subject).toEqualTypeOf<string | undefined>();
    // @ts-expect-error no such entity
    void changes.upserts.Kustomer;
    // @ts-expect-error no such field
    void ticket?.subjekt;
    expectTypeOf(this.state).toEqualTypeOf<EntitiesOf<S>>();
    // @ts-expect-error no such entity
    this.provenance('Kustomer', 'c_1');
  },
});

describe('data', () => {
  it('has the fields and relations of the schema, each optional until a source has brought it', () => {
    const { data } = new definition();
    expectTypeOf(data).toEqualTypeOf<DataOf<S, 'Customer'> | undefined>();
    expectTypeOf(data?.id).toEqualTypeOf<string | undefined>();
    expectTypeOf(data?.nickname).toEqualTypeOf<string | undefined>();
    // What the schema makes of a record counts, as the JSON that travels.
    expectTypeOf(data?.born).toEqualTypeOf<string | undefined>();
    expectTypeOf(data?.plan).toEqualTypeOf<'free' | 'team' | undefined>();
    expectTypeOf(data?.account).toEqualTypeOf<
      { readonly number: number; readonly region?: string } | null | undefined
    >();
    expectTypeOf(data?.tickets?.[0]?.comments).toEqualTypeOf<readonly CommentItem[] | undefined>();
    // @ts-expect-error no such field
    void data?.nmae;
    // @ts-expect-error it is not changed in place
    if (data) data.name = 'x';
  });

  it('goes round circles: an id may stand where a relation leads back', () => {
    const { data } = new definition();
    const back = data?.tickets?.[0]?.customer;
    expectTypeOf<string>().toExtend<typeof back>();
    if (typeof back === 'object') expectTypeOf(back?.name).toEqualTypeOf<string | undefined>();
    const further = typeof back === 'object' ? back?.tickets?.[0] : undefined;
    expectTypeOf(further?.subject).toEqualTypeOf<string | undefined>();

    const tree = defineSchema({
      Node: { fields: typed<{ id: string }>(), relations: { parent: one('Node'), children: many('Node') } },
    });
    expectTypeOf(tree.Node).toHaveProperty('relations');
    type Node = DataOf<typeof tree, 'Node'>;
    expectTypeOf<string>().toExtend<NonNullable<Node['children']>[number]>();
  });

  it('has fields that are there once that was asked', () => {
    const { data } = new definition();
    if (!isLoaded(data, 'name', 'tickets')) return;
    expectTypeOf(data.name).toEqualTypeOf<string>();
    expectTypeOf(data.tickets.map(({ id }) => id)).toEqualTypeOf<string[]>();
    expectTypeOf(data.plan).toEqualTypeOf<'free' | 'team' | undefined>();
    // @ts-expect-error no such field
    isLoaded(data, 'nmae');
  });

  it('of any entity', () => {
    const workflow = new definition();
    expectTypeOf(workflow.dataOf('Comment', 'm_1')?.at).toEqualTypeOf<string | undefined>();
    expectTypeOf(workflow.dataOf<{ a: number }>('Comment', 'm_1')).toEqualTypeOf<
      { readonly a: number } | undefined
    >();
    // @ts-expect-error no such entity
    workflow.dataOf('Komment', 'm_1');
  });

  it('keeps the members of a union apart', () => {
    const events = defineSchema({
      Event: {
        fields: typed<{ id: string; kind: 'a'; a: number } | { id: string; kind: 'b'; b: string }>(),
      },
    });
    expectTypeOf(events.Event).toHaveProperty('fields');
    const event = {} as DataOf<typeof events, 'Event'>;
    if (event.kind === 'a') expectTypeOf(event.a).toEqualTypeOf<number | undefined>();
  });

  it('has any fields where the schema does not say', () => {
    const loose = defineSchema({ Desk: { relations: { tickets: many('Ticket') } }, Ticket: {} });
    expectTypeOf(loose.Ticket).not.toHaveProperty('fields');
    const data = {} as DataOf<typeof loose, 'Desk'>;
    expectTypeOf(data['anything']).toEqualTypeOf<unknown>();
    expectTypeOf(data.tickets?.[0]?.['anything']).toEqualTypeOf<unknown>();
  });
});

describe('what is given', () => {
  it('to update() has the fields and lists of its entity', () => {
    const workflow = new definition();
    workflow.update({ entityName: 'Customer', data: { name: 'Ada', born: '1815-12-10' } });
    workflow.update({
      entityName: 'Ticket',
      data: [{ id: 't_1', comments: ['m_1', { id: 'm_2', text: 'x' }] }],
    });
    workflow.update({ entityName: 'Customer', updates: { Comment: { m_1: { text: 'x' } } } });
    workflow.update({ entityName: 'Customer', add: { tickets: ['t_3', { id: 't_9', subject: 'New' }] } });
    workflow.update({ entityName: 'Ticket', id: 't_9', remove: { comments: ['m_1'] } });
    // @ts-expect-error no such entity
    workflow.update({ entityName: 'Kustomer', data: {} });
    // @ts-expect-error no such field
    workflow.update({ entityName: 'Customer', data: { nmae: 'Ada' } });
    // @ts-expect-error of another type
    workflow.update({ entityName: 'Customer', data: { name: 5 } });
    // @ts-expect-error no such list
    workflow.update({ entityName: 'Customer', add: { kickets: ['t_1'] } });
    // @ts-expect-error it leads to one
    workflow.update({ entityName: 'Customer', add: { account: ['eu'] } });
    // @ts-expect-error a comment has no lists
    workflow.update({ entityName: 'Comment', id: 'm_1', add: { tickets: ['t_1'] } });
    // @ts-expect-error no such field of what is added
    workflow.update({ entityName: 'Customer', add: { tickets: [{ id: 't_9', subjekt: 'New' }] } });
    // @ts-expect-error ids are taken out
    workflow.update({ entityName: 'Customer', remove: { tickets: [{ id: 't_9' }] } });
    // @ts-expect-error no such entity
    workflow.update({ entityName: 'Customer', updates: { Komment: {} } });
    expectTypeOf<UpdateOf<S>['entityName']>().toEqualTypeOf<keyof S>();
  });

  it('to delete() and startChild() has its names', () => {
    const workflow = new definition();
    workflow.delete({ entityName: 'Ticket', data: { id: 't_1' } });
    workflow.delete({ entityName: 'Customer', deletions: { Comment: ['m_1'] } });
    // @ts-expect-error no such entity
    workflow.delete({ entityName: 'Customer', deletions: { Komment: ['m_1'] } });
    expectTypeOf<DeleteOf<S>['entityName']>().toEqualTypeOf<keyof S>();
    workflow.startChild('tickets', 't_1');
    workflow.startChild('account', '7');
    // @ts-expect-error no relation of the root entity
    workflow.startChild('comments', 'm_1');
  });

  it('to workflowClass() is checked where it stands', () => {
    // @ts-expect-error no such entity
    workflowClass({ schema, entityName: 'Kustomer' });
    workflowClass({
      schema,
      entityName: 'Customer',
      sources: {
        // @ts-expect-error no such list
        profile: memory({ key: 'a', into: 'kickets' }),
        // @ts-expect-error no list
        account: memory({ key: 'a', into: 'account' }),
        // @ts-expect-error a record schema that is of no entity
        tickets: memory({ key: 'a', schema: 'Kicket' }),
      },
      managedPaths: {
        // @ts-expect-error no such relation
        kickets: true,
      },
      refresh: {
        every: '1 minute',
        // @ts-expect-error yes or no
        watch: 'sometimes',
      },
    });
    workflowClass({
      schema,
      entityName: 'Customer',
      managedPaths: {
        tickets: {
          // @ts-expect-error no such field of a ticket
          condition: (ticket) => ticket.statsu === 'open',
        },
      },
      // @ts-expect-error no such hook
      onChanged() {},
    });
  });

  it('to defineSchema() is checked where it stands', () => {
    defineSchema({
      Customer: {
        relations: {
          // @ts-expect-error no such entity
          contacts: many('Kontact'),
        },
      },
      Contact: {},
    });
    defineSchema({
      Contact: {
        // @ts-expect-error no such option
        relation: {},
      },
    });
  });
});

describe('a class', () => {
  class Customer extends workflowClass({ schema, entityName: 'Customer' }) {
    readonly seen: string[] = [];
    override readonly sources = { profile: memory({ key: 'profile' }) };
    // Without "as const" and without a type.
    override readonly managedPaths = { tickets: true };
    override readonly refresh = { every: '1 minute', watch: true };

    override async execute({ changes }: Cycle<S>): Promise<void> {
      expectTypeOf(changes.upserts.Ticket?.['t_1']?.subject).toEqualTypeOf<string | undefined>();
      expectTypeOf(this.data?.name).toEqualTypeOf<string | undefined>();
      this.seen.push(...Object.keys(changes.upserts.Ticket ?? {}));
      // @ts-expect-error no such entity
      this.update({ entityName: 'Kustomer', data: {} });
    }
  }
  class Misdirected extends workflowClass({ schema, entityName: 'Customer' }) {
    // @ts-expect-error no such list
    override readonly sources = { profile: memory({ key: 'a', into: 'kickets' }) };
  }
  /** Today's class takes the types of a schema, too, and needs no "as const" either. */
  class Plain extends StatefulWorkflow<DataOf<S, 'Customer'>, S> {
    override readonly schema = schema;
    override readonly managedPaths = { tickets: true };
    override readonly sources = { profile: plain({ key: 'profile', into: 'anything' }) };
    override async execute({ changes }: Cycle<S>): Promise<void> {
      // @ts-expect-error no such entity
      void changes.upserts.Kustomer;
      expectTypeOf(this.data?.tickets?.[0]?.subject).toEqualTypeOf<string | undefined>();
    }
  }

  it('gives a workflow function that knows data and schema', () => {
    type Expected = StatefulWorkflowFunction<DataOf<S, 'Customer'>, S>;
    expectTypeOf(defineWorkflow(Customer)).toExtend<Expected>();
    expectTypeOf(defineWorkflow(definition)).toExtend<Expected>();
    expectTypeOf(defineWorkflow(workflowClass({ schema, entityName: 'Customer' }))).toExtend<Expected>();
    expectTypeOf(defineWorkflow(Plain)).returns.resolves.toEqualTypeOf<DataOf<S, 'Customer'>>();
    expectTypeOf<Misdirected>().toHaveProperty('sources');
  });
});
