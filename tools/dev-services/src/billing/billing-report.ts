import { join } from 'node:path';
import { type Billing, type BillingLogin } from './start-billing';

/** The script is named by its file: it works from any directory, whether or not npm has linked it. */
const script = join(__dirname, '..', '..', 'bin', 'billing-sql.mjs');

/** What `dev-services` says of the billing database. */
export function billingReport(billing: Billing): string[] {
  const { host, port, database, reader, clerk } = billing;
  return [
    'Sample billing database, with passwords that are good until it ends.',
    `  Postgres      ${host}:${port}, database ${database}`,
    `  may read      ${reader.user}, password ${reader.password}`,
    `  may write     ${clerk.user}, password ${clerk.password}`,
    `  try           ${billingCommand(billing, clerk, "UPDATE invoices SET status = 'paid' WHERE id = 'i_1_1'")}`,
  ];
}

/** The shell command that runs a statement on the billing database; with `psql -c` it works as well. */
export function billingCommand(billing: Billing, login: BillingLogin, statement: string): string {
  const { host, port, database } = billing;
  const who = `PGUSER=${login.user} PGPASSWORD=${login.password}`;
  return `PGHOST=${host} PGPORT=${port} PGDATABASE=${database} ${who} node ${script} "${statement}"`;
}
