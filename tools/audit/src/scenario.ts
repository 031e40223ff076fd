import { mkdir, rename, writeFile } from 'node:fs/promises';
import { randomBytes, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Keyring, sealToken, StatefulClient, type StatefulHandle } from '@stateful-workflow/core/client';
import { freePort } from '@stateful-workflow/dev-services';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { Client, type Connection } from '@temporalio/client';
import { type Canary, newCanary } from './canary';
import { startMirror } from './mirror';
import { mirrorUse, runMirrorScenario } from './mirror-scenario';
import type { Haystack } from './search';
import { startUpstream, type Upstream } from './upstream';
import { until } from './until';
import { WorkerProcess } from './worker-process';

/** What {@link runScenario} needs. */
export interface ScenarioOptions {
  readonly connection: Connection;
  readonly address: string;
  /** For what it writes to disk. */
  readonly directory: string;
  readonly progress: (line: string) => void;
}

/** What came out of {@link runScenario}. */
export interface Scenario {
  readonly canaries: readonly Canary[];
  /** A token that a foreign client sent in plaintext: it stands in those two events, and nowhere else. */
  readonly sent: { readonly canary: Canary; readonly workflowId: string };
  /** What is searched besides the server's own. */
  readonly texts: readonly Haystack[];
  /** Canaries that the API was sent, so that it is known that they were in use. */
  readonly used: ReadonlySet<string>;
  /** Ends the worker; workflows answer queries until then. */
  stop(): Promise<void>;
}

/** Runs a hierarchy through everything that could carry a secret to where it must not be. */
export async function runScenario({
  connection,
  address,
  directory,
  progress,
}: ScenarioOptions): Promise<Scenario> {
  const tokens = {
    environment: newCanary('environment'),
    file: newCanary('file'),
    rotatedFile: newCanary('file, rotated'),
    custom: newCanary('custom provider'),
    sealed: newCanary('sealed by the client'),
    rotated: newCanary('sealed, rotated'),
    signalled: newCanary('sealed, by signal'),
    rejected: newCanary('plaintext, to the update'),
    sent: newCanary('plaintext, from a foreign client'),
    mirrored: newCanary('given back by the API'),
    password: newCanary('password of user:password'),
    client: newCanary('secret of an OAuth client'),
    first: newCanary('access token, the first'),
    renewed: newCanary('access token, renewed'),
    key: { label: 'key of the keyring', value: randomBytes(32).toString('base64') },
  };
  const upstream = await startUpstream();
  const mirror = await startMirror({ first: tokens.first.value, renewed: tokens.renewed.value });
  const secretsDirectory = join(directory, 'secrets');
  await mkdir(secretsDirectory);
  const writeSecret = async (value: string): Promise<void> => {
    await writeFile(join(secretsDirectory, 'next'), `${value}\n`);
    await rename(join(secretsDirectory, 'next'), join(secretsDirectory, 'FILE'));
  };
  await writeSecret(tokens.file.value);
  const keyringFile = join(directory, 'keyring.json');
  const keys = { primary: 'k', keys: { k: tokens.key.value } };
  await writeFile(keyringFile, JSON.stringify(keys), { mode: 0o600 });
  const keyring = new Keyring(keys);

  progress('bundling the workflows');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(__dirname, 'workflows.js'),
    logger: new DefaultLogger('ERROR'),
  });
  const bundle = join(directory, 'workflows.js');
  await writeFile(bundle, code);
  const taskQueue = `audit-${randomUUID().slice(0, 8)}`;
  const metrics = `127.0.0.1:${await freePort()}`;
  const settings = {
    address,
    taskQueue,
    bundle,
    origin: upstream.url,
    mirror: { bearer: mirror.bearer, basic: mirror.basic, oauth: mirror.oauth },
    secretsDirectory,
    keyringFile,
    metrics,
  };
  const variables = {
    AUDIT_ENVIRONMENT_TOKEN: tokens.environment.value,
    AUDIT_CUSTOM_TOKEN: tokens.custom.value,
    AUDIT_MIRROR_TOKEN: tokens.mirrored.value,
    AUDIT_PAIR: `audit-user:${tokens.password.value}`,
    AUDIT_CLIENT_SECRET: tokens.client.value,
  };
  const workers: WorkerProcess[] = [];
  const startWorker = async (): Promise<WorkerProcess> => {
    const worker = await WorkerProcess.start(settings, variables);
    workers.push(worker);
    return worker;
  };
  const first = await startWorker();
  const texts: Haystack[] = [];
  const readMetrics = async (): Promise<void> => {
    texts.push({
      where: 'metrics of the worker',
      text: await (await fetch(`http://${metrics}/metrics`)).text(),
    });
  };

  const client = new Client({ connection });
  const accounts = new StatefulClient(client, {
    workflow: 'AccountWorkflow',
    taskQueue,
    seal: { keyring, origins: [upstream.url] },
  });
  const apiUrl = upstream.url;

  progress('a hierarchy with a token by name: it starts, and its children');
  const named = await accounts.start({ id: 'a_1', apiUrl, apiToken: 'secret:ENVIRONMENT' });
  await childrenOf(named);
  progress('tokens by file and from a custom provider, rotated there');
  await named.rotateToken('secret:FILE');
  await writeSecret(tokens.rotatedFile.value);
  await named.refresh();
  await named.rotateToken('secret:CUSTOM');
  await named.rotateToken('secret:MISSING' as const);
  await named.rotateToken('secret:BROKEN' as const);
  await named.rotateToken('secret:ENVIRONMENT');

  progress('tokens sealed by the client: at start, by update, by signal; handed down');
  const sealing = await accounts.start({ id: 'a_2', apiUrl, apiToken: { value: tokens.sealed.value } });
  await childrenOf(sealing);
  await sealing.rotateToken({ value: tokens.rotated.value });
  const reference = sealToken(tokens.signalled.value, { keyring, origins: [upstream.url] });
  await sealing.temporal.signal('apiToken', reference);
  await until('the token that was signalled is sent', () => hasSeen(upstream, tokens.signalled));

  texts.push(...(await runMirrorScenario(client, taskQueue, mirror, progress)));

  progress('an adapter that repeats its secret in every spelling');
  const paired = await accounts.start({ id: 'a_4', apiUrl, apiToken: 'secret:PAIR' });
  for (let load = 0; load < 24; load++) await paired.refresh();

  progress('an API that repeats the token in 401s, 500s and redirects, and breaks off');
  for (const mode of ['echo 401', 'echo 500', 'redirect', 'reset'] as const) {
    upstream.mode = mode;
    for (const handle of [named, sealing]) await handle.refresh();
    await readMetrics();
  }
  upstream.mode = 'ok';
  for (const handle of [named, sealing]) await handle.refresh();

  progress('an address that the secret is not bound to');
  await named.setApiUrl('http://127.0.0.1:9');
  await named.refresh();
  await named.setApiUrl(apiUrl);

  progress('plaintext at every door');
  const rejected = client.workflow
    .getHandle(named.workflowId)
    .executeUpdate('rotateToken', { args: [tokens.rejected.value] });
  texts.push({ where: 'the answer of the update that was rejected', text: await failureOf(rejected) });
  texts.push({
    where: 'the error of the typed client',
    text: await failureOf(named.rotateToken(tokens.rejected.value as 'secret:X')),
  });
  const foreign = 'Account-a_3';
  await client.workflow.start('AccountWorkflow', {
    workflowId: foreign,
    taskQueue,
    args: [{ id: 'a_3', apiUrl, apiToken: tokens.sent.value }],
  });
  await client.workflow.getHandle(foreign).signal('apiToken', tokens.sent.value);
  await until('the plaintext is refused', async () => {
    const { count } = await client.workflow.getHandle(foreign).query<{ count: number }>('rejectedSignals');
    return count === 2;
  });

  progress('a worker that is killed in the middle of a load');
  const hangs = upstream.hanging();
  upstream.mode = 'hang';
  await sealing.temporal.signal('refresh');
  await hangs;
  await first.kill();
  upstream.mode = 'ok';
  await startWorker();

  progress('continue-as-new, with everything that is carried');
  const { runId: before } = await sealing.temporal.describe();
  await until('a run continues as new', async () => {
    await sealing.refresh();
    return (await sealing.temporal.describe()).runId !== before;
  });
  await childrenOf(sealing);
  await readMetrics();

  return {
    canaries: Object.values(tokens).filter((token) => token !== tokens.sent),
    sent: { canary: tokens.sent, workflowId: foreign },
    texts,
    used: new Set(
      Object.values(tokens)
        .filter((token) => hasSeen(upstream, token))
        .concat(mirrorUse(mirror, tokens))
        .map(({ label }) => label),
    ),
    stop: async () => {
      await Promise.all(workers.map((each) => each.kill()));
      workers.forEach(({ output }, i) => texts.push({ where: `what worker ${i + 1} wrote`, text: output }));
      await Promise.all([upstream.stop(), mirror.stop()]);
    },
  };
}

const hasSeen = ({ seen }: Upstream, { value }: Canary): boolean => seen.has(`Bearer ${value}`);

/** Waits until the children of an account run. */
const childrenOf = (handle: StatefulHandle): Promise<void> =>
  until(`${handle.workflowId} has its children`, async () => {
    const children = await handle.children();
    return children.length === 3 && children.every(({ status }) => status === 'running');
  });

/** What a call that is to fail says. */
async function failureOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    const { message, stack, cause } = error as Error;
    return [message, stack, String(cause), JSON.stringify(error)].join('\n');
  }
  throw new Error('A token in plaintext was taken.');
}
