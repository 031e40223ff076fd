import type { CheckResult, LoadContext } from '@stateful-workflow/core';
import { classify } from './classify';
import type { Connection } from './connection';
import type { PostgresCursor } from './cursors';
import { ReadSession } from './read-session';

/** Connects to each registered database and says what is there; whether a source's own rows can be read only its load tells. */
export async function checkConnections(
  connections: Iterable<Connection>,
  context: LoadContext<PostgresCursor>,
): Promise<CheckResult> {
  const results: CheckResult[] = [];
  for (const connection of connections) results.push(await checkOne(connection, context));
  return {
    ok: results.every(({ ok }) => ok),
    message: results.map(({ message }) => message).join(' '),
  };
}

async function checkOne(connection: Connection, context: LoadContext<PostgresCursor>): Promise<CheckResult> {
  const { entity, caller, signal } = context;
  try {
    const credential = await connection.credential(context);
    const session = await ReadSession.begin({
      connection,
      credential,
      query: {},
      entity,
      caller,
      conceal: (secret) => context.conceal?.(secret),
      signal,
      sees: 'latest',
    });
    try {
      const { rows } = await session.run(
        "SELECT current_setting('server_version'), current_database(), current_user, pg_is_in_recovery()",
      );
      const [version, database, user, standby] = rows[0] as [string, string, string, boolean];
      const kind = standby ? 'a standby with ' : '';
      return {
        ok: true,
        message: `Connection "${connection.name}": ${kind}Postgres ${version}, database ${database}, as ${user}.`,
      };
    } finally {
      await session.end();
    }
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, message: `Connection "${connection.name}": ${classify(error).message}` };
  }
}
