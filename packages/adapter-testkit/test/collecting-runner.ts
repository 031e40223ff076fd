import type { TestRunner } from '../src/index';

interface Collected {
  readonly title: string;
  readonly test: () => Promise<void>;
}

/** A test runner that runs what it is given when it is told to, and says what failed. */
export function collectingRunner() {
  const tests: Collected[] = [];
  const hooks = {
    beforeAll: [] as (() => Promise<void>)[],
    beforeEach: [] as (() => Promise<void>)[],
    afterEach: [] as (() => Promise<void>)[],
    afterAll: [] as (() => Promise<void>)[],
  };
  let path: readonly string[] = [];
  const runner: TestRunner = {
    describe: (title, define) => {
      const outer = path;
      path = [...path, title];
      define();
      path = outer;
    },
    it: (title, test) => tests.push({ title: [...path.slice(1), title].join(': '), test }),
    beforeAll: (hook) => hooks.beforeAll.push(hook),
    beforeEach: (hook) => hooks.beforeEach.push(hook),
    afterEach: (hook) => hooks.afterEach.push(hook),
    afterAll: (hook) => hooks.afterAll.push(hook),
  };
  const all = async (list: readonly (() => Promise<void>)[]): Promise<void> => {
    for (const hook of list) await hook();
  };
  return {
    runner,
    titles: (): readonly string[] => tests.map(({ title }) => title),
    /**
     * Runs the tests whose title has a text in it, or none where what goes before all fails.
     *
     * @returns the titles and messages of those that failed
     */
    async run(only = ''): Promise<readonly string[]> {
      const failed: string[] = [];
      try {
        await all(hooks.beforeAll);
      } catch (error) {
        await all(hooks.afterAll);
        return [`beforeAll: ${(error as Error).message}`];
      }
      for (const { title, test } of tests) {
        if (!title.includes(only)) continue;
        await all(hooks.beforeEach);
        try {
          await test();
        } catch (error) {
          failed.push(`${title}: ${(error as Error).message}`);
        }
        await all(hooks.afterEach);
      }
      await all(hooks.afterAll);
      return failed;
    },
  };
}
