import {
  InvalidInputError,
  type Fault,
  type FaultKind,
  StatefulWorkflowError,
} from '@stateful-workflow/core';
import { PostgresFault } from './postgres-fault';

/** What `pg` says of an error of the server. */
interface ServerError extends Error {
  /** SQLSTATE, five characters. */
  readonly code: string;
  readonly severity?: string;
  /** Where in the statement it is, if that is what is wrong. */
  readonly position?: string;
  /** What the server was doing, if that was more than to read the statement. */
  readonly where?: string;
}

/**
 * Says what kind of fault an error is. Total: what it does not know is `fatal`.
 *
 * Of a server's error the message is repeated, but not that of a data exception, nor of a name that came from a row, nor
 * any detail or context: they hold values of rows.
 */
export function classify(error: unknown): Fault {
  if (error instanceof PostgresFault) return error.fault;
  if (error instanceof InvalidInputError) return { kind: 'invalid', message: error.message };
  if (error instanceof StatefulWorkflowError && error.code.startsWith('CREDENTIAL'))
    return { kind: error.retryable ? 'transient' : 'unauthorized', message: error.message };
  if (!(error instanceof Error))
    return { kind: 'fatal', message: `Something was thrown that is no error (${typeof error}).` };
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0)
    // Node tried several addresses of one host.
    return classify(error.errors[0]);
  return (
    pooler(error) ??
    server(error) ??
    network(error) ?? { kind: 'fatal', message: text(error, 'Report it if it comes again') }
  );
}

const text = (error: Error, fix: string): string => {
  const code = (error as { code?: unknown }).code;
  const message = error.message === '' ? 'The connection failed' : error.message.replace(/[.\s]+$/, '');
  return `${message}${typeof code === 'string' ? ` (${code})` : ''}. ${fix}.`;
};

const AGAIN = 'It is tried again';

/** Poolers say most things with one code, if any: their words are what tells them apart. */
const POOLER: readonly (readonly [RegExp, FaultKind, string])[] = [
  [
    /no more connections allowed|max_client_conn|max clients reached|MaxClientsInSessionMode|Timed-out waiting to acquire|too many clients/i,
    'throttled',
    'The pooler has no connection left. It is tried again; raise its limits, or lower max on the worker, if it comes often',
  ],
  [
    /query_wait_timeout|server_login_retry|server login (has been failing|failed)|cannot connect to server|server conn crashed|server closed the connection|client_idle_timeout|pooler is shut|pgbouncer is shutting down|server_lifetime|database (removed|is paused|disabled)/i,
    'transient',
    AGAIN,
  ],
  [
    /password authentication failed|SASL authentication failed|no such user|Tenant or user not found|auth_query|authentication failed|IAM authentication/i,
    'unauthorized',
    'Correct the user or the password of the connection',
  ],
  [
    /unsupported startup parameter/i,
    'invalid',
    'The pooler refuses a parameter of the connection. Take it out of the connection string, or allow it there',
  ],
  [
    /statement pooling mode/i,
    'invalid',
    'The pooler gives each statement a connection of its own, and a load is one transaction. Set its pool_mode to transaction for this database, or connect without it',
  ],
];

function pooler(error: Error): Fault | undefined {
  const { code } = error as ServerError;
  // Postgres's own words for these come with codes of their own.
  if (code !== undefined && code !== '08P01' && code !== 'XX000' && code !== '08006' && code !== '58000')
    return undefined;
  const found = POOLER.find(([pattern]) => pattern.test(error.message));
  return found && { kind: found[1], message: text(error, found[2]) };
}

/** By SQLSTATE: whole codes first, then classes. */
const STATES: readonly (readonly [string, FaultKind, string])[] = [
  [
    '53300',
    'throttled',
    'The server has no connection left. It is tried again; raise max_connections or lower max on the workers if it comes often',
  ],
  ['55P03', 'transient', 'Somebody else holds a lock on what is read. It is tried again'],
  ['55006', 'transient', AGAIN],
  [
    '57014',
    'transient',
    'The statement took longer than its timeout, or somebody cancelled it. It is tried again; narrow it, give it an index or raise statementTimeout if it comes often',
  ],
  ['57P04', 'invalid', 'The database was dropped'],
  ['57P', 'transient', 'The server ended the connection. It is tried again'],
  [
    '25P03',
    'transient',
    'The transaction waited too long for the worker. It is tried again; raise timeouts.idleInTransaction if it comes often',
  ],
  ['25P04', 'transient', 'The transaction took longer than the server allows. It is tried again'],
  ['25006', 'invalid', 'A source only reads: write a statement that changes nothing'],
  ['42501', 'invalid', "Grant the connection's role what the source reads"],
  ['08', 'transient', AGAIN],
  ['40', 'transient', AGAIN],
  ['53', 'transient', 'The server is short of resources. It is tried again'],
  ['58', 'transient', AGAIN],
  ['28', 'unauthorized', 'Correct the user or the password of the connection, or what pg_hba.conf allows'],
  ['3D', 'invalid', "Correct the connection's database"],
  ['XX', 'fatal', "Look at the server's log"],
];

/** What the commonest data exceptions mean, by SQLSTATE. */
const DATA_EXCEPTIONS: ReadonlyMap<string, string> = new Map([
  ['22001', 'a text is too long for its type'],
  ['22003', 'a number is out of range'],
  ['22007', 'a text is no date or time of its type'],
  ['22008', 'a date or time is out of range'],
  ['22012', 'division by zero'],
  ['22021', 'bytes that are no text of the encoding'],
  ['22032', 'a text is no JSON'],
  ['22P02', 'a text cannot be read as its type'],
  ['22P05', 'a character that the encoding does not have'],
]);

/** Their messages repeat the value, in the server's language and unbounded, so the code says what happened. */
function dataException(code: string): Fault | undefined {
  if (!code.startsWith('22')) return undefined;
  const what = DATA_EXCEPTIONS.get(code) ?? 'a value does not fit what is done with it';
  return {
    kind: 'invalid',
    message: `The statement failed on a value that it reads or is given: ${what} (${code}). The value is not repeated here; the server's log has it. Correct it where it comes from, or the source's query.`,
  };
}

/** Classes whose messages quote a name, which a row may have given: as a relation, a type, a file, a language of search. */
const NAMING = /^(0A|3F|42(?!501)|58)/;
const QUOTE = /["'«»„“”]/;

/** What is not there, or cannot be used, where the statement itself is in order: its name is a value of a row. */
function missingName({ code, message, position, where }: ServerError): Fault | undefined {
  const isOfStatement = position !== undefined && where === undefined;
  if (isOfStatement || !NAMING.test(code) || !QUOTE.test(message)) return undefined;
  return {
    kind: 'invalid',
    message: `The statement failed on a value that it reads or is given, and takes for the name of something, or for something to run (${code}). The value is not repeated here; the server's log has it. Correct it where it comes from, or the source's query.`,
  };
}

function server(error: Error): Fault | undefined {
  const { code, severity } = error as ServerError;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code) || severity === undefined) return undefined;
  if (code === '42703' && error.message.includes('t.xmin'))
    return {
      kind: 'invalid',
      message: text(error, 'A view knows no transactions: give its cursor a lag, or name the table itself'),
    };
  const known = dataException(code) ?? missingName(error as ServerError);
  if (known !== undefined) return known;
  const [, kind, fix] = STATES.find(([state]) => code.startsWith(state)) ?? [
    '',
    'invalid' as const,
    "Correct the source's query, or what it reads",
  ];
  return { kind, message: text(error, fix) };
}

const TRANSIENT_CODES =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|EMFILE)$/;

/** Connections that do not come about, or break. */
function network(error: Error): Fault | undefined {
  const { code, message } = error as Error & { code?: unknown };
  // The pool's words, and those of a client outside of it.
  if (/timeout exceeded when trying to connect|^timeout expired$/i.test(message))
    return {
      kind: 'transient',
      message:
        'No connection was free, or none came about, within timeouts.connect. It is tried again; raise max of the connection if it comes often.',
    };
  if (/^SASL|client password must be a string|password must be a string/i.test(message))
    return { kind: 'unauthorized', message: text(error, 'Give the connection its password') };
  if (/does not support SSL|SSL negotiation|invalid response.*SSL/i.test(message))
    return {
      kind: 'invalid',
      message: text(
        error,
        'The server offers no TLS: switch it on there, or set ssl: false if the network may be trusted',
      ),
    };
  if (typeof code === 'string') {
    if (TRANSIENT_CODES.test(code)) return { kind: 'transient', message: text(error, AGAIN) };
    if (/CERT|^ERR_TLS|UNABLE_TO_|SELF_SIGNED|HOSTNAME_MISMATCH/.test(code))
      return {
        kind: 'fatal',
        message: text(
          error,
          "The server's certificate is not accepted: give its authority as ssl: { ca }, or correct the host",
        ),
      };
  }
  if (
    /connection terminated|connection ended|connection error|not queryable|Cannot use a pool after|socket hang up|Client has encountered/i.test(
      message,
    )
  )
    return { kind: 'transient', message: text(error, AGAIN) };
  return undefined;
}
