import { randomUUID } from 'node:crypto';
import type { OwnClient } from './connection';
import type { PgNotification } from './pg-types';
import { quote } from './sql';

/** How long a notification may take to come, in milliseconds. */
const HEARD_MS = 2_000;

/** A connection on which nothing is heard of notifications. */
export class UnheardError extends Error {
  constructor() {
    super(
      'The connection leads through a pooler that carries no notifications, as PgBouncer does in transaction mode. Register a connection that leads to the server itself, or to a pool in session mode, for sources with notify; or leave notify out.',
    );
  }
}

/**
 * Checks that a connection hears what is notified. A pooler that gives each transaction another connection takes LISTEN
 * and passes nothing on, without a word. Where the client is served by the process that it was told of, there is none.
 *
 * @param open opens another connection, to notify from
 * @throws UnheardError when nothing is heard
 */
export async function checkNotified({ client }: OwnClient, open: () => Promise<OwnClient>): Promise<void> {
  if (typeof client.processID !== 'number') return;
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  if ((rows as readonly { readonly pid: number }[])[0]?.pid === client.processID) return;
  const channel = `stateful_workflow_${randomUUID()}`;
  let timer: NodeJS.Timeout | undefined;
  let hear: (message: PgNotification) => void = () => {};
  const heard = new Promise<boolean>((resolve) => {
    hear = (message) => message.channel === channel && resolve(true);
    client.on('notification', hear);
    timer = setTimeout(resolve, HEARD_MS, false);
  });
  try {
    await client.query(`LISTEN ${quote(channel)}`);
    const other = await open();
    try {
      await other.client.query({ text: "SELECT pg_notify($1, '')", values: [channel] });
      if (!(await heard)) throw new UnheardError();
    } finally {
      await other.close();
    }
    await client.query(`UNLISTEN ${quote(channel)}`);
  } finally {
    clearTimeout(timer);
    client.removeListener('notification', hear);
  }
}
