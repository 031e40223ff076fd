import { describe, expect, it } from 'vitest';
import { startCrm } from '../src/crm/start-crm';
import { crmWithClient } from './support/crm-client';

const c1 = {
  id: 'c_1',
  name: 'Aldergate Logistics',
  email: 'hello@aldergate-1.example',
  plan: 'starter',
  city: 'Lisbon',
  updatedAt: '2025-01-06T09:00:00.000Z',
};

describe('the data', () => {
  it('is the same at every start, as large as asked for, and has no two records with the same id', async () => {
    const { call } = await crmWithClient({ customers: 40, contactsPerCustomer: 5 });
    const { call: other } = await crmWithClient({ customers: 40, contactsPerCustomer: 5 });
    const path = 'GET /customers?pageSize=100&include=contacts';
    const { body } = await call(path);
    expect((await other(path)).body).toEqual(body);
    const { items } = body as { items: { id: string; contacts: { id: string; name: string }[] }[] };
    expect(items).toHaveLength(40);
    expect(items.every(({ contacts }) => new Set(contacts.map(({ name }) => name)).size === 5)).toBe(true);
    const ids = items.flatMap(({ id, contacts }) => [id, ...contacts.map((contact) => contact.id)]);
    expect(new Set(ids).size).toBe(40 * 6);
  });
});

describe('reading', () => {
  it('GET /customers gives pages', async () => {
    const { call } = await crmWithClient();
    const all = await call('GET /customers');
    expect(all.body).toMatchObject({ page: 1, pageSize: 20, total: 3, hasMore: false });
    expect((all.body as { items: unknown[] }).items[0]).toEqual(c1);

    const first = await call('GET /customers?page=1&pageSize=2');
    expect(first.body).toMatchObject({ items: [{ id: 'c_1' }, { id: 'c_2' }], total: 3, hasMore: true });
    const second = await call('GET /customers?page=2&pageSize=2');
    expect(second.body).toMatchObject({
      items: [{ id: 'c_3' }],
      page: 2,
      pageSize: 2,
      total: 3,
      hasMore: false,
    });
    expect((await call('GET /customers?page=9')).body).toMatchObject({ items: [], page: 9, hasMore: false });
  });

  it('GET /customers?updatedSince= gives those that were changed since, oldest change first', async () => {
    const { crm, call } = await crmWithClient({ customers: 4 });
    const since = crm.customer('c_3').updatedAt;
    crm.patchCustomer('c_1', { city: 'Oslo' });
    const { body } = await call(`GET /customers?updatedSince=${since}`);
    expect(body).toMatchObject({ items: [{ id: 'c_3' }, { id: 'c_4' }, { id: 'c_1' }], total: 3 });
    expect(await call('GET /customers?updatedSince=lately')).toMatchObject({
      status: 400,
      body: { error: 'bad_request', message: 'updatedSince must be a time in ISO 8601.' },
    });
  });

  it('GET /customers/:id gives one customer, with its contacts if the request says so', async () => {
    const { call } = await crmWithClient();
    expect(await call('GET /customers/c_1')).toMatchObject({ status: 200, body: c1 });
    expect((await call('GET /customers/c_1')).body).not.toHaveProperty('contacts');
    const { body } = await call('GET /customers/c_1?include=contacts');
    expect(body).toMatchObject({ ...c1, contacts: [{ id: 'k_1_1', customerId: 'c_1' }, { id: 'k_1_2' }] });
  });

  it('GET /customers/:id/contacts gives pages', async () => {
    const { call } = await crmWithClient();
    expect((await call('GET /customers/c_1/contacts?pageSize=1')).body).toEqual({
      items: [
        {
          id: 'k_1_1',
          customerId: 'c_1',
          name: 'Amara Almeida',
          email: 'amara.almeida.1@aldergate-1.example',
          role: 'owner',
          updatedAt: '2025-01-06T09:00:00.000Z',
        },
      ],
      page: 1,
      pageSize: 1,
      total: 2,
      hasMore: true,
    });
  });

  it.each(['page=0', 'page=-1', 'page=one', 'page=1.5', 'pageSize=0', 'pageSize=101', 'page='])(
    'refuses a page that cannot be: %s',
    async (query) => {
      const { call } = await crmWithClient();
      for (const path of ['/customers', '/customers/c_1/contacts']) {
        expect(await call(`GET ${path}?${query}`)).toMatchObject({
          status: 400,
          body: {
            error: 'bad_request',
            message: expect.stringMatching(/^page(Size)? must be a whole number/),
          },
        });
      }
    },
  );
});

describe('writing', () => {
  it('PATCH /customers/:id changes fields and the time', async () => {
    const { crm, call } = await crmWithClient();
    const { status, body } = await call('PATCH /customers/c_1', { body: { city: 'Oslo' } });
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { ...c1, city: 'Oslo', updatedAt: expect.any(String) },
    });
    expect(body).not.toMatchObject({ updatedAt: c1.updatedAt });
    expect(crm.customer('c_1')).toEqual(body);
    expect((await call('GET /customers/c_1')).body).toEqual(body);
  });

  it('PATCH with what is there already changes nothing', async () => {
    const { call } = await crmWithClient();
    expect((await call('PATCH /customers/c_1', { body: { city: 'Lisbon' } })).body).toEqual(c1);
  });

  it('PATCH, POST and DELETE work on contacts, and an id is never given twice', async () => {
    const { crm, call } = await crmWithClient();
    const patched = await call('PATCH /contacts/k_1_2', { body: { role: 'owner' } });
    expect(patched).toMatchObject({ status: 200, body: { id: 'k_1_2', role: 'owner' } });

    const body = { name: 'Mira Novak', email: 'mira@novak.example' };
    const added = await call('POST /customers/c_1/contacts', { body });
    expect(added).toMatchObject({ status: 201, body: { id: 'k_1_3', customerId: 'c_1', ...body } });
    expect(await call('DELETE /contacts/k_1_3')).toMatchObject({ status: 204, body: undefined });
    expect(await call('DELETE /contacts/k_1_3')).toMatchObject({ status: 404 });
    expect((await call('POST /customers/c_1/contacts', { body })).body).toMatchObject({ id: 'k_1_4' });
    expect(crm.contactsOf('c_1').map(({ id }) => id)).toEqual(['k_1_1', 'k_1_2', 'k_1_4']);
  });

  it('works on the object as well', async () => {
    const { crm, call } = await crmWithClient();
    crm.patchCustomer('c_2', { plan: 'enterprise' });
    crm.patchContact('k_2_1', { name: 'Zoe Quist' });
    crm.removeContact('k_2_2');
    const added = crm.addContact('c_2');
    expect((await call('GET /customers/c_2?include=contacts')).body).toMatchObject({
      plan: 'enterprise',
      contacts: [{ name: 'Zoe Quist' }, added],
    });
    expect(() => crm.removeContact('k_2_2')).toThrow('There is no contact k_2_2.');
  });

  it.each([
    ['an unknown field', { nickname: 'A' }, 'body must NOT have additional properties.'],
    ['a field that is not for clients', { id: 'c_9' }, 'body must NOT have additional properties.'],
    ['a wrong type', { city: 5 }, 'body/city must be string.'],
    ['nothing', {}, 'body must NOT have fewer than 1 properties.'],
    ['no object', [], 'body must be object.'],
  ])('refuses a body with %s', async (_what, body, message) => {
    const { crm, call } = await crmWithClient();
    const answer = await call('PATCH /customers/c_1', { body });
    expect(answer).toMatchObject({ status: 400, body: { error: 'bad_request', message } });
    expect(crm.customer('c_1')).toEqual(c1);
  });

  it('refuses a contact without a name', async () => {
    const { call } = await crmWithClient();
    const answer = await call('POST /customers/c_1/contacts', { body: { email: 'a@b.example' } });
    expect(answer).toMatchObject({
      status: 400,
      body: { message: "body must have required property 'name'." },
    });
  });
});

describe('what is not there', () => {
  it.each([
    ['GET /customers/c_9', 'There is no customer c_9.'],
    ['GET /customers/c_9/contacts', 'There is no customer c_9.'],
    ['DELETE /contacts/k_9_1', 'There is no contact k_9_1.'],
    ['GET /orders', 'There is nothing at this path.'],
    ['DELETE /customers/c_1', 'There is nothing at this path.'],
  ])('%s is a 404 with a JSON body', async (what, message) => {
    const { call } = await crmWithClient();
    expect(await call(what)).toMatchObject({ status: 404, body: { error: 'not_found', message } });
  });

  it('a URL that cannot be read is a 400 with a JSON body', async () => {
    const { call } = await crmWithClient();
    expect(await call('GET /customers/%zz')).toMatchObject({ status: 400, body: { error: 'bad_request' } });
  });
});

describe('startCrm', () => {
  it('listens where it was asked to, and says so when it cannot', async () => {
    const { crm } = await crmWithClient();
    const port = Number(new URL(crm.url).port);
    await expect(startCrm({ port })).rejects.toThrow(`The sample CRM cannot listen on 127.0.0.1:${port}.`);
    await crm.stop();
    const { crm: second } = await crmWithClient({ port });
    expect(second.url).toBe(`http://127.0.0.1:${port}`);
  });
});
