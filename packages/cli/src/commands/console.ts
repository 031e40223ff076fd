import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError } from '../errors';

const PACKAGE = '@stateful-workflow/console';

/** What the package of the console offers. */
interface ConsolePackage {
  readonly main: (args: string[]) => Promise<number>;
}

/**
 * `console`: starts the web console, which is a package of its own, with the arguments as they are.
 *
 * @param from where it is looked for, besides where this package is
 * @returns the exit code; while the console runs, the process goes on
 * @throws CliError that says what to install
 */
export async function openConsole(args: readonly string[], from = process.cwd()): Promise<number> {
  const { main } = await load(from);
  return main([...args]);
}

async function load(from: string): Promise<ConsolePackage> {
  for (const base of [__filename, join(from, 'package.json')]) {
    let path: string;
    try {
      path = createRequire(base).resolve(PACKAGE);
    } catch {
      continue;
    }
    return (await import(pathToFileURL(path).href)) as ConsolePackage;
  }
  throw new CliError(
    `The console is a package of its own, which is not installed. Run \`npm install ${PACKAGE}\`, or start it by itself with \`npx ${PACKAGE}\`.`,
  );
}
