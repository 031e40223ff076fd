import { parseArgs } from 'node:util';

/** How many customers the fleet has where nobody says. */
const sizes = { tour: 2_000, small: 200 } as const;
/** More than that takes longer to start than anybody watches. */
const mostCustomers = 20_000;

/** What `npm run demo -- --help` prints. */
export const usage = `Usage: npm run demo -- [options]

Customer 360: starts Temporal with its web UI, a CRM with a REST API, a support desk with a GraphQL API, a billing
database on Postgres, a worker, a workflow for each of three customers, and a fleet that one feed keeps in step; and
says where to look and what to try. Ctrl-C ends everything.

  --tour          needs no hands: shows step by step what the library does, checks each step, and ends
                  with a table; the exit code is not 0 if any step did not hold. Two to three minutes
  --quick         with --tour: leaves out what takes long, and has a small fleet. Less than a minute
  --customers N   how many customers the fleet has (${sizes.tour} in the tour, ${sizes.small} in a quick one and without it)
  --json FILE     with --tour: writes the table to a file as well
  --help          show this

TEMPORAL_ADDRESS=host:port uses a server that is running; TEMPORAL_CLI_PATH=FILE uses that Temporal CLI.
`;

/** What the command line says. */
export interface CliOptions {
  readonly help: boolean;
  readonly tour: boolean;
  readonly quick: boolean;
  /** How many customers the fleet has. */
  readonly customers: number;
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
  const { help = false, tour = false, quick = false, customers, json } = parse(args);
  if (json === '') throw new UsageError('--json needs the name of a file.');
  if (json !== undefined && !tour) throw new UsageError('--json is for the tour: add --tour.');
  if (quick && !tour) throw new UsageError('--quick is for the tour: add --tour.');
  const size = customers === undefined ? (tour && !quick ? sizes.tour : sizes.small) : sizeOf(customers);
  return { help, tour, quick, customers: size, ...(json !== undefined && { json }) };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      tour: { type: 'boolean' },
      quick: { type: 'boolean' },
      customers: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function sizeOf(customers: string): number {
  const size = /^\d{1,6}$/.test(customers) ? Number(customers) : NaN;
  if (size >= 1 && size <= mostCustomers) return size;
  throw new UsageError(
    `--customers must be a whole number from 1 to ${mostCustomers}, not \`${customers}\`.`,
  );
}
