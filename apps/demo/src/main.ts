import { listenForShutdown, type Shutdown } from '@stateful-workflow/dev-services';
import { type CliOptions, parseCliOptions, usage, UsageError } from './cli-options';
import { watchParent } from './parent-watch';
import { play } from './play';
import { runTour } from './tour/run-tour';

const usageErrorCode = 2;

async function run(options: CliOptions, shutdown: Shutdown): Promise<void> {
  try {
    if (options.tour) await shutdown.now((await runTour(shutdown, options)) ? 0 : 1);
    else await play(shutdown, options);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    await shutdown.now(1);
  }
}

async function main(): Promise<void> {
  const options = parseCliOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(usage);
    return;
  }
  const shutdown = listenForShutdown();
  watchParent(() => void shutdown.now(1));
  await run(options, shutdown);
}

main().catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${usage}`);
  process.exitCode = usageErrorCode;
});
