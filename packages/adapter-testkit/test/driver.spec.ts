import { describe, expect, it } from 'vitest';
import { describeAdapter, type Upstream } from '../src/index';
import { collectingRunner } from './collecting-runner';
import { memorySubject } from './memory-upstream';

type Driver = Upstream<never, never>;

/** What the suite says of a driver that has something else in place of what is right. */
async function saidOf(broken: (right: Driver) => Partial<Driver>): Promise<readonly string[]> {
  const subject = memorySubject();
  const start = async (): Promise<Upstream> => {
    const right = (await subject.start()) as unknown as Driver;
    const instead = broken(right);
    return new Proxy(right, {
      get(target, name) {
        if (Object.hasOwn(instead, name)) return instead[name as keyof Driver];
        const value: unknown = target[name as keyof Driver];
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  };
  const { runner, run } = collectingRunner();
  describeAdapter(runner, { ...subject, start });
  return run('gives an empty source as empty');
}

describe('a driver that breaks a rule is named with the rule, before any test', () => {
  it.each<readonly [what: string, broken: (right: Driver) => Partial<Driver>, said: RegExp]>([
    [
      'goes on counting after reset()',
      (right) => {
        let before = 0;
        const reset = async (): Promise<void> => {
          before += right.requests();
          await right.reset();
        };
        return { requests: () => before + right.requests(), reset };
      },
      /requests\(\) is 1 after reset\(\): it has to count from 0 again/,
    ],
    ['never counts', () => ({ requests: () => 0 }), /requests\(\) is 0 after a load that brought a record/],
    ['counts what nobody requested', () => ({ requests: () => 7 }), /requests\(\) is 7 before anything/],
    [
      'never says that a request came in',
      () => ({ requested: () => new Promise<void>(() => {}) }),
      /requested\(\) does not resolve when a request comes in/,
    ],
    [
      'says that a request came in when none did',
      () => ({ requested: async () => {} }),
      /requested\(\) resolves although no request came in/,
    ],
    ['delays nothing', () => ({ delay: async () => {} }), /delay\(\) does not hold a request back/],
    [
      'counts no request that it delays',
      (right) => {
        let isDelayed = false;
        const delay: Driver['delay'] = async (ms, when) => {
          isDelayed = true;
          await right.delay(ms, when);
        };
        return { delay, requests: () => (isDelayed ? 0 : right.requests()) };
      },
      /requests\(\) counts no request that is delayed/,
    ],
    [
      'keeps its records',
      (right) => {
        const kept: Parameters<Driver['put']>[] = [];
        const put: Driver['put'] = async (records, at) => {
          kept.push([records, at]);
          await right.put(records, at);
        };
        const reset = async (): Promise<void> => {
          await right.reset();
          for (const [records, at] of kept) await right.put(records, at);
        };
        return { put, reset };
      },
      /reset\(\) leaves 1 records/,
    ],
    ['lets nothing fail', () => ({ fail: async () => {} }), /fail\("breaks off"\) makes no load fail/],
    [
      'goes on failing',
      (right) => {
        let failing: string | undefined;
        const fail: Driver['fail'] = (name, when) => right.fail((failing = name), when);
        const reset = async (): Promise<void> => {
          await right.reset();
          if (failing !== undefined) await right.fail(failing);
        };
        return { fail, reset };
      },
      /reset\(\) does not end fail\("breaks off"\)/,
    ],
    [
      'has one adapter for all',
      (right) => {
        const one = right.adapter({});
        return { adapter: () => one };
      },
      /adapter\(\) gives the same one twice/,
    ],
    [
      'revokes nothing',
      (right) => ({ revoke: async () => right.token?.() ?? '' }),
      /revoke\(\) gives the token that was accepted before/,
    ],
    ['revokes another token', () => ({ revoke: async () => 'other' }), /token\(\) is another one than/],
    [
      'has no tokens and does not say so',
      () => ({ token: undefined, revoke: undefined, origins: undefined }),
      /origins is empty: .*\n.*token\(\) gives none: .*\n.*revoke\(\) is missing: .*credentials: false/,
    ],
    ['has no pages and does not say so', () => ({ pageSize: 1 }), /pageSize is 1: .*pages: false/],
    ['has no query for changes', () => ({ incremental: undefined }), /incremental is missing/],
    ['has no conditional query', () => ({ conditionalQuery: undefined }), /conditionalQuery is missing/],
    ['never breaks off', () => ({ failures: {} }), /none of kind transient with midPage: true/],
  ])('%s', async (_, broken, said) => {
    const failures = await saidOf(broken);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/^beforeAll: The driver of this source breaks rules of Upstream:/);
    expect(failures[0]).toMatch(said);
  });

  it('and of one that keeps them all nothing is said', async () => {
    expect(await saidOf(() => ({}))).toEqual([]);
  });

  it('waits for no request that the driver stops counting later', async () => {
    const { runner, run } = collectingRunner();
    const subject = memorySubject();
    describeAdapter(runner, {
      ...subject,
      start: async () => {
        const right = await subject.start();
        let counts = true;
        const put = right.put.bind(right);
        const requests = right.requests.bind(right);
        return Object.assign(right, {
          requests: () => (counts ? requests() : 0),
          // The sweep of the test, which the looks at a driver do not put.
          put: async (...given: Parameters<typeof put>) => {
            counts &&= given[0].length < 10;
            await put(...given);
          },
        });
      },
    });
    const failures = await run('waits before the first page');
    expect(failures.join('\n')).toMatch(/requests\(\) is 0 after \d+ ms in which the adapter had 1 to make/);
  });
});
