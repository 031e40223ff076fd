import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { CredentialError, type CredentialReference, type Secret } from '../src/index';
import { sealToken } from '../src/client';
import { activityCredentials, createRegistry, credentialFor, customSecrets, Keyring } from '../src/worker';
import { TestEnvironment } from './support/environment';
import { historiesOf, textOf } from './support/history';
import { CRM, ELSEWHERE, testSecrets, TOKENS } from './support/secrets';

const KEY = Buffer.alloc(32, 7).toString('base64');
const keyring = new Keyring({ primary: 'k1', keys: { k1: KEY } });
const secrets = testSecrets();
/** What somebody rotates behind a provider that keeps what it was given. */
let rotating: string | undefined;
const cached = customSecrets({
  name: 'a manager',
  get: (name) => (name === 'ROTATED' && rotating ? { value: rotating, origins: [CRM] } : undefined),
  cacheMs: 3_600_000,
});

/** What an activity of the user's own does with the secret it gets. */
type WriteBack = (secret: Secret) => unknown;
let writeBack: WriteBack;

const activities = {
  async writeBack(reference: CredentialReference, origin: string): Promise<unknown> {
    const { secret } = await credentialFor(Context.current(), reference, origin);
    return writeBack(secret);
  },
};

describe('credentialFor()', () => {
  let env: TestEnvironment;
  beforeAll(async () => {
    env = await TestEnvironment.start({
      secrets: [secrets, cached],
      encryption: { keyring },
      worker: { activities },
    });
  });
  afterAll(() => env.stop());

  /** Runs the activity from a workflow. @returns what came of it, and all that the history holds */
  async function run(reference: unknown, origin: unknown, does: WriteBack) {
    writeBack = does;
    const workflowId = `write-${randomUUID()}`;
    const handle = await env.client.workflow.start('WritingBackWorkflow', {
      workflowId,
      taskQueue: env.taskQueue,
      args: [reference, origin],
    });
    const outcome = (await handle.result()) as { result?: unknown; message?: string; type?: string };
    const histories = await historiesOf(env.client, workflowId);
    return { outcome, history: textOf(histories.flatMap(({ events }) => events ?? [])) };
  }

  it('gives the secret that is named, and the one that is sealed', async () => {
    const seen: string[] = [];
    const does: WriteBack = (secret) => seen.push(secret.reveal());
    await run('secret:FIRST', CRM, does);
    await run(sealToken('sealed-token-5d1f9b', { keyring, origins: [CRM] }), `${CRM}/customers/1`, does);
    expect(seen).toEqual([TOKENS.FIRST, 'sealed-token-5d1f9b']);
  });

  it.each([
    ['secret:FIRST', ELSEWHERE, 'CREDENTIAL_MISBOUND', /not bound to https:\/\/elsewhere/],
    ['secret:TICKETS', CRM, 'CREDENTIAL_MISBOUND', /may not be used by workflow type WritingBackWorkflow/],
    ['secret:NOBODY', CRM, 'CREDENTIAL_MISSING', /secret:NOBODY was not found/],
    ['a-token-in-plaintext', CRM, 'CREDENTIAL_PLAINTEXT', /has a token in plaintext/],
    [null, CRM, 'CREDENTIAL_MISSING', /was given no credential reference/],
    ['secret:FIRST', 'crm', 'INPUT_INVALID', /origin: is not an origin/],
  ])('gives nothing for %s to %s', async (reference, origin, code, message) => {
    let isCalled = false;
    const { outcome } = await run(reference, origin, () => (isCalled = true));
    expect(outcome).toMatchObject({ type: code, message: expect.stringMatching(message) });
    expect(isCalled).toBe(false);
  });

  it('leaves nothing of the secret in a failure, however the activity says it', async () => {
    const { outcome, history } = await run('secret:FIRST', CRM, (secret) => {
      const token = secret.reveal();
      throw ApplicationFailure.create({
        type: 'crm.refused',
        message: `PUT /customers/1 with Bearer ${token} answered 400`,
        nonRetryable: true,
        details: [{ header: `Bearer ${token}`, status: 400 }],
        cause: new Error(`socket of ${encodeURIComponent(token)}`, { cause: new Error(`key ${token}`) }),
      });
    });
    expect(outcome).toMatchObject({
      type: 'crm.refused',
      message: 'PUT /customers/1 with Bearer [secret] answered 400',
      details: [{ header: 'Bearer [secret]', status: 400 }],
      causes: ['socket of [secret]', 'key [secret]'],
    });
    expect(history).not.toContain(TOKENS.FIRST);
    expect(history).toContain('answered 400');
  });

  it('leaves nothing of it in an error of another kind, or in the result', async () => {
    const thrown = await run('secret:SECOND', CRM, (secret) => {
      throw new TypeError(`cannot read ${secret.reveal()}`);
    });
    expect(thrown.outcome).toMatchObject({ type: 'TypeError', message: 'cannot read [secret]' });
    expect(thrown.history).not.toContain(TOKENS.SECOND);
    const returned = await run('secret:SECOND', CRM, (secret) => ({ echoed: [`Bearer ${secret.reveal()}`] }));
    expect(returned.outcome).toEqual({ result: { echoed: ['Bearer [secret]'] } });
    expect(returned.history).not.toContain(TOKENS.SECOND);
  });

  it('leaves a result as it is but for the secret, and refuses one in which that cannot be taken out', async () => {
    const at = new Date(0);
    const mixed = await run('secret:FIRST', CRM, (secret) => ({
      at,
      link: new URL(`${CRM}/?key=${secret.reveal()}`),
    }));
    expect(mixed.outcome).toEqual({
      result: { at: at.toJSON(), link: `${CRM}/?key=[secret]` },
    });
    const bytes = await run('secret:FIRST', CRM, (secret) => Buffer.from(`Bearer ${secret.reveal()}`));
    expect(bytes.outcome).toMatchObject({ type: 'SECRET_EXPOSED' });
    const harmless = await run('secret:FIRST', CRM, () => Buffer.from('PDF'));
    expect(harmless.outcome.result).toBeDefined();
  });

  it.each([
    ['nothing at all', undefined],
    ['null', null],
    ['a text', `Bearer ${TOKENS.FIRST}`],
    ['an object', { message: `Bearer ${TOKENS.FIRST}` }],
    ['an error of ours', new CredentialError('CREDENTIAL_INVALID', `Bearer ${TOKENS.FIRST}`)],
    ['a cancellation', new CancelledFailure(`Bearer ${TOKENS.FIRST}`)],
  ])('leaves nothing of it in what is thrown: %s', async (_, thrown) => {
    const { outcome, history } = await run('secret:FIRST', CRM, () => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- a user's code may
      throw thrown;
    });
    expect(outcome.message).toBe(thrown == null ? String(thrown) : 'Bearer [secret]');
    expect(history).not.toContain(TOKENS.FIRST);
  });

  it.each([[42], [{ reference: 'secret:FIRST' }], [['secret:FIRST']], [true]])(
    'says of %j that it is no reference',
    async (reference) => {
      const { outcome } = await run(reference, CRM, () => undefined);
      expect(outcome).toMatchObject({
        type: 'INPUT_INVALID',
        message: expect.stringMatching(/^reference: is not a credential reference\. Hand/),
      });
    },
  );

  it('asks anew for a secret that was refused, although it is cached', async () => {
    const revealed: string[] = [];
    const does: WriteBack = (secret) => {
      revealed.push(secret.reveal());
      throw ApplicationFailure.nonRetryable('answered 401');
    };
    rotating = 'cached-token-before-11';
    await run('secret:ROTATED', CRM, does);
    rotating = 'cached-token-after-22';
    await run('secret:ROTATED', CRM, does);
    expect(revealed).toEqual(['cached-token-before-11', 'cached-token-after-22']);
  });

  it('says what a worker lacks that does not have it', async () => {
    const context = {} as Context;
    const asked = credentialFor(context, 'secret:FIRST', CRM);
    await expect(asked).rejects.toThrow(CredentialError);
    await expect(asked).rejects.toThrow(
      /This worker does not know .* statefulWorkflow\(\{ registry, secrets \}\)/,
    );
    expect(() => activityCredentials({ secrets: [42] as never })).toThrow(/secrets/);
  });

  it('has types that keep a secret from being taken for a reference', () => {
    expectTypeOf(credentialFor).parameters.toEqualTypeOf<[Context, CredentialReference, string]>();
    expectTypeOf(credentialFor).returns.resolves.toHaveProperty('secret').toEqualTypeOf<Secret>();
    // @ts-expect-error a token in plaintext is no reference
    const wrong = () => credentialFor({} as Context, 'hunter2', CRM);
    expect(wrong).toBeTypeOf('function');
    expect(createRegistry([]).adapters).toEqual([]);
  });
});
