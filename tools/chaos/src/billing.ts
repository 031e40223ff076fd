import { type PostgresService, startPostgres } from '@stateful-workflow/dev-services';
import { Client } from 'pg';
import type { Counts } from './counts';
import { patiently } from './patience';
import type { Invoice } from './world';

/** The database of the invoices. */
export class Billing {
  private constructor(
    private readonly postgres: PostgresService,
    private readonly counts: Counts,
  ) {}

  static async start(counts: Counts): Promise<Billing> {
    const billing = new Billing(await startPostgres(), counts);
    await billing.#run(
      'CREATE TABLE invoices (id text PRIMARY KEY, customer_id text NOT NULL, total int NOT NULL, version int NOT NULL)',
    );
    return billing;
  }

  get url(): string {
    return this.postgres.url();
  }

  /** Writes until it is written: the database may be down. */
  async store({ id, customer_id, total, version }: Invoice, isGone?: true): Promise<void> {
    await patiently(() =>
      isGone
        ? this.#run('DELETE FROM invoices WHERE id = $1', [id])
        : this.#run(
            `INSERT INTO invoices VALUES ($1, $2, $3, $4)
             ON CONFLICT (id) DO UPDATE SET total = excluded.total, version = excluded.version`,
            [id, customer_id, total, version],
          ),
    );
  }

  /** Ends it as a crash does, and starts it again. */
  async restart(): Promise<void> {
    await this.postgres.restart('immediate');
    this.counts.add('restarts of Postgres');
  }

  stop(): Promise<void> {
    return this.postgres.stop();
  }

  async #run(sql: string, values: unknown[] = []): Promise<void> {
    const client = new Client({ connectionString: this.url });
    // One that is cut off says so by the query as well.
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(sql, values);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
