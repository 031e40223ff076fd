import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../packed/commands.mjs';
import { installedHere, temporalPackages } from '../packed/pack.mjs';
import { block } from './example.mjs';
import { entriesOf, postgresPool, tsconfig, workerOf } from './files.mjs';

const npmInstall = ['install', '--no-audit', '--no-fund', '--prefer-offline'];

/** What the README's examples need besides our packages, and what types need. */
const besides = () => [
  ...installedHere([...temporalPackages, '@temporalio/testing', 'graphql', '@types/node']),
  'typescript@~7.0.0',
];

/** What the README's example in TypeScript prints. */
const plans = {
  before: /Aldergate Logistics moved from undefined to starter/,
  change: { plan: 'team' },
  after: /Aldergate Logistics moved from starter to team/,
};

async function write(folder, files) {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
}

/** Installs all packages from their tarballs, with npm, for the two projects below. */
export async function installNpm(folder, packages) {
  const home = join(folder, 'npm');
  await write(home, { 'package.json': { private: true } });
  const tarballs = packages.map(({ tarball }) => tarball);
  await run('npm', [...npmInstall, ...tarballs, ...besides(), ...installedHere(['pg', '@types/pg'])], {
    cwd: home,
  });
}

/** A project as Temporal's own samples are set up: CommonJS, compiled by tsc into `lib`. */
export async function commonJs(folder, packages) {
  const home = join(folder, 'npm/commonjs');
  await write(home, commonJsFiles(packages));
  return { name: 'CommonJS', folder: home, parts: ['.'], examples: [inTypeScript] };
}

const inTypeScript = { title: 'the typed example', worker: 'lib/worker.js', ...plans };

const commonJsFiles = (packages) => ({
  'package.json': { private: true },
  'tsconfig.json': tsconfig('node16'),
  'src/workflows.ts': block('readme.ts'),
  'src/worker.ts': workerOf("require.resolve('./workflows')"),
  'src/entries.ts': entriesOf(packages),
});

/** A project of ES modules, which also has the first example, as it stands in the README. */
export async function esModules(folder, packages) {
  const home = join(folder, 'npm/esm');
  await write(home, {
    'package.json': { private: true, type: 'module' },
    'tsconfig.json': tsconfig('nodenext'),
    'src/workflows.ts': block('readme.ts'),
    'src/worker.ts': workerOf("fileURLToPath(new URL('./workflows.js', import.meta.url))"),
    'src/entries.ts': entriesOf(packages),
    'src/postgres.ts': postgresPool,
    'workflows.mjs': block('workflows.mjs'),
    'worker.mjs': block('worker.mjs'),
  });
  return {
    name: 'ES modules',
    folder: home,
    isEsm: true,
    parts: ['.'],
    examples: [
      {
        title: 'the first example',
        worker: 'worker.mjs',
        before: /changed: .*Aldergate Logistics/s,
        change: { name: 'Aldergate Shipping' },
        after: /changed: .*Aldergate Shipping/s,
      },
      inTypeScript,
    ],
  };
}

/** A workspace in which the workflows are a package of their own, and nothing is found that is not asked for. */
export async function pnpmWorkspace(folder, packages, { pnpm }) {
  const home = join(folder, 'pnpm');
  const file = (name) => `file:${packages.find((one) => one.name === name).tarball}`;
  const versions = (names) =>
    Object.fromEntries(
      installedHere(names).map((text) => [text.replace(/@[^@]+$/, ''), text.replace(/.*@/, '')]),
    );
  const needed = ['@stateful-workflow/core', '@stateful-workflow/adapter-rest'];
  const ours = Object.fromEntries(needed.map((name) => [name, file(name)]));
  const types = versions(['@types/node']);
  await write(home, {
    'package.json': { private: true },
    'pnpm-workspace.yaml': [
      'packages: ["packages/*"]',
      // Whether dependencies may run scripts as they are installed is left open otherwise, which is an error.
      'strictDepBuilds: false',
      'overrides:',
      ...packages.map(({ name }) => `  "${name}": "${file(name)}"`),
      '',
    ].join('\n'),
    'packages/workflows/package.json': {
      name: '@acme/workflows',
      version: '1.0.0',
      main: 'lib/workflows.js',
      types: 'lib/workflows.d.ts',
      dependencies: { ...ours, ...versions(['@temporalio/workflow', '@temporalio/common']) },
      devDependencies: types,
    },
    'packages/workflows/tsconfig.json': tsconfig('node16'),
    'packages/workflows/src/workflows.ts': block('readme.ts'),
    'packages/worker/package.json': {
      name: '@acme/worker',
      version: '1.0.0',
      dependencies: { ...ours, '@acme/workflows': 'workspace:*', ...versions(temporalPackages) },
      devDependencies: types,
    },
    'packages/worker/tsconfig.json': tsconfig('node16'),
    'packages/worker/src/worker.ts': workerOf("require.resolve('@acme/workflows')"),
    'packages/worker/src/entries.ts': entriesOf(packages.filter(({ name }) => needed.includes(name))),
  });
  await run(process.execPath, [pnpm, 'install', '--no-frozen-lockfile', '--prefer-offline'], { cwd: home });
  return {
    name: 'pnpm workspace',
    folder: home,
    parts: ['packages/workflows', 'packages/worker'],
    examples: [{ ...inTypeScript, cwd: 'packages/worker' }],
  };
}

/** A CommonJS project that names the packages, and has them from a registry. */
export async function fromRegistry(folder, packages, registry) {
  const home = join(folder, 'registry-project');
  await write(home, commonJsFiles(packages));
  const names = packages.map(({ name }) => name);
  await run('npm', [...npmInstall, '--registry', registry.url, ...names, ...besides()], { cwd: home });
  return { name: 'from a registry', folder: home, parts: ['.'], examples: [inTypeScript] };
}
