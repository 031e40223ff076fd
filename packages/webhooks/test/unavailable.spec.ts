import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { freePort, startTemporal } from '@stateful-workflow/dev-services';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { event, eventually, TestEnvironment, told } from './support/environment';

/** A connection whose calls fail at once, where others are tried again until their time is over. */
const connectionTo = (address: string): Connection =>
  Connection.lazy({
    address,
    interceptors: [makeGrpcRetryInterceptor({ ...defaultGrpcRetryOptions(), retryableDecider: () => false })],
  });

describe('where Temporal does not accept an event', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start();
  });
  afterAll(() => env.stop());

  it('the sender is told to come again, and the event is none of those that were accepted', async () => {
    const connection = connectionTo(`127.0.0.1:${await freePort()}`);
    const { handler, reports, lines } = env.handler({ client: new Client({ connection }) });
    for (let attempt = 0; attempt < 2; attempt++) {
      const answer = await handler(await event('c_1', { id: 'evt_1' }));
      expect(answer.headers.get('retry-after')).toBe('10');
      expect(await told(answer)).toEqual({ status: 503, outcome: 'unavailable' });
    }
    expect(reports).toMatchObject(Array(2).fill({ outcome: 'unavailable', id: 'evt_1' }));
    expect(lines.join()).toContain('did not accept an event for workflow "Customer-c_1": ');
    expect(lines.join()).toContain('UNAVAILABLE');
    await connection.close();
  });

  it('so it is where Temporal has too much to do, until it has less', async () => {
    const temporal = await startTemporal({
      dynamicConfig: { 'frontend.namespaceRPS': 1, 'frontend.namespaceBurstRatio': 1 },
    });
    const connection = connectionTo(temporal.address);
    const { handler, lines } = env.handler({ client: new Client({ connection }), gatherMs: 0 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => handler(await event(`c_${i}`, { id: `evt_${i}` }))),
    );
    const turned = answers.filter(({ status }) => status === 503);
    expect(turned.length).toBeGreaterThan(0);
    for (const answer of turned) expect(answer.headers.get('retry-after')).toBe('10');
    expect(lines.join()).toContain('RESOURCE_EXHAUSTED');
    await eventually(async () => {
      const answer = await handler(await event('c_1', { id: 'evt_again' }));
      expect(await told(answer)).toEqual({ status: 200, outcome: 'unknown' });
    });
    await connection.close();
    await temporal.stop();
  });
});
