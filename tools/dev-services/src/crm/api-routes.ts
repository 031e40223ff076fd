import { type FastifyInstance, type FastifyReply } from 'fastify';
import {
  contactFieldNames,
  type ContactFields,
  type CrmCustomer,
  customerFieldNames,
  type CustomerFields,
} from './crm-records';
import { type CrmStore, latest } from './crm-store';
import { HttpError } from './http-error';
import { pageOf, type PageQuery, readPage } from './page';
import { setLastModified } from './validators';

type ById = { Params: { id: string } };

/** What a body may hold: some of the fields, as text, and nothing else. */
function fieldsSchema(names: readonly string[], required: readonly string[] = []): object {
  const properties = Object.fromEntries(
    names.map((name) => [name, { type: 'string', minLength: 1, maxLength: 200 }]),
  );
  return { type: 'object', properties, required, additionalProperties: false, minProperties: 1 };
}

/** The routes that need a token: customers and their contacts. */
export function registerApi(app: FastifyInstance, store: CrmStore): void {
  type List = { Querystring: PageQuery & { include?: unknown; updatedSince?: unknown } };
  app.get<List>('/customers', async (request, reply) => {
    const customers = updatedSince(store.customers(), request.query.updatedSince);
    const page = pageOf(customers, readPage(request.query));
    const withContacts = request.query.include === 'contacts';
    const times = customers.map((customer) => customer.updatedAt);
    if (withContacts) times.push(...page.items.flatMap(({ id }) => store.contactsChangedAt(id) ?? []));
    setLastModified(reply, latest(times));
    return { ...page, items: page.items.map(({ id }) => customer(store, id, withContacts)) };
  });

  app.get<ById & { Querystring: { include?: unknown } }>('/customers/:id', async (request, reply) => {
    const { id } = request.params;
    const withContacts = request.query.include === 'contacts';
    const times = [store.customer(id).updatedAt];
    if (withContacts) times.push(store.contactsChangedAt(id) ?? '');
    setLastModified(reply, latest(times));
    return customer(store, id, withContacts);
  });

  app.get<ById & { Querystring: PageQuery }>('/customers/:id/contacts', async (request, reply) => {
    const { id } = request.params;
    setLastModified(reply, store.contactsChangedAt(id));
    return pageOf(store.contactsOf(id), readPage(request.query));
  });

  app.patch<ById & { Body: CustomerFields }>(
    '/customers/:id',
    { schema: { body: fieldsSchema(customerFieldNames) } },
    async (request) => store.patchCustomer(request.params.id, request.body),
  );

  app.post<ById & { Body: ContactFields }>(
    '/customers/:id/contacts',
    { schema: { body: fieldsSchema(contactFieldNames, ['name', 'email']) } },
    async (request, reply) => created(reply, store.addContact(request.params.id, request.body)),
  );

  app.patch<ById & { Body: ContactFields }>(
    '/contacts/:id',
    { schema: { body: fieldsSchema(contactFieldNames) } },
    async (request) => store.patchContact(request.params.id, request.body),
  );

  app.delete<ById>('/contacts/:id', async (request, reply) => {
    store.removeContact(request.params.id);
    return reply.code(204).send();
  });
}

/** Those that were changed at a time or after, oldest change first; all in the order of their creation without one. */
function updatedSince(customers: readonly CrmCustomer[], since: unknown): readonly CrmCustomer[] {
  if (since === undefined) return customers;
  const time = typeof since === 'string' ? Date.parse(since) : NaN;
  if (Number.isNaN(time)) throw new HttpError(400, 'bad_request', 'updatedSince must be a time in ISO 8601.');
  return customers
    .filter(({ updatedAt }) => Date.parse(updatedAt) >= time)
    .sort((a, b) => Date.parse(a.updatedAt) - Date.parse(b.updatedAt));
}

function customer(store: CrmStore, id: string, withContacts: boolean): object {
  const found = store.customer(id);
  return withContacts ? { ...found, contacts: store.contactsOf(id) } : found;
}

function created<R extends object>(reply: FastifyReply, record: R): R {
  reply.code(201);
  return record;
}
