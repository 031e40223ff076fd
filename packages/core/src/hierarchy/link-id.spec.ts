import { describe, expect, it } from 'vitest';
import { isEarlier, isOfRun, linkId, short } from './link-id';

describe('the id of a link', () => {
  const [run, other] = ['01a22d2f-e3e7-7894-af62-ea2a54bafab9', '01a22d2f-e3e7-7894-af62-ea2a54bafaba'];

  it('is short, and says by whom the link was made, and after which', () => {
    const id = linkId(short(run), 12);
    expect(id.length).toBeLessThanOrEqual('#12'.length + 11);
    expect([isOfRun(id, run), isOfRun(id, other)]).toEqual([true, false]);
    expect(isEarlier(linkId(short(run), 9), id)).toBe(true);
    expect([isEarlier(id, id), isEarlier(linkId(short(other), 9), id)]).toEqual([false, false]);
  });

  it('has the whole run in it where the run began with the first versions', () => {
    const [before, after] = [linkId(run, 1), linkId(short(run), 2)];
    expect([isOfRun(before, run), isOfRun(before, other)]).toEqual([true, false]);
    expect([isEarlier(before, after), isEarlier(after, before)]).toEqual([true, false]);
  });
});
