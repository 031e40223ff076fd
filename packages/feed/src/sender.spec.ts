import { describe, expect, it } from 'vitest';
import { RESOURCE_EXHAUSTED } from './grpc';
import { Sender, type SenderOptions } from './sender';

const sender = (options: Partial<SenderOptions> = {}): { sender: Sender; warnings: string[] } => {
  const warnings: string[] = [];
  const log = { debug() {}, info() {}, warn: (message: string) => void warnings.push(message) };
  const signal = new AbortController().signal;
  return { sender: new Sender({ concurrency: 3, perSecond: 10_000, signal, log, ...options }), warnings };
};

/** What gRPC throws. */
const failure = (code: number): Error =>
  Object.assign(new Error('no'), { code, details: 'no', metadata: {} });

describe('a sender', () => {
  it('sends each, and no more at a time than it may', async () => {
    const { sender: some } = sender();
    const sent: number[] = [];
    let underWay = 0;
    let most = 0;
    await some.all([1, 2, 3, 4, 5, 6, 7], async (item) => {
      most = Math.max(most, ++underWay);
      await new Promise(setImmediate);
      underWay--;
      sent.push(item);
    });
    expect(sent.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('begins no more in a second than it may', async () => {
    const { sender: slow } = sender({ perSecond: 100 });
    const began = performance.now();
    await slow.all(
      Array.from({ length: 11 }, (_, i) => i),
      async () => {},
    );
    // Ten gaps of ten milliseconds, of which each may be cut short by one.
    expect(performance.now() - began).toBeGreaterThanOrEqual(85);
  });

  it('waits when the server has enough, says so, and sends what was refused again', async () => {
    const { sender: patient, warnings } = sender();
    let refusals = 2;
    const sent: string[] = [];
    await patient.all(['a', 'b', 'c'], async (item) => {
      if (refusals-- > 0) throw failure(RESOURCE_EXHAUSTED);
      sent.push(item);
    });
    expect(sent.toSorted()).toEqual(['a', 'b', 'c']);
    // Those that were under way together are told together.
    expect(warnings).toEqual([expect.stringContaining('RESOURCE_EXHAUSTED')]);
  });

  it('begins no other after one that failed, and gives its error', async () => {
    const { sender: some } = sender({ concurrency: 1 });
    const sent: string[] = [];
    const all = some.all(['a', 'b', 'c'], async (item) => {
      if (item === 'b') throw failure(14);
      sent.push(item);
    });
    await expect(all).rejects.toThrow('no');
    expect(sent).toEqual(['a']);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    const { sender: slow } = sender({ perSecond: 0.001, signal: controller.signal });
    const all = slow.all(['a', 'b'], async () => controller.abort(new Error('stop')));
    await expect(all).rejects.toThrow();
  });
});
