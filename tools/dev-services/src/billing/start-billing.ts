import { randomBytes } from 'node:crypto';
import { Client, escapeLiteral, Pool } from 'pg';
import { type PostgresService, startPostgres } from '../postgres/start-postgres';
import { billingSchema, roles } from './billing-schema';
import { type Invoice, type InvoiceFields } from './invoice';
import { InvoiceStore } from './invoice-store';
import { scramVerifier } from './scram-verifier';

const database = 'billing';

/** How the billing database is started. */
export interface StartBillingOptions {
  /** The port. @default a free one */
  readonly port?: number;
  /** How many customers have invoices: `c_1`, `c_2`, … @default 3 */
  readonly customers?: number;
  /** How many invoices each has: `i_1_1`, `i_1_2`, … @default 2 */
  readonly invoicesPerCustomer?: number;
  /** The password of the role that reads, in ASCII. @default one that is made up */
  readonly password?: string;
  /** Told each line that the server writes, every statement among them; no password is in any. */
  readonly log?: (line: string) => void;
}

/** Somebody who may connect. */
export interface BillingLogin {
  readonly user: string;
  readonly password: string;
}

/**
 * A billing database on loopback, to develop, test and demonstrate against: the table `invoices`, which notifies of
 * each change on `invoices_changed` with the id of the customer. Its rows are the same at every start, and lost at
 * the end.
 *
 * ## Rules
 * - The reader may read the invoices and nothing else; the clerk may write them as well.
 * - Passwords reach the server as verifiers: they are in no statement and in no log.
 */
export interface Billing {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** What a secret with the reader's password is bound to: `postgres://127.0.0.1:41234`. */
  readonly origin: string;
  /** Who reads: for workers. */
  readonly reader: BillingLogin;
  /** Who reads and writes: for people. */
  readonly clerk: BillingLogin;
  /** How often the reader has read invoices so far, as the server's log tells. */
  readonly reads: number;

  /**
   * Gives the reader another password. Connections that are open stay so, as in every Postgres.
   *
   * @param password in ASCII. @default one that is made up
   */
  rotatePassword(password?: string): Promise<BillingLogin>;

  /** @throws NoSuchRecordError, as all that name an invoice do */
  invoice(id: string): Promise<Invoice>;
  invoicesOf(customerId: string): Promise<readonly Invoice[]>;
  /** Adds an open invoice; fields that are left out are made up. */
  addInvoice(customerId: string, fields?: InvoiceFields): Promise<Invoice>;
  payInvoice(id: string): Promise<Invoice>;
  voidInvoice(id: string): Promise<Invoice>;

  /** Settles when the server is gone: with nothing after `stop()`, with the reason otherwise. */
  readonly ended: Promise<Error | undefined>;
  /** Ends the server, removes its data and returns when both are gone. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the billing database, in a Postgres of its own.
 *
 * @throws Error when there is no Postgres for this platform, or the port that was asked for is taken
 * @example
 * const billing = await startBilling({ customers: 1 });
 * const { host, port, database, reader } = billing;
 * const client = new Client({ host, port, database, ...reader });
 * await billing.payInvoice('i_1_1');
 */
export async function startBilling(options: StartBillingOptions = {}): Promise<Billing> {
  const isRead = new RegExp(`^${roles.reader}: .*DECLARE .*"invoices"`);
  let reads = 0;
  const postgres = await startPostgres({
    ...(options.port !== undefined && { port: options.port }),
    settings: { log_statement: 'all', log_min_messages: 'log', log_line_prefix: '%u: ' },
    log: (line) => {
      if (isRead.test(line)) reads += 1;
      options.log?.(line);
    },
  });
  const admin = new Pool({ ...loginOf(postgres), database, max: 2 });
  // A connection that breaks while nobody uses it: `ended` tells of a server that is gone.
  admin.on('error', () => undefined);
  const invoices = new InvoiceStore(admin);
  const setPassword = async (user: string, password = newPassword()): Promise<BillingLogin> => {
    await admin.query(`ALTER ROLE ${user} PASSWORD ${escapeLiteral(scramVerifier(password))}`);
    return { user, password };
  };

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      await admin.end().catch(() => undefined);
      await postgres.stop();
    })());

  try {
    await createDatabase(postgres);
    await admin.query(billingSchema);
    await invoices.seed(options.customers ?? 3, options.invoicesPerCustomer ?? 2);
    let reader = await setPassword(roles.reader, options.password);
    const clerk = await setPassword(roles.clerk);
    return {
      host: postgres.host,
      port: postgres.port,
      database,
      origin: `postgres://${postgres.host}:${postgres.port}`,
      get reader() {
        return reader;
      },
      clerk,
      get reads() {
        return reads;
      },
      rotatePassword: async (password) => (reader = await setPassword(roles.reader, password)),
      invoice: (id) => invoices.invoice(id),
      invoicesOf: (customerId) => invoices.invoicesOf(customerId),
      addInvoice: (customerId, fields = {}) => invoices.add(customerId, fields),
      payInvoice: (id) => invoices.mark(id, 'paid'),
      voidInvoice: (id) => invoices.mark(id, 'void'),
      ended: postgres.ended,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A database cannot be made from within itself. */
async function createDatabase(postgres: PostgresService): Promise<void> {
  const client = new Client(loginOf(postgres));
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${database}`);
  } finally {
    await client.end();
  }
}

const loginOf = ({ host, port, user, password }: PostgresService) => ({
  host,
  port,
  user,
  password,
  database: 'postgres',
});

const newPassword = (): string => `billing_${randomBytes(12).toString('hex')}`;
