import { describe, expect, it } from 'vitest';
import { Inbox, namedIn, refreshes, toldAs } from './inbox';

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

  it('knows of which sources a refresh is, which the class does not hear', () => {
    const inbox = new Inbox();
    for (const trigger of ['update', ...refreshes(['profile', 'orders'])] as const) inbox.add(trigger);
    const triggers = inbox.take();
    expect([...namedIn(triggers)]).toEqual(['profile', 'orders']);
    expect([...toldAs(triggers)]).toEqual(['update', 'refresh']);
    expect(namedIn(refreshes([])).size).toBe(0);
  });
});
