// `npm run test:consumers`: see README.md.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startCrm, startTemporal } from '@stateful-workflow/dev-services';
import { step } from '../packed/commands.mjs';
import { packAll } from '../packed/pack.mjs';
import { runExample } from './example.mjs';
import { commonJs, esModules, fromRegistry, installNpm, pnpmWorkspace } from './projects.mjs';
import { startRegistry } from './registry.mjs';
import { fullToolchain, shortToolchain } from './toolchain.mjs';
import { compile } from './type-check.mjs';

const { values: options } = parseArgs({
  options: { full: { type: 'boolean', default: false }, keep: { type: 'boolean', default: false } },
});
const folder = await mkdtemp(join(tmpdir(), 'consumers-'));
const stops = [() => options.keep || rm(folder, { recursive: true, force: true })];
let runs = 0;

/** Compiles a project with every TypeScript, and runs its examples on every Node. */
async function tryOut(project, { compilers, nodes }, services) {
  // As older projects resolve, only CommonJS is a module.
  for (const compiler of compilers.filter(({ resolution }) => !(project.isEsm && resolution === 'node10'))) {
    await step(`${project.name}: types, by ${compiler.title}`, () => compile(project, compiler));
    runs++;
  }
  for (const node of nodes)
    for (const example of project.examples) {
      await step(`${project.name}: ${example.title}, on Node ${node.version}`, () =>
        runExample(project.folder, example, node, services),
      );
      runs++;
    }
}

try {
  const temporal = await startTemporal();
  stops.push(() => temporal.stop());
  const crm = await startCrm({ customers: 1 });
  stops.push(() => crm.stop());
  const services = { temporal, crm };
  const packages = await step('packs the packages', () => packAll(folder));

  await step('installs them with npm', () => installNpm(folder, packages));
  const toolchain = options.full
    ? await step('installs TypeScript 5.4 to 7.0, Node 24, pnpm and verdaccio', () => fullToolchain(folder))
    : shortToolchain(folder);
  await tryOut(await commonJs(folder, packages), toolchain, services);
  await tryOut(await esModules(folder, packages), toolchain, services);

  if (options.full) {
    const workspace = await step('installs them with pnpm', () => pnpmWorkspace(folder, packages, toolchain));
    await tryOut(workspace, toolchain, services);
    const registry = await step('publishes them to a registry', () =>
      startRegistry(folder, packages, toolchain),
    );
    stops.push(() => registry.stop());
    const project = await step('installs them from there', () => fromRegistry(folder, packages, registry));
    // What is in the packages is the same.
    await tryOut(project, { ...toolchain, compilers: toolchain.compilers.slice(-1) }, services);
  }
  console.log(`\n${runs} passed, 0 failed`);
} catch (error) {
  console.error('failed\n');
  console.error(error instanceof Error ? error.message : error);
  console.log(`\n${runs} passed, 1 failed`);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
  if (options.keep) console.log(`Everything is in ${folder}`);
}
