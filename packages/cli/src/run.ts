import { type Command, CommanderError } from 'commander';
import { CommandContext, type CommonOptions, Printer } from './commands/context';
import { openConsole } from './commands/console';
import { UsageError } from './errors';
import { explained } from './explain';
import type { Io } from './io';
import { createProgram } from './program';
import { plaintextRefused } from './reference';
import { plainText } from './render/plain-text';
import { connect } from './temporal/connection';

/** What the process ends with. */
export const exitCodes = { done: 0, failed: 1, misused: 2 } as const;

/**
 * Runs `stateful-workflow` with arguments. Whatever goes wrong is one message on standard error, without a stack.
 *
 * @param args without the names of Node and of the script
 * @returns the exit code
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  // All that follows is the console's own: it has its own options, of the same names and others.
  if (args[0] === 'console') return startConsole(args.slice(1), io);
  const program = createProgram(
    (options, command) => withContext(options, io, command),
    (options) => new Printer(io, options),
  );
  const said: string[] = [];
  for (const each of [program, ...program.commands]) redirect(each, io, said);
  try {
    await program.parseAsync([...args], { from: 'user' });
    return exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError) return misused(error, args, said, io);
    io.stderr.write(`${plainText(error instanceof Error ? error.message : String(error))}\n`);
    return error instanceof UsageError ? exitCodes.misused : exitCodes.failed;
  }
}

async function startConsole(args: readonly string[], { stderr }: Io): Promise<number> {
  try {
    return await openConsole(args);
  } catch (error) {
    stderr.write(`${plainText(error instanceof Error ? error.message : String(error))}\n`);
    return exitCodes.failed;
  }
}

/** Makes Commander throw where it would exit, and print where we print. */
function redirect(command: Command, { stdout }: Io, said: string[]): void {
  command
    .exitOverride()
    .showHelpAfterError('Run stateful-workflow --help to see how it is used.')
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => said.push(text) });
}

/** Help and the version come here as well. */
function misused(
  error: CommanderError,
  args: readonly string[],
  said: readonly string[],
  { stderr }: Io,
): number {
  if (error.exitCode === 0) return exitCodes.done;
  // A token may begin with a dash, and then stands in what Commander says of an unknown option.
  const secretive = args.includes('rotate-token') && error.code === 'commander.unknownOption';
  stderr.write(secretive ? `${plaintextRefused}\n` : said.join(''));
  return exitCodes.misused;
}

async function withContext(
  options: CommonOptions,
  io: Io,
  command: (context: CommandContext) => Promise<void>,
): Promise<void> {
  const session = await connect(options, io.env);
  try {
    await command(new CommandContext(session, io, options));
  } catch (error) {
    throw explained(error, session);
  } finally {
    await session.close();
  }
}
