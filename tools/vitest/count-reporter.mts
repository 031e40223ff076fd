import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Reporter, SerializedError, TestModule, Vitest } from 'vitest/node';

/** What one project's test run leaves for `npm test`, which adds all of them up. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  /** The names of those that passed at their second attempt only. */
  readonly flaky: readonly string[];
}

/** Where it is left, below the project; it is the output of the project's `test` target, so Nx caches it. */
const countsFile = '.cache/test-counts.json';

/**
 * Writes how many tests passed and failed, and which passed at their second attempt only. A file or a suite with an error outside its tests (an import, a hook)
 * counts as one failure more, and so does each unhandled error.
 */
export default class CountReporter implements Reporter {
  #root = '.';

  onInit(vitest: Vitest): void {
    this.#root = vitest.config.root;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    const flaky: string[] = [];
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failed += 1;
        if (test.diagnostic()?.flaky) flaky.push(`${module.relativeModuleId} > ${test.fullName}`);
      }
      failed += [module, ...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
    }
    const file = join(this.#root, countsFile);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify({ passed, failed, flaky } satisfies TestCounts)}\n`);
  }
}
