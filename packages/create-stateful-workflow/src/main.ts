import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Command, CommanderError } from 'commander';
import { type Answers, ask, AskedToStop } from './ask';
import { createProject } from './create-project';
import { ProjectError } from './project-error';

interface Flags {
  readonly entity?: string;
  readonly install?: boolean;
  readonly packages?: string;
  readonly yes?: true;
}

const misused = 2;

/**
 * The command: `create-stateful-workflow [folder] [options]`. Asks on a terminal for what its arguments do not say; elsewhere, and
 * with `--yes`, takes the defaults.
 *
 * @returns the exit code: 0 done, 1 failed, 2 misused
 */
export async function main(args: readonly string[]): Promise<number> {
  const program = programOf();
  try {
    program.parse(args, { from: 'user' });
    await create(program.args[0], program.opts<Flags>());
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : misused;
    if (error instanceof AskedToStop) return 1;
    if (!(error instanceof ProjectError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
}

function programOf(): Command {
  return new Command('create-stateful-workflow')
    .description('Writes a project with Stateful Workflow: a workflow, its worker, a client and a test.')
    .argument('[folder]', 'where to write it; its name is the name of the package')
    .option('--entity <Name>', 'what there is a workflow for each of (default: Customer)')
    .option('--install', 'install the packages with npm, at once')
    .option('--no-install', 'install nothing')
    .option('--packages <folder>', 'take our packages from tarballs in a folder, not from a registry')
    .option('-y, --yes', 'ask nothing: take the defaults')
    .exitOverride();
}

async function create(named: string | undefined, flags: Flags): Promise<void> {
  const known: Partial<Answers> = {
    ...(named !== undefined && { folder: named }),
    ...(flags.entity !== undefined && { entity: flags.entity }),
    ...(flags.install !== undefined && { install: flags.install }),
  };
  const asks = flags.yes !== true && process.stdin.isTTY && process.stdout.isTTY;
  const { folder, entity, install } = asks
    ? await ask(known)
    : { folder: 'my-workflows', entity: 'Customer', install: false, ...known };
  const files = await createProject({ folder, entity, packages: flags.packages });
  process.stdout.write(`Wrote ${files.length} files to ${folder}.\n`);
  if (install) await installIn(folder);
  process.stdout.write(nextSteps(folder, install));
}

async function installIn(folder: string): Promise<void> {
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  const [status] = (await once(npm, 'close')) as [number | null];
  if (status !== 0)
    throw new ProjectError(`npm install failed in ${folder}. The project is written: try it again there.`);
}

function nextSteps(folder: string, isInstalled: boolean): string {
  const steps = [
    ...(folder === '.' ? [] : [`cd ${folder}`]),
    isInstalled ? 'npm run build' : 'npm install && npm run build',
    'npm test',
  ];
  return `\nNext:\n${steps.map((step) => `  ${step}\n`).join('')}\nREADME.md there says how to run it.\n`;
}
