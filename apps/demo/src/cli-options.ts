import { parseArgs } from 'node:util';

/** How many customers the fleet has where nobody says. */
const sizes = { tour: 2_000, quick: 200, play: 20 } as const;
/** More than that takes longer to start than anybody watches. */
const mostCustomers = 20_000;
/** More processes than that only take turns on the cores of one machine. */
const mostWorkers = 16;

/** What `npm run demo -- --help` prints. */
export const usage = `Usage: npm run demo -- [options]

Customer 360: starts Temporal with its web UI, a CRM with a REST API, a support desk with a GraphQL API, a billing
database on Postgres, workers, an account for each of three customers with its contacts, tickets and invoices below it,
a fleet that one feed keeps in step, and the console to see it all: open the address that it prints first. Ctrl-C ends
everything.

  --tour          needs no hands: shows step by step what the library does, checks each step, and ends
                  with a table; the exit code is not 0 if any step did not hold. A few minutes
  --quick         with --tour: leaves out what takes long, and has a small fleet. About a minute
  --customers N   how many customers the fleet has (${sizes.play}; ${sizes.tour} in the tour, ${sizes.quick} in a quick one)
  --workers N     without --tour: how many worker processes each of the two task queues has (1)
  --live          without --tour: something changes at the CRMs, at the desk or in billing every second
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
  /** How many processes work for the accounts, and as many for the fleet. */
  readonly workers: number;
  /** Whether the data of the upstreams moves by itself. */
  readonly live: boolean;
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
  const { help = false, tour = false, quick = false, live = false, customers, workers, json } = parse(args);
  if (json === '') throw new UsageError('--json needs the name of a file.');
  if (json !== undefined && !tour) throw new UsageError('--json is for the tour: add --tour.');
  if (quick && !tour) throw new UsageError('--quick is for the tour: add --tour.');
  if (tour && (live || workers !== undefined))
    throw new UsageError('--live and --workers are not for the tour, which does everything itself.');
  return {
    help,
    tour,
    quick,
    live,
    customers:
      numberOf('--customers', customers, mostCustomers) ?? sizes[!tour ? 'play' : quick ? 'quick' : 'tour'],
    workers: numberOf('--workers', workers, mostWorkers) ?? 1,
    ...(json !== undefined && { json }),
  };
}

function parse(args: readonly string[]) {
  try {
    const options = {
      tour: { type: 'boolean' },
      quick: { type: 'boolean' },
      customers: { type: 'string' },
      workers: { type: 'string' },
      live: { type: 'boolean' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function numberOf(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = /^\d{1,6}$/.test(text) ? Number(text) : NaN;
  if (number >= 1 && number <= most) return number;
  throw new UsageError(`${option} must be a whole number from 1 to ${most}, not \`${text}\`.`);
}
