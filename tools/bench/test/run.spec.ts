import type { TemporalService } from '@stateful-workflow/dev-services';
import { describe, expect, it } from 'vitest';
import type { Bench, Benchmark } from '../src/benchmark';
import { runBenchmarks } from '../src/run';

function benchmark(name: string, run: (bench: Bench) => Promise<number>): Benchmark {
  return {
    name,
    title: `title of ${name}`,
    unit: '×',
    bar: 1,
    better: 'lower',
    run: async (bench) => ({ value: await run(bench), detail: '' }),
  };
}

/** Servers that are not there; `log` tells what happens to them. */
function servers(log: string[]): () => Promise<TemporalService> {
  return async () => {
    log.push('start');
    return {
      address: 'nowhere:1',
      namespace: 'default',
      description: '',
      ended: new Promise(() => {}),
      stop: async () => void log.push('stop'),
    };
  };
}

describe('runBenchmarks', () => {
  it('starts a server for each benchmark that asks, once, and stops what was started last first', async () => {
    const log: string[] = [];
    const needy = async (bench: Bench): Promise<number> => {
      await Promise.all([bench.temporal(), bench.temporal()]);
      bench.cleanUp('a worker', () => void log.push('worker stops'));
      return 1;
    };
    const list = [benchmark('needy', needy), benchmark('modest', async () => 2), benchmark('other', needy)];
    const results = await runBenchmarks(list, { progress: () => {}, startServer: servers(log) }).results;
    expect(results.map(({ name, value, holds }) => [name, value, holds])).toEqual([
      ['needy', 1, true],
      ['modest', 2, false],
      ['other', 1, true],
    ]);
    expect(log).toEqual(['start', 'worker stops', 'stop', 'start', 'worker stops', 'stop']);
  });

  it('goes on after a benchmark that fails, and stops what it had started', async () => {
    const log: string[] = [];
    const lines: string[] = [];
    const broken = benchmark('broken', async (bench) => {
      await bench.temporal();
      bench.cleanUp('a worker', () => {
        throw new Error('it is stuck');
      });
      throw new Error('it cannot');
    });
    const list = [broken, benchmark('next', async () => 1)];
    const options = { progress: (line: string) => void lines.push(line), startServer: servers(log) };
    const results = await runBenchmarks(list, options).results;
    expect(results.map(({ value, detail }) => [value, detail])).toEqual([
      [null, 'not measured: it cannot'],
      [1, ''],
    ]);
    expect(log).toEqual(['start', 'stop']);
    expect(lines).toEqual([
      'broken (1 of 2): title of broken',
      'broken: starting a Temporal server',
      'broken: a worker could not be stopped: it is stuck',
      'next (2 of 2): title of next',
    ]);
  });

  it('stops what the running benchmark has started when it is broken off', async () => {
    const log: string[] = [];
    let begun: () => void = () => {};
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    const endless = benchmark('endless', async (bench) => {
      await bench.temporal();
      begun();
      return new Promise<number>(() => {});
    });
    const run = runBenchmarks([endless], { progress: () => {}, startServer: servers(log) });
    await hasBegun;
    await run.stop();
    expect(log).toEqual(['start', 'stop']);
  });
});
