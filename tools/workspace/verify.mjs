// `npm run verify`: every check, up to the first that fails. CI runs exactly this.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Stages, one after the other. The lanes of a stage run at a time, one for each of two cores; the steps of a lane do not.
 * The tests are last, so that the output ends with their closing lines.
 */
const stages = [
  [['npm run build']],
  [
    // The longest two. They need what is built, as their scripts see to. The tour, which the tests run, looks for the
    // demo's secrets itself.
    ['eslint .', 'npm run audit:secrets -- --no-demo'],
    [
      'npm run format:check',
      'npm run imports:check',
      'npm run typecheck',
      'npm run api:check',
      'npm run package-check',
      'npm run dependencies:check',
      'npm run release -- 999.0.0 --dry-run',
      // What `npm run test:consumers` does, less the build, which is done.
      'node tools/consumers/main.mjs',
      'npm run docs',
    ],
  ],
  [['npm test']],
];

for (const lanes of stages) {
  const statuses = await Promise.all(lanes.map((steps) => lane(steps, lanes.length > 1)));
  const failed = statuses.find((status) => status !== 0);
  if (failed !== undefined) process.exit(failed);
}

/** Runs the steps of a lane. @param isShared whether others run beside: then what a step prints comes when it has ended */
async function lane(steps, isShared) {
  for (const step of steps) {
    const isLast = step === 'npm test';
    const started = Date.now();
    if (!isShared) console.log(`\n=== ${step}\n`);
    const { status, output } = await run(step, isShared);
    if (isShared) console.log(`\n=== ${step}\n${output}`);
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    if (status !== 0) {
      if (!isLast) console.error(`\n=== ${step} failed after ${seconds} s`);
      return status;
    }
    if (!isLast) console.log(`\n=== ${step} passed in ${seconds} s`);
  }
  return 0;
}

async function run(step, isCollected) {
  const command = step.replace(/^npm run /, 'npm run --silent ').replace(/^npm test/, 'npm test --silent');
  const child = spawn(command, { stdio: isCollected ? ['ignore', 'pipe', 'pipe'] : 'inherit', shell: true });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
  const [status] = await once(child, 'close');
  return { status: status ?? 1, output };
}
