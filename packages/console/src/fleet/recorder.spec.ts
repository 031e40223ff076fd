import { describe, expect, it } from 'vitest';
import type { Glance } from './glance';
import { Recorder } from './recorder';
import type { Source } from './reason';

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 12, 0, second)).toISOString();
const now = (): number => Date.UTC(2026, 0, 1, 12, 5, 30);

function glance(source: Partial<Source>, more: Partial<Glance> & { readonly events?: number } = {}): Glance {
  const { events = 10, ...rest } = more;
  const row = { id: 'a', type: 'A', status: 'running', startedAt: at(0), events };
  return {
    row,
    sources: { profile: { adapter: 'rest', ...source } },
    attempts: new Map(),
    mark: `run ${events}`,
    asked: 2,
    isOther: false,
    ...rest,
  };
}

function minute(...looks: readonly Glance[]) {
  const recorder = new Recorder(now);
  let before: Glance | undefined;
  for (const look of looks) {
    recorder.saw(look, before);
    before = look;
  }
  return recorder.minutes[0];
}

describe('Recorder', () => {
  it('counts nothing at the first look but what it asked', () => {
    expect(minute(glance({ lastCheckedAt: at(1) }))).toEqual({
      at: '2026-01-01T12:05:00.000Z',
      ...{ changed: 0, unchanged: 0, failed: {}, events: 0, actions: 0, asked: 2, lag: {} },
    });
  });

  it('tells loads that brought a change from those that brought none', () => {
    const looks = [
      glance({ lastCheckedAt: at(1), lastChangedAt: at(1) }),
      glance({ lastCheckedAt: at(2), lastChangedAt: at(1) }, { events: 14 }),
      glance({ lastCheckedAt: at(3), lastChangedAt: at(3) }, { events: 20 }),
    ];
    expect(minute(...looks)).toMatchObject({ changed: 1, unchanged: 1, events: 10, actions: 2, asked: 6 });
  });

  it('counts every look of a watch, which the server has counted', () => {
    const watch = { watch: {}, lastCheckedAt: at(1) };
    const looks = [
      glance(watch, { attempts: new Map([['watch-profile-1', 3]]) }),
      glance({ ...watch, lastCheckedAt: at(9) }, { attempts: new Map([['watch-profile-1', 11]]) }),
      glance(watch, { attempts: new Map([['watch-profile-2', 2]]) }),
    ];
    expect(minute(...looks)).toMatchObject({ unchanged: 9, changed: 0, actions: 9 });
  });

  it('counts failures in a row by their kind', () => {
    const failed = (failures: number): Partial<Source> => ({
      lastError: { kind: 'throttled', message: '', at: at(failures), failures },
    });
    expect(minute(glance({}), glance(failed(1)), glance(failed(4)))).toMatchObject({
      failed: { throttled: 4 },
    });
  });

  it('counts the events of a run that began anew from its start', () => {
    const looks = [glance({}, { events: 4_000 }), glance({}, { events: 7, mark: 'next 7' })];
    expect(minute(...looks)).toMatchObject({ events: 7, actions: 3 });
  });

  it('keeps the longest lag of a feed', () => {
    const recorder = new Recorder(now);
    for (const ms of [1_000, 9_400, 2_000]) recorder.lags('Feed-all', ms);
    expect(recorder.minutes[0]?.lag).toEqual({ 'Feed-all': 9 });
  });
});
