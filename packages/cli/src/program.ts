import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { msToNumber } from '@temporalio/common/lib/time';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ask, type Question } from './commands/ask';
import type { CommandContext, CommonOptions, Printer } from './commands/context';
import { costs, type CostsFlags, ways } from './commands/costs';
import { diff, type DiffFlags } from './commands/diff';
import { list, type ListFlags } from './commands/list';
import { refresh, rotateToken } from './commands/load';
import { replay, type ReplayFlags } from './commands/replay';
import { request, type Request } from './commands/request';
import { roll, type RollFlags } from './commands/roll';
import { status } from './commands/status';
import { tree } from './commands/tree';
import { watch, type WatchFlags } from './commands/watch';
import { parseReference } from './reference';

/** Runs a command with a connection. */
export type WithContext = (
  options: CommonOptions,
  command: (context: CommandContext) => Promise<void>,
) => Promise<void>;

const examples = `
Examples:
  stateful-workflow tree Customer-c_42
  stateful-workflow tree Customer-c_42 --depth 1 --json | jq '.children[] | select(.status != "running")'
  stateful-workflow watch --type CustomerWorkflow
  stateful-workflow data Customer-c_42 | jq .plan
  stateful-workflow rotate-token Customer-c_42 secret:CRM_TOKEN --profile production
  stateful-workflow list --status unauthorized --type CustomerWorkflow
  stateful-workflow replay --workflows src/workflows.ts --type CustomerWorkflow
  stateful-workflow roll --type CustomerWorkflow --rate 50
  stateful-workflow costs --entities 10000 --every '1 minute'
  stateful-workflow console --profile production --read-only

The server is found as by Temporal's own tools: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY,
TEMPORAL_TLS_..., or a profile of Temporal's configuration file. Exit codes: 0 done, 1 failed, 2 misused.
`;

const requests: Readonly<Record<Request, string>> = {
  pause: 'stop loads and execute() of a workflow and its children until they are resumed',
  resume: 'go on after pause, with a load',
  cancel: "cancel a workflow and its children, by Temporal's cancellation",
};

const questions: Readonly<Record<Question, string>> = {
  data: 'print what a workflow holds: its root entity with its relations filled in, as JSON',
  state: 'print the entities of a workflow, normalized, as JSON',
  rejected: 'print the signals and start arguments that a workflow refused, and why, as JSON',
};

/** The command line: its commands, arguments and options. */
export function createProgram(
  withContext: WithContext,
  printerOf: (options: CommonOptions) => Printer,
): Command {
  const program = new Command('stateful-workflow')
    .description('Look at and steer a running hierarchy of Stateful Workflow.')
    .version(version(), '--version', 'show the version')
    .helpOption('-h, --help', 'show help')
    .option(
      '--address <host:port>',
      "the Temporal server (default: TEMPORAL_ADDRESS, the profile's, 127.0.0.1:7233)",
    )
    .option(
      '--namespace <name>',
      "its namespace (default: TEMPORAL_NAMESPACE, the profile's, default)",
      filled,
    )
    .option(
      '--profile <name>',
      "a profile of Temporal's configuration file (default: TEMPORAL_PROFILE, default)",
    )
    .option(
      '--keyring <file>',
      'the keyring that payloads are encrypted with, as JSON (default: STATEFUL_WORKFLOW_KEYRING)',
    )
    .option(
      '--timeout <seconds>',
      'how long an answer may take (default: 10, and 60 where a load is awaited)',
      seconds,
    )
    .option('--json', 'print one JSON document and nothing else')
    .configureHelp({ showGlobalOptions: true, helpWidth: 110 })
    .addHelpText('after', examples);

  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .argument('<workflowId>', 'for example Customer-c_42', filled);

  command('tree', 'print a workflow and its children, recursively')
    .option('--depth <levels>', 'how many levels below it to show (default: all)', levels)
    .action((workflowId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & { depth?: number }>();
      return withContext(options, (context) => tree(context, workflowId, options));
    });
  command('status', 'print how a workflow and its sources are, and how many children it has').action(
    (workflowId: string, _: unknown, self: Command) =>
      withContext(self.optsWithGlobals(), (context) => status(context, workflowId)),
  );
  for (const [what, description] of Object.entries(questions) as [Question, string][]) {
    command(what, description).action((workflowId: string, _: unknown, self: Command) =>
      withContext(self.optsWithGlobals(), (context) => ask(context, workflowId, what)),
    );
  }
  command('diff', 'print what its sources last changed of a workflow, and which did, as it is now')
    .option('--limit <number>', 'how many entities are asked about at most (default: 200)', limit)
    .action((workflowId: string, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & DiffFlags>();
      return withContext(options, (context) => diff(context, workflowId, options));
    });
  command('refresh', 'load now, and wait for it').action((workflowId: string, _: unknown, self: Command) =>
    withContext(self.optsWithGlobals(), (context) => refresh(context, workflowId)),
  );
  for (const [what, description] of Object.entries(requests) as [Request, string][]) {
    command(what, description).action((workflowId: string, _: unknown, self: Command) =>
      withContext(self.optsWithGlobals(), (context) => request(context, workflowId, what)),
    );
  }
  command('rotate-token', 'set another credential, and wait for the load that uses it')
    .argument('<reference>', 'such as secret:NAME; never the token itself')
    .action((workflowId: string, text: string, _: unknown, self: Command) => {
      const reference = parseReference(text);
      return withContext(self.optsWithGlobals(), (context) => rotateToken(context, workflowId, reference));
    });
  fleet(program.command('roll'), 'only workflows of this type')
    .description('have one workflow, or a fleet, continue as new on the code that is deployed now')
    .argument(
      '[workflowId]',
      'one workflow (default: all that run, and that --type and --query leave)',
      filled,
    )
    .option('--rate <number>', 'how many of a fleet are asked in a second (default: 20)', rate)
    .action((workflowId: string | undefined, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & RollFlags>();
      return withContext(options, (context) => roll(context, workflowId, options));
    });
  fleet(program.command('list'), 'only workflows of this type')
    .description('print the workflows that run, with what they are doing')
    .option('--status <status>', 'only those that are doing this, for example unauthorized')
    .action((_: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & ListFlags>();
      return withContext(options, (context) => list(context, options));
    });
  fleet(program.command('watch'), 'only workflows of this type')
    .description('keep the workflows that run in view, or one and its children, until interrupted')
    .argument('[workflowId]', 'one workflow and its children (default: all that run)', filled)
    .option('--status <status>', 'only those that are doing this, for example unauthorized')
    .option('--depth <levels>', 'how many levels below one workflow to show (default: all)', levels)
    .addOption(
      new Option('--every <duration>', 'from one look to the next')
        .argParser(duration)
        .default(2_000, '2 seconds'),
    )
    .option('--once', 'look once and end, for scripts')
    .action((workflowId: string | undefined, _: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & WatchFlags>();
      return withContext(options, (context) => watch(context, workflowId, options, options));
    });
  fleet(program.command('replay'), 'only workflows of this type')
    .description('replay the histories of running workflows with code that is not deployed yet')
    .requiredOption('--workflows <file>', 'the file that exports the workflows, or a bundle of them', filled)
    .option(
      '--limit <number>',
      'how many are replayed at most, the newest and the oldest (default: 100)',
      limit,
    )
    .action((_: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & ReplayFlags>();
      return withContext(options, (context) => replay(context, options));
    });
  const every = new Option('--every <duration>', 'from one look to the next')
    .argParser(duration)
    .default(60_000, '1 minute');
  const checkEvery = new Option(
    '--check-every <duration>',
    'how often parent and child look after each other',
  )
    .argParser(duration)
    .default(600_000, '10 minutes');
  program
    .command('costs')
    .description('reckon what a fleet costs in a month: requests, Actions, history, storage; asks no server')
    .option('--entities <number>', 'how many entities have a workflow', count, 10_000)
    .addOption(every)
    .option('--sources <number>', 'how many sources each workflow that looks has', count, 1)
    .option('--changes <number>', 'how often an entity changes in a day', amount, 1)
    .option('--children <number>', 'how many children a parent loads for', count, 100)
    .addOption(checkEvery)
    .option('--state-bytes <number>', 'the bytes of the state of an entity, as JSON', count, 1_000)
    .addOption(new Option('--way <way>', 'how they learn of changes (default: all ways)').choices([...ways]))
    .action((_: unknown, self: Command) => {
      const options = self.optsWithGlobals<CommonOptions & CostsFlags>();
      costs(printerOf(options), options);
    });
  program
    .command('console')
    .description('start the web console, a package of its own; `console --help` says what it takes')
    .argument('[options...]', 'of the console');
  return program;
}

/** Lets a command be about many workflows. */
function fleet(command: Command, type: string): Command {
  return command
    .option('--type <workflowType>', type, filled)
    .option('--query <filter>', "only workflows that this list filter of Temporal's finds", filled);
}

function version(): string {
  const manifest = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

/** Of a variable that is not set, a shell makes nothing: a command must not be about something else then. */
function filled(text: string): string {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
}

function levels(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return Number(text);
}

function limit(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, from 1 to 99999.');
}

function rate(text: string): number {
  const number = Number(text);
  // One in a quarter of an hour is none: below it, a wait would soon be longer than timers go.
  if (number >= 0.001 && number <= 1_000) return number;
  throw new InvalidArgumentError('It must be a number, from 0.001 to 1000.');
}

function seconds(text: string): number {
  const number = Number(text);
  if (number > 0 && number <= 86_400) return number;
  throw new InvalidArgumentError('It must be a number of seconds, more than 0.');
}

function count(text: string): number {
  if (/^[1-9]\d{0,11}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number, 1 or more.');
}

function amount(text: string): number {
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && number < Infinity) return number;
  throw new InvalidArgumentError('It must be a number, 0 or more.');
}

/** @returns milliseconds */
function duration(text: string): number {
  try {
    const ms = msToNumber(text as Parameters<typeof msToNumber>[0]);
    if (ms >= 100) return ms;
  } catch {
    // Said below.
  }
  throw new InvalidArgumentError("It must be a duration of 100 ms or more, such as '1 minute'.");
}
