import { once } from 'node:events';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Billing, type BillingLogin, NoSuchRecordError, startBilling } from '../src/index';

let billing: Billing;
const log: string[] = [];

beforeAll(async () => {
  billing = await startBilling({ customers: 2, invoicesPerCustomer: 3, log: (line) => log.push(line) });
});
afterAll(() => billing.stop());

async function connect(login: BillingLogin): Promise<Client> {
  const { host, port, database } = billing;
  const client = new Client({ host, port, database, ...login });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

describe('the billing database', () => {
  it('has the same invoices at every start', async () => {
    const reader = await connect(billing.reader);
    const { rows } = await reader.query(
      'SELECT customer_id, count(*)::int FROM invoices GROUP BY 1 ORDER BY 1',
    );
    expect(rows).toEqual([
      { customer_id: 'c_1', count: 3 },
      { customer_id: 'c_2', count: 3 },
    ]);
    expect(await billing.invoicesOf('c_1')).toMatchObject([
      { id: 'i_1_1', number: '2026-0101', total: '1146.47', currency: 'EUR', status: 'open' },
      { id: 'i_1_2', status: 'paid', issuedOn: '2026-01-22' },
      { id: 'i_1_3', status: 'open', updatedAt: '2026-01-29T09:00:00.000Z' },
    ]);
  });

  it('keeps totals exactly, and tells of each change', async () => {
    const listener = await connect(billing.reader);
    await listener.query('LISTEN invoices_changed');
    const told = once(listener, 'notification');
    const added = await billing.addInvoice('c_2', { total: '9007199254740993.10' });
    expect(added).toMatchObject({ id: 'i_2_1000', customerId: 'c_2', status: 'open' });
    expect((await told)[0]).toMatchObject({ channel: 'invoices_changed', payload: 'c_2' });

    const [again, paid] = [once(listener, 'notification'), await billing.payInvoice(added.id)];
    expect(paid).toMatchObject({ total: '9007199254740993.10', status: 'paid' });
    expect(paid.updatedAt > added.updatedAt).toBe(true);
    expect((await again)[0]).toMatchObject({ payload: 'c_2' });
    expect(await billing.voidInvoice(added.id)).toMatchObject({ status: 'void' });
    expect(await billing.invoice(added.id)).toMatchObject({ status: 'void' });
  });

  it('finds one customer by an index', async () => {
    const reader = await connect(billing.reader);
    await reader.query('SET enable_seqscan = off');
    const { rows } = await reader.query<{ 'QUERY PLAN': string }>(
      "EXPLAIN SELECT * FROM invoices WHERE customer_id = 'c_1' AND updated_at >= now()",
    );
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('invoices_by_customer');
  });

  it('lets the reader read only, and the clerk write', async () => {
    const write = "UPDATE invoices SET status = 'paid' WHERE id = 'i_1_1'";
    const reader = await connect(billing.reader);
    await expect(reader.query(write)).rejects.toThrow('permission denied for table invoices');
    await expect(reader.query('CREATE TABLE mine ()')).rejects.toThrow('permission denied');
    const clerk = await connect(billing.clerk);
    expect(await clerk.query(write)).toMatchObject({ rowCount: 1 });
    expect(await billing.invoice('i_1_1')).toMatchObject({ status: 'paid' });
  });

  it('counts how often the reader reads', async () => {
    const reader = await connect(billing.reader);
    const before = billing.reads;
    for (const times of [1, 2]) {
      await reader.query('BEGIN; DECLARE one CURSOR FOR SELECT id FROM "invoices"; COMMIT');
      await expect.poll(() => billing.reads).toBe(before + times);
    }
  });

  it('takes a new password at once, which no log has', async () => {
    const before = billing.reader;
    const open = await connect(before);
    const after = await billing.rotatePassword();
    expect(billing.reader).toEqual(after);
    await expect(connect(before)).rejects.toThrow('password authentication failed');
    await connect(after);
    await connect(await billing.rotatePassword('as /+"%&~\'- is'));
    expect((await open.query('SELECT 1 AS open')).rows).toEqual([{ open: 1 }]);

    await expect.poll(() => log.filter((line) => line.includes('ALTER ROLE')).length).toBe(4);
    for (const { password } of [before, after, billing.reader, billing.clerk])
      expect(log.join('\n')).not.toContain(password);
  });

  it('says that there is no such invoice', async () => {
    await expect(billing.payInvoice('i_9_9')).rejects.toThrow(NoSuchRecordError);
  });

  it('says that its port is taken', async () => {
    await expect(startBilling({ port: billing.port })).rejects.toThrow('cannot listen on');
  });

  it('stops twice, and is gone then', async () => {
    const other = await startBilling({ customers: 0, password: 'mine' });
    expect(other.reader.password).toBe('mine');
    await Promise.all([other.stop(), other.stop()]);
    expect(await other.ended).toBeUndefined();
    const client = new Client({ host: other.host, port: other.port, ...other.reader });
    await expect(client.connect()).rejects.toThrow('ECONNREFUSED');
  });
});
