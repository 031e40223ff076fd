import { type Pool, type QueryResult } from 'pg';
import { NoSuchRecordError } from '../crm/crm-store';
import { type Invoice, type InvoiceFields, type InvoiceStatus } from './invoice';
import { seedInvoice } from './seed-invoices';

const columns = `id, customer_id AS "customerId", number, total::text, currency, status,
  issued_on::text AS "issuedOn", updated_at AS "updatedAt"`;

/** An invoice, as `pg` reads it. */
type InvoiceRow = Omit<Invoice, 'updatedAt'> & { readonly updatedAt: Date };

/** The invoices, in the database. */
export class InvoiceStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Fills in the same rows at every start, for customers `c_1`, `c_2` and so on. */
  async seed(customers: number, invoicesPerCustomer: number): Promise<void> {
    const invoices = Array.from({ length: customers }, (_, n) =>
      Array.from({ length: invoicesPerCustomer }, (_, k) => seedInvoice(n + 1, k + 1)),
    ).flat();
    await this.#pool.query(
      `INSERT INTO invoices
       SELECT id, "customerId", number, total, currency, status, "issuedOn", "updatedAt"
       FROM json_to_recordset($1) AS seed(id text, "customerId" text, number text, total numeric, currency text,
         status text, "issuedOn" date, "updatedAt" timestamptz)`,
      [JSON.stringify(invoices)],
    );
  }

  /** @throws NoSuchRecordError */
  async invoice(id: string): Promise<Invoice> {
    return only(id, await this.#ask(`SELECT ${columns} FROM invoices WHERE id = $1`, [id]));
  }

  /** In the order of their numbers. */
  async invoicesOf(customerId: string): Promise<readonly Invoice[]> {
    const text = `SELECT ${columns} FROM invoices WHERE customer_id = $1 ORDER BY number`;
    return (await this.#ask(text, [customerId])).rows.map(toInvoice);
  }

  async add(customerId: string, fields: InvoiceFields): Promise<Invoice> {
    const { total = '100.00', currency = 'EUR', issuedOn = new Date().toISOString().slice(0, 10) } = fields;
    const added = await this.#ask(
      `INSERT INTO invoices (id, customer_id, number, total, currency, issued_on)
       SELECT 'i_' || substr($1, 3) || '_' || next, $1, left($4, 4) || '-' || next, $2::numeric, $3, $4::date
       FROM nextval('invoice_numbers') AS next
       RETURNING ${columns}`,
      [customerId, total, currency, issuedOn],
    );
    return only(customerId, added);
  }

  /** @throws NoSuchRecordError */
  async mark(id: string, status: InvoiceStatus): Promise<Invoice> {
    const text = `UPDATE invoices SET status = $2 WHERE id = $1 RETURNING ${columns}`;
    return only(id, await this.#ask(text, [id, status]));
  }

  async #ask(text: string, values: readonly string[]): Promise<QueryResult<InvoiceRow>> {
    return this.#pool.query<InvoiceRow>(text, [...values]);
  }
}

function only(id: string, { rows: [row] }: QueryResult<InvoiceRow>): Invoice {
  if (row === undefined) throw new NoSuchRecordError(`There is no invoice ${id}.`);
  return toInvoice(row);
}

const toInvoice = (row: InvoiceRow): Invoice => ({ ...row, updatedAt: row.updatedAt.toISOString() });
