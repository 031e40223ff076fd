import { Bench } from './bench';
import { checkDriver } from './driver';
import { cancellation } from './groups/cancellation';
import { concurrency } from './groups/concurrency';
import { contract } from './groups/contract';
import { credentials } from './groups/credentials';
import { faults } from './groups/faults';
import type { Group } from './groups/group';
import { incremental } from './groups/incremental';
import { partial } from './groups/partial';
import { resources } from './groups/resources';
import { resume } from './groups/resume';
import { sweep } from './groups/sweep';
import { validators } from './groups/validators';
import { values } from './groups/values';
import { watch } from './groups/watch';
import type { TestRunner } from './runner';
import type { Subject } from './subject';

const GROUPS: readonly Group[] = [
  contract,
  sweep,
  values,
  validators,
  incremental,
  resume,
  cancellation,
  faults,
  partial,
  credentials,
  concurrency,
  watch,
  resources,
];

/**
 * Defines the conformance suite for an adapter: what every adapter has to do, tried against its real source. Which
 * groups there are follows the declared capabilities, and a capability that is declared and does not work fails.
 *
 * ## Rules
 * - Call it at the top of a spec, or in a `describe`. The tests share one upstream and run one after the other.
 * - Nothing else may run in the same process meanwhile: what is left of sockets and timers is looked at.
 *
 * @param runner the test runner's functions
 * @param subject the adapter, and how its source is started
 *
 * @example
 * import * as vitest from 'vitest';
 * describeAdapter(vitest, { name: 'rest', capabilities: { validators: true }, start: startUpstream });
 */
export function describeAdapter<Query, Cursor>(runner: TestRunner, subject: Subject<Query, Cursor>): void {
  const bench = new Bench(subject);
  runner.describe(`the adapter "${subject.name}" conforms`, () => {
    runner.beforeAll(async () => {
      await bench.start();
      await checkDriver(bench);
    });
    runner.beforeEach(() => bench.upstream.reset());
    runner.afterEach(() => bench.closeAdapters());
    runner.afterAll(() => bench.stop());
    for (const group of GROUPS) group(runner, bench, subject);
  });
}
