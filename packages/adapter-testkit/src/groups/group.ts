import type { Bench } from '../bench';
import type { TestRunner } from '../runner';
import type { Subject } from '../subject';

/** What defines a group of tests. */
export type Group = <Query, Cursor>(
  runner: TestRunner,
  bench: Bench<Query, Cursor>,
  subject: Subject<Query, Cursor>,
) => void;
