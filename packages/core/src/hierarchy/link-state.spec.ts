import { describe, expect, it } from 'vitest';
import { type LinkEvent, type LinkState, TRANSITIONS } from './link-state';

const HOLDER: readonly LinkState[] = ['apart', 'joining', 'joined'];
const HOME: readonly LinkState[] = ['telling', 'owing', 'left'];
const after = (from: LinkState, ...events: readonly LinkEvent[]): LinkState =>
  events.reduce((state, event) => TRANSITIONS[state][event] ?? state, from);

describe('the states of a link', () => {
  it('leads a holder from the start of a child to its end, and round again', () => {
    expect(after('apart', 'start')).toBe('joined');
    expect(after('apart', 'start', 'gone')).toBe('apart');
    expect(after('apart', 'attach')).toBe('joining');
    expect(after('apart', 'attach', 'whole')).toBe('joined');
    expect(after('apart', 'attach', 'gone')).toBe('apart');
  });

  it('has a holder join again where the child knows it no more, also while it joins', () => {
    expect(after('joined', 'stranger')).toBe('joining');
    expect(after('joining', 'stranger', 'whole')).toBe('joined');
  });

  it('has a home owe the whole until it has sent it, once for many askings', () => {
    expect(after('telling', 'owe', 'owe')).toBe('owing');
    expect(after('owing', 'told')).toBe('telling');
    expect(after('telling', 'told')).toBe('telling');
  });

  it.each([...HOLDER, ...HOME])('lets %s go from any state, for good at a home', (state) => {
    const left = HOLDER.includes(state) ? 'apart' : 'left';
    expect([after(state, 'leave'), after(state, 'gone')]).toEqual([left, left]);
    expect(after('left', 'owe', 'told', 'whole')).toBe('left');
  });

  it('has no way from an end of a holder to one of a home, or back', () => {
    for (const states of [HOLDER, HOME])
      for (const state of states)
        expect(states, state).toEqual(expect.arrayContaining(Object.values(TRANSITIONS[state])));
  });
});
