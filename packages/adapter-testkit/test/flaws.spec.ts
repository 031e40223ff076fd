import { describe, expect, it } from 'vitest';
import { describeAdapter } from '../src/index';
import { collectingRunner } from './collecting-runner';
import { type Flaw, memorySubject } from './memory-upstream';

/** What the suite says of an adapter with a flaw, in the tests of some groups. */
async function failuresOf(flaw: Flaw | undefined, only: string): Promise<readonly string[]> {
  const { runner, run } = collectingRunner();
  describeAdapter(runner, memorySubject(flaw));
  return run(only);
}

describe('an adapter with a flaw does not conform', () => {
  it.each<readonly [flaw: Flaw, group: string, said: RegExp]>([
    ['announces what it lacks', 'contract', /waitForHint is there if and only if/],
    ['asks for no credential', 'credentials', /are asked for in each attempt/],
    [
      'asks for something else when it goes on',
      'incremental',
      /asks for the same when it goes on.*attempts together miss records/,
    ],
    ['believes that a page is all', 'full sweep', /the first page is taken for all/],
    ['calls a broken sweep complete', 'full sweep', /page 1 is complete and not the last/],
    ['calls everything transient', 'faults', /faults: that are throttled.*is busy/],
    ['forgets changes before the wait', 'watch', /the change is lost/],
    ['forgets late arrivals', 'incremental', /a record 3 before the newest one is lost/],
    ['forgets removals', 'incremental', /a record that is gone is not told of/],
    ['forgets ties', 'incremental', /loses none of the records that share a time/],
    ['hears no change', 'watch', /resolves when the source changes: no change is heard of/],
    ['hides that its list moves', 'full sweep', /the sweep missed r_005, which is there, and calls itself/],
    ['hears no signal', 'between two pages', /deep-equal|strictly equal/],
    ['hears no signal while it waits', 'watch', /ends within a second of its signal/],
    ['hints without a reason', 'watch', /it is over, and nothing has changed/],
    ['holds everything in memory', 'resources', /memory grew by/],
    ['is led into the future', 'incremental', /what changed after a record of the future is lost/],
    ['keeps the first credential', 'credentials', /that are rotated take effect/],
    ['leaves a timer', 'given back', /left behind: Timeout/],
    ['loses the last page', 'full sweep', /gives every record once/],
    ['never says unchanged', 'validators', /nothing changed/],
    [
      'reads on by position',
      'incremental',
      /finds what slipped onto a page .*two loads together miss records/,
    ],
    ['resumes too far on', 'second attempt', /misses no record after a kill/],
    ['rounds numbers', 'values', /9007199254740993/],
    ['says the token', 'credentials', /an error holds the token/],
    ['takes a short page for the last', 'full sweep', /smaller pages than were asked for/],
    ['takes any query', 'contract', /it takes/],
    ['tells of validators without the capability', 'full sweep', /validators without the capability/],
  ])('%s', async (flaw, group, said) => {
    expect((await failuresOf(flaw, group)).join('\n')).toMatch(said);
  });
});

describe('an adapter that asks for what it says it does not need', () => {
  it('does not conform', async () => {
    const { runner, run } = collectingRunner();
    describeAdapter(runner, memorySubject('asks for a credential', { credentials: false }));
    expect((await run('credentials')).join('\n')).toMatch(/asks for a credential without the capability/);
  });
});

describe('an upstream that is too busy', () => {
  const failuresWith = async (more: object): Promise<readonly string[]> => {
    const { runner, run } = collectingRunner();
    const subject = memorySubject();
    const failures = { ...(await subject.start()).failures, 'is busy': { kind: 'throttled' } };
    const start = async () => Object.assign(await subject.start(), { failures, ...more });
    describeAdapter(runner, { ...subject, start });
    return run('of every kind');
  };

  it('says for how long, or why it cannot', async () => {
    expect((await failuresWith({})).join('\n')).toMatch(/asks to be left alone for a time/);
    expect(await failuresWith({ withoutRetryAfter: 'It does not know itself.' })).toEqual([]);
  });
});

describe('groups', () => {
  const titles = (capabilities: object): string => {
    const { runner, titles: all } = collectingRunner();
    describeAdapter(runner, { ...memorySubject(), capabilities });
    return all().join('\n');
  };

  it('follow the declared capabilities', () => {
    expect(titles({})).not.toMatch(/^(incremental|validators|watch): /m);
    expect(titles({ incremental: true })).toMatch(/^incremental: /m);
    expect(titles({ incremental: true, deletes: 'sweep' })).not.toMatch(/tells of a record that is gone/);
    expect(titles({ incremental: true, deletes: 'explicit' })).toMatch(/tells of a record that is gone/);
    expect(titles({ validators: true })).toMatch(/^validators: /m);
    expect(titles({ watch: true })).toMatch(/^watch: /m);
  });
});
