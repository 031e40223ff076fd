import { Context } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { LoadRequest } from '../contract/load';
import { Secret } from '../contract/secret';
import { AttemptContext } from './load-context';
import type { SecretProvider } from '../credentials/provider';

const CRM = 'https://crm.example.com';
const request: LoadRequest = {
  source: 'profile',
  query: {},
  entity: { name: 'Customer', id: 'c_1' },
  schema: {},
  credential: 'secret:A',
};

/** Runs something with the context of an attempt, and gives what was logged. */
async function logging(value: string, run: (context: AttemptContext) => void): Promise<string> {
  const entries: LogEntry[] = [];
  const environment = new MockActivityEnvironment(undefined, {
    logger: new DefaultLogger('DEBUG', (entry) => entries.push(entry)),
  });
  const provider: SecretProvider = {
    name: 'test',
    get: () => ({ secret: new Secret(value), origins: [CRM] }),
  };
  await environment.run(async () => {
    const { cancellationSignal } = Context.current();
    const context = new AttemptContext(
      Context.current(),
      request,
      cancellationSignal,
      { providers: [provider] },
      'rest',
    );
    await context.credential(CRM);
    run(context);
  });
  return JSON.stringify(entries.map(({ level, message, meta }) => [level, message, meta]));
}

it.each([
  ['default', 'profile Customer-c_1'],
  // Adapters name by it what they keep for a source: workflows of two namespaces may have one id.
  ['tenant-2', '[tenant-2] profile Customer-c_1'],
])('names the source and the workflow that loads it, in the namespace %s', async (namespace, caller) => {
  const environment = new MockActivityEnvironment({
    namespace,
    workflowExecution: { workflowId: 'Customer-c_1', runId: 'r' },
  });
  await environment.run(async () => {
    const context = new AttemptContext(
      Context.current(),
      request,
      Context.current().cancellationSignal,
      { providers: [] },
      'rest',
    );
    expect(context.caller).toBe(caller);
    expect(context.until(context.signal).caller).toBe(context.caller);
  });
});

describe("the log of a load's context", () => {
  it('holds no secret, in message or attributes, and says whose load it is', async () => {
    const log = await logging('s3cr3t-value', ({ log: { info } }) =>
      info('sent s3cr3t-value', { header: { authorization: 'Bearer s3cr3t-value' } }),
    );
    expect(log).not.toContain('s3cr3t-value');
    expect(log).toContain('sent [secret]');
    expect(log).toContain('"adapter":"rest"');
    expect(log).toContain('"source":"profile"');
  });

  it('holds no secret that was got with the credential, once it is told of it', async () => {
    const log = await logging('s3cr3t-value', (context) => {
      context.until(context.signal).conceal?.(new Secret('acc3ss-token'));
      context.log.info('sent acc3ss-token', { header: 'Bearer acc3ss-token' });
    });
    expect(log).not.toContain('acc3ss-token');
    expect(log).toContain('sent [secret]');
  });

  it('takes any attributes: a load does not fail because of what it logs', async () => {
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const log = await logging('12345678', ({ log: { warn, debug } }) => {
      warn('circular', circular);
      warn('bigint', { n: 1n });
      debug('number', { n: 12345678 });
      debug('nothing', undefined);
    });
    for (const message of ['circular', 'bigint', 'number', 'nothing']) expect(log).toContain(`"${message}"`);
    expect(log).not.toContain('12345678');
  });
});
