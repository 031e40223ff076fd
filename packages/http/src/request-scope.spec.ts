import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestScope } from './request-scope';

const url = new URL('https://crm.example.com/x?key=s3cret');
const timeouts = { connect: 10, idle: 20, total: 100 };

describe('RequestScope', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const scope = (): RequestScope =>
    new RequestScope(url, new AbortController().signal, { adapter: 'restAdapter', timeouts });

  it('runs the connect clock until the connection is up', () => {
    const made = scope();
    made.connecting(url);
    vi.advanceTimersByTime(9);
    made.connected();
    vi.advanceTimersByTime(19);
    expect(made.signal.aborted).toBe(false);
    made.connecting(url);
    vi.advanceTimersByTime(10);
    expect(made.signal.reason).toMatchObject({ failure: { type: 'timeout', phase: 'connect' } });
  });

  it('starts the idle clock anew with each sign of life', () => {
    const made = scope();
    made.connecting(url);
    made.connected();
    for (let i = 0; i < 3; i += 1) {
      vi.advanceTimersByTime(19);
      made.alive();
    }
    expect(made.signal.aborted).toBe(false);
    vi.advanceTimersByTime(20);
    expect(made.signal.reason).toMatchObject({ failure: { type: 'timeout', phase: 'idle' } });
  });

  it('runs one total clock over all redirects', () => {
    const made = scope();
    for (let hop = 0; hop < 10; hop += 1) {
      made.connecting(url);
      made.connected();
      vi.advanceTimersByTime(10);
    }
    expect(made.signal.reason).toMatchObject({ failure: { type: 'timeout', phase: 'total' } });
  });

  it.each(['connect', 'idle', 'total'] as const)(
    'says which setting to raise for %s, and no query value',
    (phase) => {
      const made = new RequestScope(url, new AbortController().signal, {
        adapter: 'restAdapter',
        timeouts: { connect: 1e6, idle: 1e6, total: 1e6, [phase]: 5 },
      });
      made.connecting(url);
      if (phase === 'idle') made.connected();
      vi.advanceTimersByTime(5);
      const { message } = made.signal.reason as Error;
      expect(message).toContain(`timeouts.${phase} of restAdapter.`);
      expect(message).toContain('GET https://crm.example.com/x?key=… ');
    },
  );

  it('leaves no timer behind, nor acts on its parent, once closed', () => {
    const parent = new AbortController();
    const made = new RequestScope(url, parent.signal, { adapter: 'restAdapter', timeouts });
    made.connecting(url);
    made.connected();
    made.close();
    expect(vi.getTimerCount()).toBe(0);
    parent.abort();
    expect(made.signal.aborted).toBe(false);
  });

  it('takes the reason of its parent, also of one that was aborted before', () => {
    const reason = new Error('cancelled');
    expect(
      new RequestScope(url, AbortSignal.abort(reason), { adapter: 'restAdapter', timeouts }).signal.reason,
    ).toBe(reason);
  });
});
