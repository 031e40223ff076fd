import { parseArgs } from 'node:util';

/** What `npm run demo -- --help` prints. */
export const usage = `Usage: npm run demo -- [options]

Customer 360: starts Temporal with its web UI, a CRM with a REST API, a support desk with a GraphQL API, a billing
database on Postgres, a worker and a workflow for each of three customers; and says where to look and what to try. Ctrl-C ends everything.

  --tour        needs no hands: shows step by step what the library does, checks each step, and ends
                with a table; the exit code is not 0 if any step did not hold
  --json FILE   with --tour: writes the table to a file as well
  --help        show this

TEMPORAL_ADDRESS=host:port uses a server that is running; TEMPORAL_CLI_PATH=FILE uses that Temporal CLI.
`;

/** What the command line says. */
export interface CliOptions {
  readonly help: boolean;
  readonly tour: boolean;
  /** Where the tour's table goes as JSON. */
  readonly json?: string;
}

/** Thrown when the command line cannot be understood. The message says what is wrong with it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Reads the arguments of the demo.
 *
 * @throws UsageError
 */
export function parseCliOptions(args: readonly string[]): CliOptions {
  const { help = false, tour = false, json } = parse(args);
  if (json === '') throw new UsageError('--json needs the name of a file.');
  if (json !== undefined && !tour) throw new UsageError('--json is for the tour: add --tour.');
  return { help, tour, ...(json !== undefined && { json }) };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      tour: { type: 'boolean' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
