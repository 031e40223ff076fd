import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTemporal } from '@stateful-workflow/dev-services';
import { Client, Connection } from '@temporalio/client';
import { collect } from './collect';
import { runDemo } from './demo';
import { plant as plantSecrets } from './plant';
import { runScenario } from './scenario';
import { type Find, type Haystack, Search } from './search';

/** How {@link audit} runs. */
export interface AuditOptions {
  /** Only puts secrets where they must not be, to see that they are found. */
  readonly plant: boolean;
  /** Whether the demo's tour is looked at, too. */
  readonly demo: boolean;
  readonly progress: (line: string) => void;
}

/** What {@link audit} found. */
export interface AuditResult {
  readonly finds: readonly Find[];
  readonly canaries: number;
  readonly texts: number;
  readonly bytes: number;
  /** Secrets that were never sent to an API: the audit would say nothing of them. */
  readonly unused: readonly string[];
}

/** The server's own database, which holds more than it shows. */
const DATABASE = 'temporal.db';

/** Secrets that are refused before they are used, or never sent. */
const NEVER_SENT = /^plaintext|^key of/;

/** Runs everything that could leak a secret, then looks for each one everywhere. */
export async function audit({ plant, demo, progress }: AuditOptions): Promise<AuditResult> {
  const directory = await mkdtemp(join(tmpdir(), 'stateful-workflow-audit-'));
  progress('starting a Temporal server');
  const temporal = await startTemporal({
    env: { ...process.env, TEMPORAL_ADDRESS: undefined },
    dbFilename: join(directory, DATABASE),
  });
  const connection = await Connection.connect({ address: temporal.address });
  try {
    const { address, namespace } = temporal;
    const scenario = plant
      ? await plantSecrets(new Client({ connection }), address, progress)
      : await runScenario({ connection, address, directory, progress });
    const toured = demo && !plant ? await runDemo(address, directory, progress) : { canaries: [], texts: [] };
    progress('searching');
    const canaries = [...scenario.canaries, ...toured.canaries];
    const search = new Search([...canaries, scenario.sent.canary]);
    const result = { finds: [] as Find[], canaries: canaries.length + 1, texts: 0, bytes: 0 };
    const look = (haystack: Haystack): void => {
      result.texts += 1;
      result.bytes += haystack.text.length;
      result.finds.push(...search.in(haystack).filter((find) => !isOwnWord(find, haystack, scenario.sent)));
    };
    for await (const haystack of collect(connection, namespace)) look(haystack);
    await scenario.stop();
    for (const haystack of [...scenario.texts, ...toured.texts, ...(await filesIn(directory))])
      look(haystack);
    const unused = scenario.canaries
      .map(({ label }) => label)
      .filter((label) => !scenario.used.has(label) && !NEVER_SENT.test(label));
    return { ...result, unused };
  } finally {
    await connection.close();
    await temporal.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Whether it is what a foreign client wrote into the history itself: its start argument and its signal. */
function isOwnWord(
  { canary }: Find,
  { where, text }: Haystack,
  sent: { readonly canary: { readonly label: string }; readonly workflowId: string },
): boolean {
  return (
    canary === sent.canary.label &&
    (where.startsWith(`file ${DATABASE}`) ||
      (where.startsWith(`history of ${sent.workflowId} `) &&
        /"workflowExecution(Started|Signaled)EventAttributes"/.test(text)))
  );
}

/** Files that the audit, its workers and the demo have left, but for those that hold the secrets themselves. */
async function filesIn(directory: string): Promise<Haystack[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter(
      (path) => !path.startsWith(join(directory, 'secrets')) && path !== join(directory, 'keyring.json'),
    );
  return Promise.all(
    files.map(async (path) => ({
      where: `file ${path.slice(directory.length + 1)}`,
      // Of a database, every byte.
      text: await readFile(path, 'latin1'),
    })),
  );
}
