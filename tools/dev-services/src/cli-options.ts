import { parseArgs } from 'node:util';

/** What `dev-services --help` prints. */
export const usage = `Usage: dev-services [options]

Starts a Temporal development server with its web UI, a sample CRM with a REST API, a sample support desk with a
GraphQL API, and a sample billing database on Postgres. Ctrl-C ends all of it.

  --port N           gRPC port of Temporal      (7233, or a free one if that is taken)
  --ui-port N        port of the Temporal UI    (8233, or a free one if that is taken)
  --crm-port N       port of the CRM            (7280, or a free one if that is taken)
  --desk-port N      port of the support desk   (7282, or a free one if that is taken)
  --billing-port N   port of Postgres           (7281, or a free one if that is taken)
  --no-billing       without Postgres
  --db FILE          keep Temporal's state in a file; without it the state is lost at the end
  --help             show this

TEMPORAL_ADDRESS=host:port uses a server that is running; TEMPORAL_CLI_PATH=FILE uses that Temporal CLI.
`;

/** What the command line says. */
export interface CliOptions {
  readonly help: boolean;
  readonly port?: number;
  readonly uiPort?: number;
  readonly crmPort?: number;
  readonly deskPort?: number;
  readonly billingPort?: number;
  /** Whether the billing database is started. */
  readonly billing: boolean;
  readonly dbFilename?: string;
}

/** Thrown when the command line cannot be understood. The message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the arguments of `dev-services`.
 *
 * @throws UsageError
 */
export function parseCliOptions(args: readonly string[]): CliOptions {
  const values = parse(args);
  return {
    help: values.help ?? false,
    port: port('--port', values.port),
    uiPort: port('--ui-port', values['ui-port']),
    crmPort: port('--crm-port', values['crm-port']),
    deskPort: port('--desk-port', values['desk-port']),
    billingPort: port('--billing-port', values['billing-port']),
    billing: !(values['no-billing'] ?? false),
    dbFilename: values.db,
  };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      port: { type: 'string' },
      'ui-port': { type: 'string' },
      'crm-port': { type: 'string' },
      'desk-port': { type: 'string' },
      'billing-port': { type: 'string' },
      'no-billing': { type: 'boolean' },
      db: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function port(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (number >= 1 && number <= 65_535) return number;
  throw new UsageError(`${option} must be a port, 1 to 65535, not \`${value}\`.`);
}
