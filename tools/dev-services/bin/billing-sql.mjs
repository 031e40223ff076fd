// Runs one statement on the sample billing database and prints its rows, for machines without psql:
//
//   PGHOST=127.0.0.1 PGPORT=7281 PGDATABASE=billing PGUSER=billing_clerk PGPASSWORD=… node billing-sql.mjs 'SELECT …'
import process from 'node:process';
import pg from 'pg';

const client = new pg.Client();
try {
  const [statement] = process.argv.slice(2);
  if (statement === undefined) throw new Error("Usage: node billing-sql.mjs 'STATEMENT'");
  await client.connect();
  const { command, rowCount, rows } = await client.query({ text: statement, types: { getTypeParser } });
  if (rows.length > 0) console.table(rows);
  process.stdout.write(`${command} ${rowCount ?? 0}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await client.end().catch(() => undefined);
}

/** Every value as Postgres writes it. */
function getTypeParser() {
  return (text) => text;
}
