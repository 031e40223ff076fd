import { describe, expect, it } from 'vitest';
import { Inbox } from './inbox';

describe('Inbox', () => {
  it('takes equal triggers for one, and hands all out together', () => {
    const inbox = new Inbox();
    expect(inbox.size).toBe(0);
    for (const trigger of ['update', 'refresh', 'update'] as const) inbox.add(trigger);
    expect([...inbox.take()]).toEqual(['update', 'refresh']);
    expect(inbox.size).toBe(0);
  });

  it('goes on where the run before stopped', () => {
    const before = new Inbox(['update']);
    before.add('refresh');
    const after = new Inbox([...before]);
    expect([...after.take()]).toEqual(['update', 'refresh']);
    expect(before.size).toBe(2);
  });
});
