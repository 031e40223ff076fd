import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as temporalWorker from '@temporalio/worker';
import { CliError } from '../errors';
import { detailsOf } from '../temporal/fault';

/** What replays: Temporal's own worker, of the version that the project runs. */
export type TemporalWorker = typeof temporalWorker;

const PACKAGE = '@temporalio/worker';

/**
 * Loads Temporal's worker from the project that a file belongs to, so that a replay runs on the version which runs the
 * workflows. This package does not bring it along: most of its commands need none.
 *
 * @param file an absolute path; a bundle may lie anywhere, so the project may also be that of the working directory
 * @throws CliError when the project does not have it
 */
export function projectWorker(file: string): TemporalWorker {
  const here = join(process.cwd(), 'package.json');
  const path = resolved(file, PACKAGE) ?? resolved(here, PACKAGE);
  if (path === undefined)
    throw new CliError(
      `replay needs ${PACKAGE}, which is installed neither where ${file} is nor where you are. Run it in the project whose workflows they are, or install it there: npm install ${PACKAGE}`,
    );
  try {
    return createRequire(here)(path) as TemporalWorker;
  } catch (error) {
    throw new CliError(`${PACKAGE} at ${path} cannot be loaded: ${detailsOf(error)}. Install it anew.`, {
      cause: error,
    });
  }
}

/**
 * Keeps the worker from writing to the terminal: a replay says what is wrong by its result. To be called before a worker
 * is made, which ends again what this begins.
 */
export function quiet({ Runtime, DefaultLogger, makeTelemetryFilterString }: TemporalWorker): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR' });
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR', () => {}),
      telemetryOptions: { logging: { forward: {}, filter } },
      // An interrupt ends a replay, as it ends any command: workers that left in good order would call it broken.
      shutdownSignals: [],
    });
  } catch {
    // Somebody has installed one, who knows where it is to write.
  }
}

/** A module's file as the project has it; `undefined` when it does not. */
export function resolved(file: string, module: string): string | undefined {
  try {
    return createRequire(file).resolve(module);
  } catch {
    return undefined;
  }
}
