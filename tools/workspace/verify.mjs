// `npm run verify`: every check, in this order, up to the first that fails. CI runs exactly this.
import { spawnSync } from 'node:child_process';

// The tests are last, so that the output ends with their closing lines.
const steps = [
  'format:check',
  'lint',
  'imports:check',
  'typecheck',
  'build',
  'api:check',
  'package-check',
  'dependencies:check',
  // The tour, which `test` runs, looks for the demo's secrets itself.
  'audit:secrets -- --no-demo',
  'test',
];

for (const [index, step] of steps.entries()) {
  console.log(`\n=== ${index + 1}/${steps.length} ${step}: npm run ${step}\n`);
  const started = Date.now();
  const { status } = spawnSync('npm', ['run', '--silent', ...step.split(' ')], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    if (step !== 'test') console.error(`\n=== ${step} failed`);
    process.exit(status ?? 1);
  }
  if (step !== 'test') console.log(`\n=== ${step} passed in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
