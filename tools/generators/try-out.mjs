// `npm run test:generators`: generates an adapter, a workflow and a new project into a temporary folder, with packed packages,
// and compiles, tests and runs them there. --keep leaves the folder.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTestServer, freePort, startTemporal } from '@stateful-workflow/dev-services';
import { adapterGenerator, workflowGenerator } from '@stateful-workflow/generators';
import { FsTree, flushChanges } from 'nx/src/generators/tree.js';
import { cleanEnvironment, run, step } from '../packed/commands.mjs';
import { installedHere, packAll, root, temporalPackages } from '../packed/pack.mjs';

const keep = process.argv.includes('--keep');
const folder = await mkdtemp(join(tmpdir(), 'generators-'));
const npmInstall = ['install', '--no-audit', '--no-fund', '--prefer-offline'];
const stops = [() => keep || rm(folder, { recursive: true, force: true })];
let passed = 0;

/** One thing that is tried. */
async function tryOut(title, work) {
  const result = await step(title, work);
  passed++;
  return result;
}

/** A program that goes on; it is ended at the end. */
function start(command, args, options) {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close');
  stops.push(() => {
    child.kill();
    return ended;
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (output += text) && child.emit('said'));
  return async function said(pattern) {
    while (!pattern.test(output)) {
      const how = await Promise.race([once(child, 'said'), ended.then(() => 'ended')]);
      if (how === 'ended' && !pattern.test(output))
        throw new Error(`${args} ended without ${pattern}:\n${output}`);
    }
    return pattern.exec(output);
  };
}

/** A new project, from its command to its workflow that follows a change. */
async function newProject() {
  const project = join(folder, 'order-desk');
  const bin = join(root, 'packages/create-stateful-workflow/bin/create-stateful-workflow.mjs');
  const args = [bin, project, '--entity', 'Order', '--packages', folder];
  await tryOut('a new project: is written', () => run(process.execPath, args));
  await tryOut('a new project: installs', () => run('npm', npmInstall, { cwd: project }));
  const testServer = await findTestServer();
  const env = testServer === undefined ? {} : { TEMPORAL_TEST_SERVER_PATH: testServer };
  await tryOut('a new project: compiles, and its test passes', () =>
    run('npm', ['test'], { cwd: project, env }),
  );
  await tryOut('a new project: runs against a Temporal server', () => runProject(project));
}

async function runProject(project) {
  const temporal = await startTemporal();
  stops.push(() => temporal.stop());
  const apiUrl = `http://127.0.0.1:${await freePort()}`;
  const [, token] = /^API_TOKEN=(.*)$/m.exec(await readFile(join(project, '.env'), 'utf8'));
  // As its container would be: with what its users set, and without what only its tests need.
  await run('npm', ['prune', '--omit=dev'], { cwd: project });
  const env = cleanEnvironment({ API_URL: apiUrl, API_TOKEN: token, TEMPORAL_ADDRESS: temporal.address });
  const options = { cwd: project, env };
  await start(process.execPath, ['lib/sample-api.js'], options)(/listens at/);
  const workerSaid = start(process.execPath, ['lib/worker.js'], options);
  const client = await run(process.execPath, ['lib/client.js'], options);
  if (!/Order-1 is running and holds .*The first order/s.test(client))
    throw new Error(`The client said:\n${client}`);
  await workerSaid(/The first order: new → open/);
  await fetch(`${apiUrl}/orders/1`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}` },
    body: '{"status":"closed"}',
  });
  await workerSaid(/The first order: open → closed/);
}

/** A workspace like this one, with an adapter and a workflow that were generated into it. */
async function workspace(packages) {
  const home = join(folder, 'workspace');
  await mkdir(join(home, 'apps/desk'), { recursive: true });
  for (const file of ['tsconfig.base.json', 'vitest.config.base.mts', 'LICENSE', 'tools/vitest'])
    await cp(join(root, file), join(home, file), { recursive: true });
  for (const file of ['tsconfig.json', 'tsconfig.spec.json'])
    await cp(join(root, 'apps/demo', file), join(home, 'apps/desk', file));
  const vitest = await readFile(join(root, 'packages/adapter-rest/vitest.config.mts'), 'utf8');
  await writeFile(join(home, 'apps/desk/vitest.config.mts'), vitest.replace('adapter-rest', 'desk'));
  const workspaces = ['packages/*', 'apps/*'];
  await writeFile(join(home, 'package.json'), JSON.stringify({ private: true, workspaces }));
  await writeFile(join(home, 'apps/desk/package.json'), JSON.stringify({ name: 'desk', private: true }));

  await tryOut('an adapter and a workflow: are written', async () => {
    const tree = new FsTree(home, false);
    await adapterGenerator(tree, { name: 'redis' });
    await workflowGenerator(tree, { entity: 'Order', project: 'desk' });
    flushChanges(home, tree.listChanges());
    await cp(
      join(home, 'packages/adapter-redis/tsconfig.lib.json'),
      join(home, 'apps/desk/tsconfig.lib.json'),
    );
  });
  const besides = installedHere([...temporalPackages, '@types/node', 'typescript', 'vitest', 'zod']);
  const tarballs = packages.map(({ tarball }) => tarball);
  await tryOut('an adapter and a workflow: install', () =>
    run('npm', [...npmInstall, ...tarballs, ...besides], { cwd: home }),
  );
  const testServer = await findTestServer();
  const env = testServer === undefined ? {} : { TEMPORAL_TEST_SERVER_PATH: testServer };
  for (const [title, project] of [
    ['an adapter', 'packages/adapter-redis'],
    ['a workflow', 'apps/desk'],
  ]) {
    const cwd = join(home, project);
    await tryOut(`${title}: compiles`, () => run('npx', ['--no', '--', 'tsc', '--build'], { cwd }));
    await tryOut(`${title}: its tests pass`, () => run('npx', ['--no', '--', 'vitest', 'run'], { cwd, env }));
  }
}

try {
  const packages = await step('packs the packages', () => packAll(folder));
  await newProject();
  await workspace(packages.filter(({ name }) => /core|http|adapter-rest|testkit|testing/.test(name)));
  console.log(`\n${passed} passed, 0 failed`);
} catch (error) {
  console.error('failed\n');
  console.error(error instanceof Error ? error.message : error);
  console.log(`\n${passed} passed, 1 failed`);
  process.exitCode = 1;
} finally {
  for (const stop of stops.reverse()) await stop();
  if (keep) console.log(`Everything is in ${folder}`);
}
