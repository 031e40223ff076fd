import { Worker } from '@temporalio/worker';
import { basename } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { quietRuntime, TestEnvironment } from './support/environment';
import { forgetRecorded, record, recorded, recordedNames, release } from './support/histories';
import { historiesOf } from './support/history';
import { SCENARIOS } from './support/scenarios';
import { testSecrets } from './support/secrets';

/**
 * Histories of an earlier version, replayed with the code as it is now: a change that would break workflows
 * which are running fails here. When such a change is meant to be (before the first release, or behind
 * `patched()`), `npm run record-histories` records them anew.
 */
const isRecording = process.env['RECORD_HISTORIES'] === '1';

if (isRecording) {
  describe('recording histories', () => {
    let env: TestEnvironment;
    beforeAll(async () => {
      await forgetRecorded();
      env = await TestEnvironment.start({ secrets: [testSecrets()] });
    });
    afterAll(() => env.stop());

    it.each(Object.entries(SCENARIOS))('%s', async (name, scenario) => {
      for (const { workflowId, as } of await scenario(env)) {
        await env.expectNeverWedged(workflowId);
        const histories = await historiesOf(env.client, workflowId);
        const file = as === undefined ? name : `${name}.${as}`;
        for (const [i, history] of histories.entries())
          await record(histories.length === 1 ? file : `${file}-${i + 1}`, history);
      }
    });
  });
} else {
  describe('a recorded history', async () => {
    const names = await recordedNames();

    it('exists for every scenario', () => {
      const current = names[release] ?? [];
      const covered = new Set(current.map((name) => basename(name).replace(/(\.\w+)?(-\d+)?$/, '')));
      expect([...covered].toSorted()).toEqual(Object.keys(SCENARIOS).toSorted());
    });

    it.each(Object.keys(names))('of release %s can be replayed', async (of) => {
      quietRuntime();
      const histories = await Promise.all((names[of] ?? []).map(recorded));
      const options = { workflowBundle: { codePath: inject('workflowBundle') } };
      let count = 0;
      for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
        expect(error && `${workflowId}: ${error.message}`).toBeUndefined();
        count++;
      }
      expect(count).toBe(histories.length);
    });

    it('with an update that is refused by now, and was taken then, can be replayed, too', async () => {
      quietRuntime();
      const { workflowId, history } = await recorded(`${release}/updates`);
      let changed = 0;
      for (const { workflowExecutionUpdateAcceptedEventAttributes: taken } of history.events ?? []) {
        const { name, args } = taken?.acceptedRequest?.input ?? {};
        const [payload] = args?.payloads ?? [];
        if (name !== 'update' || !payload?.data) continue;
        const update: unknown = JSON.parse(Buffer.from(payload.data).toString());
        payload.data = Buffer.from(JSON.stringify({ ...(update as object), changeOrigin: 5 }));
        changed++;
      }
      expect(changed).toBeGreaterThan(0);
      const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundle') } }, [
        { workflowId, history },
      ]);
      for await (const { error } of results) expect(error?.message).toBeUndefined();
    });

    it('of a run that a later release handed something over to says so, and fails the task', async () => {
      quietRuntime();
      const { workflowId, history } = await recorded(`${release}/continue-as-new-2`);
      const [payload] = history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
      if (!payload?.data) throw new Error('The run was started with nothing.');
      const start = JSON.parse(Buffer.from(payload.data).toString()) as { carried: { version: number } };
      expect(start.carried.version).toBe(1);
      start.carried.version = 2;
      payload.data = Buffer.from(JSON.stringify(start));
      const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundle') } }, [
        { workflowId, history },
      ]);
      for await (const { error } of results)
        expect(error?.message).toMatch(
          /carried\.version: is 2.*reads 1 at most.*Deploy the later version again/,
        );
    });

    it('of a class with a mistake that nobody looked for then can be replayed, too', async () => {
      quietRuntime();
      const { workflowId, history } = await recorded('0.1.0-alpha.1/loads');
      const started = history.events?.[0]?.workflowExecutionStartedEventAttributes;
      if (started) started.workflowType = { name: 'MisspeltWorkflow' };
      const results = Worker.runReplayHistories({ workflowBundle: { codePath: inject('workflowBundle') } }, [
        { workflowId, history },
      ]);
      for await (const { error } of results) expect(error?.message).toBeUndefined();
    });
  });
}
