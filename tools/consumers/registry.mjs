import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@stateful-workflow/dev-services';
import { cleanEnvironment, run } from '../packed/commands.mjs';

/** Ours are taken from nowhere else, all others from where npm takes them. */
const configOf = (upstream) => `
storage: ./storage
uplinks: { upstream: { url: ${JSON.stringify(upstream)}, maxage: 60m, timeout: 60s } }
packages:
  '@stateful-workflow/*': { access: $all, publish: $all }
  'stateful-workflow': { access: $all, publish: $all }
  'create-stateful-workflow': { access: $all, publish: $all }
  '**': { access: $all, proxy: upstream }
max_body_size: 50mb
log: { type: stdout, format: pretty, level: warn }
`;

/** Only a CI can say where a package comes from. */
const fromHere = ['--provenance=false'];

/**
 * Starts a registry on loopback, and publishes packages to it.
 *
 * @returns its address, and what ends it
 */
export async function startRegistry(folder, packages, { verdaccio: [node, script] }) {
  const home = join(folder, 'registry');
  await mkdir(home);
  const upstream = (await run('npm', ['config', 'get', 'registry'])).trim();
  await writeFile(join(home, 'config.yaml'), configOf(upstream));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  const child = spawn(node, [script, '--config', 'config.yaml', '--listen', `127.0.0.1:${port}`], {
    cwd: home,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill();
    await ended;
  };
  try {
    await untilItAnswers(url, ended);
    for (const { tarball } of packages)
      await run(
        'npm',
        ['publish', tarball, '--registry', url, ...fromHere, `--//127.0.0.1:${port}/:_authToken=nobody`],
        {
          cwd: home,
        },
      );
    return { url, stop };
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\nThe registry said:\n${output}`, { cause: error });
  }
}

async function untilItAnswers(url, ended) {
  const patience = Date.now() + 60_000;
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  while (
    !(await fetch(`${url}-/ping`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (hasEnded || Date.now() > patience) throw new Error(`No registry answers at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
