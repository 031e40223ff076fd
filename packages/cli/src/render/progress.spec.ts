import { describe, expect, it } from 'vitest';
import { progressOn } from './progress';

function setup(isTTY: boolean) {
  const written: string[] = [];
  const stderr = { write: (text: string) => written.push(text), isTTY };
  const clock = { now: 0 };
  const onInterrupt = () => () => {};
  const progress = progressOn({ stdout: stderr, stderr, env: {}, now: () => clock.now, onInterrupt });
  return { written, clock, progress };
}

describe('progressOn', () => {
  it('shows nothing of a short task', () => {
    const { written, clock, progress } = setup(true);
    progress.report('1 of 2');
    clock.now = 299;
    progress.report('2 of 2');
    progress.clear();
    expect(written).toEqual([]);
  });

  it('shows a long one in one line, not too often, and takes it away', () => {
    const { written, clock, progress } = setup(true);
    for (clock.now = 0; clock.now <= 500; clock.now += 10) progress.report(`at ${clock.now}`);
    progress.clear();
    progress.clear();
    expect(written).toEqual(['\r\u001b[Kat 300', '\r\u001b[Kat 400', '\r\u001b[Kat 500', '\r\u001b[K']);
  });

  it('shows nothing where standard error is no terminal', () => {
    const { written, clock, progress } = setup(false);
    clock.now = 1_000;
    progress.report('1 of 2');
    progress.clear();
    expect(written).toEqual([]);
  });
});
