import { describe, expect, it } from 'vitest';
import { after, type ChildEvent, type ChildState, isLive, statusOf } from './child-state';

const way = (from: ChildState, ...events: readonly ChildEvent[]): ChildState => events.reduce(after, from);

describe('the states of a child', () => {
  it('leads from its turn to its end', () => {
    expect(way('waiting', 'start', 'join')).toBe('running');
    expect(way('waiting', 'start', 'join', 'complete')).toBe('completed');
    expect(way('waiting', 'start', 'join', 'cancel', 'again', 'start')).toBe('starting');
    expect(way('waiting', 'start', 'fail', 'again')).toBe('waiting');
  });

  it('asks a workflow that has its id, and joins it also when it answers late', () => {
    expect(way('waiting', 'start', 'exists')).toBe('attaching');
    expect(way('attaching', 'join')).toBe('running');
    expect(way('attaching', 'silence')).toBe('unanswered');
    expect(way('attaching', 'silence', 'join')).toBe('running');
    expect(way('attaching', 'silence', 'cancel')).toBe('cancelled');
  });

  it('joins anew one that was let go and is wanted again', () => {
    expect(way('running', 'rejoin')).toBe('attaching');
    expect(way('starting', 'rejoin')).toBe('attaching');
    expect(way('running', 'stop', 'stopped')).toBe('waiting');
  });

  it('is not moved by what is no news', () => {
    expect(way('completed', 'cancel', 'again', 'join')).toBe('completed');
    expect(way('running', 'join', 'exists', 'silence')).toBe('running');
  });

  it('says who takes signals, and what a client is told', () => {
    const states: ChildState[] = ['waiting', 'starting', 'attaching', 'unanswered', 'running', 'stopping'];
    expect(states.filter(isLive)).toEqual(['attaching', 'unanswered', 'running']);
    expect(states.map(statusOf)).toEqual([
      undefined,
      'starting',
      'attaching',
      'failed',
      'running',
      undefined,
    ]);
  });
});
