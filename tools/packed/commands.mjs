import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a command to its end.
 *
 * @param options as of `spawn`; `mayFail` gives what it printed also where it fails
 * @returns what it printed, on both streams
 * @throws Error with what it printed, where it fails
 */
export async function run(command, args, { mayFail = false, ...options } = {}) {
  const child = spawn(command, args, { ...options, env: cleanEnvironment(options.env), stdio: 'pipe' });
  child.stdin.end();
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [status] = await once(child, 'close');
  if (status !== 0 && !mayFail)
    throw new Error(`${command} ${args.join(' ')} failed in ${options.cwd ?? '.'}:\n${output}`);
  return output;
}

/** The environment without what the npm that runs this script says to the processes that it starts. */
export function cleanEnvironment(more = {}) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^npm_(?!config_registry$)|^NODE_OPTIONS$/i.test(name),
  );
  return { ...Object.fromEntries(own), ...more };
}

/** Does something, and says what it is, how long it took, and what it has for a `remark`. */
export async function step(title, work) {
  const started = Date.now();
  process.stdout.write(`${title} … `);
  const result = await work();
  const remark = result?.remark === undefined ? '' : ` (${result.remark})`;
  console.log(`${((Date.now() - started) / 1_000).toFixed(1)} s${remark}`);
  return result;
}
