import { createSchema, createGraphQLError } from 'graphql-yoga';
import { connection, type ConnectionArgs, cursorOf, placeOf, sizeOf } from './desk-pages';
import { type DeskComment, type DeskTicket, type Placed } from './desk-records';
import { type DeskStore } from './desk-store';
import { type DeskTroubles } from './desk-trouble';

/** The desk's schema, in GraphQL's schema language. */
export const deskSchemaText = /* GraphQL */ `
  interface Node {
    id: ID!
  }
  type Query {
    node(id: ID!): Node
    customer(id: ID!): Customer
    ticket(id: ID!): Ticket
    "Relay; only those that changed at that time or later, where it is given."
    tickets(first: Int, after: String, updatedSince: String): TicketConnection!
    "By a cursor in the answer."
    ticketPage(size: Int, cursor: String): TicketPage!
    "By the number of tickets to pass over."
    ticketList(limit: Int, offset: Int): TicketList!
    rateLimit: RateLimit!
  }
  type Mutation {
    setStatus(id: ID!, status: String!): Ticket
  }
  type Customer implements Node {
    id: ID!
    tickets(first: Int, after: String): TicketConnection!
  }
  type Ticket implements Node {
    id: ID!
    customerId: ID!
    subject: String
    status: String!
    updatedAt: String
    comments(first: Int, after: String): CommentConnection!
  }
  type Comment implements Node {
    id: ID!
    text: String!
  }
  type PageInfo {
    hasNextPage: Boolean!
    endCursor: String
  }
  type TicketConnection {
    edges: [TicketEdge!]!
    nodes: [Ticket!]!
    totalCount: Int!
    pageInfo: PageInfo!
  }
  type TicketEdge {
    cursor: String!
    node: Ticket
  }
  type CommentConnection {
    nodes: [Comment!]!
    pageInfo: PageInfo!
  }
  type TicketPage {
    items: [Ticket!]!
    nextCursor: String
  }
  type TicketList {
    items: [Ticket!]!
    total: Int!
    hasMore: Boolean!
  }
  type RateLimit {
    limit: Int!
    cost: Int!
    remaining: Int!
    resetAt: String!
  }
`;

const limits = { limit: 5_000, cost: 1 };

/** Makes the schema that serves a store. */
export function createDeskSchema(store: DeskStore, troubles: DeskTroubles) {
  const tickets = (args: ConnectionArgs, all: readonly Placed<DeskTicket>[]) => {
    const page = connection(all, args);
    // An API that does not move on: the same page, and the promise of another.
    if (troubles.current?.loop !== true || all.length === 0) return page;
    const first = connection(all, { ...args, after: null });
    return { ...first, pageInfo: { hasNextPage: true, endCursor: args.after ?? cursorOf(1) } };
  };
  return createSchema({
    typeDefs: deskSchemaText,
    resolvers: {
      Node: { __resolveType: (value: object) => ('subject' in value ? 'Ticket' : 'Customer') },
      Query: {
        node: (_: unknown, { id }: { id: string }) =>
          store.ticket(id) ?? (id.startsWith('c_') ? { id } : null),
        customer: (_: unknown, { id }: { id: string }) => (id.startsWith('c_') ? { id } : null),
        ticket: (_: unknown, { id }: { id: string }) => store.ticket(id) ?? null,
        tickets: (_: unknown, args: ConnectionArgs & { updatedSince?: string | null }) => {
          const { updatedSince } = args;
          const all = store.tickets();
          return tickets(
            args,
            updatedSince === undefined || updatedSince === null
              ? all
              : all.filter(({ record }) => (record.updatedAt ?? '') >= updatedSince),
          );
        },
        ticketPage: (_: unknown, { size, cursor }: { size?: number; cursor?: string | null }) => {
          const rest = store.tickets().filter(({ place }) => place > (cursor ? placeOf(cursor) : 0));
          const page = rest.slice(0, sizeOf(size));
          const more = rest.length > page.length;
          return {
            items: page.map(({ record }) => record),
            nextCursor: more ? cursorOf(page.at(-1)?.place ?? 0) : null,
          };
        },
        ticketList: (_: unknown, { limit, offset }: { limit?: number; offset?: number }) => {
          const all = store.tickets().map(({ record }) => record);
          const from = offset ?? 0;
          const items = all.slice(from, from + sizeOf(limit));
          return { items, total: all.length, hasMore: from + items.length < all.length };
        },
        rateLimit: () => ({
          ...limits,
          remaining: troubles.remaining,
          resetAt: new Date(troubles.resetAt).toISOString(),
        }),
      },
      Mutation: {
        setStatus: (_: unknown, { id, status }: { id: string; status: string }) => {
          const ticket = store.ticket(id);
          return ticket === undefined
            ? null
            : store.putTicket({ ...ticket, status, updatedAt: new Date().toISOString() });
        },
      },
      Customer: {
        tickets: ({ id }: { id: string }, args: ConnectionArgs) => tickets(args, store.tickets(id)),
      },
      Ticket: {
        subject: ({ id, subject }: DeskTicket) => {
          if (troubles.current?.brokenTicket !== id) return subject;
          throw createGraphQLError('The subject cannot be read.', {
            extensions: { code: 'INTERNAL_SERVER_ERROR' },
          });
        },
        comments: ({ id }: DeskTicket, args: ConnectionArgs) =>
          connection<DeskComment>(store.comments(id), args),
      },
    },
  });
}
