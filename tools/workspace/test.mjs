// `npm test`: builds what the tests need, runs the tests of two projects at a time (nx.json; they mostly wait for servers
// that they start), and ends with one line that adds up the tests of all projects. Arguments go to Nx:
// npm test -- --projects=core
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';

/** What tools/vitest/count-reporter.mts writes, and Nx restores for a run that it replays from its cache. */
const countsFiles = ['packages', 'apps', 'tools'].flatMap((group) =>
  readdirSync(group).map((project) => `${group}/${project}/.cache/test-counts.json`),
);

// A count that is left over from an earlier run must not stand in for a project that did not get to its end.
for (const file of countsFiles) rmSync(file, { force: true });

const args = ['run-many', '-t', 'test', '--output-style=static', ...process.argv.slice(2)];
const { status } = spawnSync('nx', args, { stdio: 'inherit', shell: process.platform === 'win32' });

const counts = countsFiles
  .filter((file) => existsSync(file))
  .map((file) => JSON.parse(readFileSync(file, 'utf8')));
const passed = counts.reduce((sum, count) => sum + count.passed, 0);
let failed = counts.reduce((sum, count) => sum + count.failed, 0);
// What kept a project's tests from running at all (a build, a global set-up) was counted by nobody.
if (status !== 0 && failed === 0) failed = 1;

const flaky = counts.flatMap((count) => count.flaky);
if (flaky.length > 0)
  console.log(`\nPassed at the second attempt only:\n${flaky.map((name) => `- ${name}`).join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = status ?? 1;
