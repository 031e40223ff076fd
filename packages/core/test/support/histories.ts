import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { temporal } from '@temporalio/proto';
import type { History } from './history';

/** Where recorded histories are kept, in a folder for each release. Those of a release that is out are never changed. */
const FOLDER = join(__dirname, '../histories');
const manifest = readFileSync(join(__dirname, '../../package.json'), 'utf8');

/** The release that is not out yet: its histories are recorded anew until it is. */
export const { version: release } = JSON.parse(manifest) as { readonly version: string };
const CURRENT = join(FOLDER, release);

/** The names of all recorded histories, by release. */
export async function recordedNames(): Promise<Readonly<Record<string, string[]>>> {
  const releases = await readdir(FOLDER);
  const namesOf = async (release: string): Promise<string[]> => {
    const files = await readdir(join(FOLDER, release));
    return files.map((file) => `${release}/${basename(file, '.json')}`);
  };
  return Object.fromEntries(
    await Promise.all(releases.map(async (release) => [release, await namesOf(release)] as const)),
  );
}

/**
 * One recorded history, for `Worker.runReplayHistories`. It is not read with Temporal's own `historyFromJSON`,
 * which fails where npm installs more than one copy of protobufjs.
 */
export async function recorded(name: string): Promise<{ workflowId: string; history: History }> {
  const plain = JSON.parse(await readFile(join(FOLDER, `${name}.json`), 'utf8')) as Record<string, unknown>;
  const history = temporal.api.history.v1.History.fromObject(plain);
  // A workflow says its id to others: it is part of what it does.
  const { workflowId } = history.events[0]?.workflowExecutionStartedEventAttributes ?? {};
  return { workflowId: workflowId || basename(name), history };
}

/** Forgets what was recorded of the release that is not out yet. */
export async function forgetRecorded(): Promise<void> {
  await rm(CURRENT, { recursive: true, force: true });
  await mkdir(CURRENT);
}

/** What says who ran a workflow and where: nothing of it matters to a replay, all of it differs in every recording. */
const INCIDENTAL = new Set([
  'identity',
  'meteringMetadata',
  'requestId',
  'stackTrace',
  'taskId',
  'workerVersion',
]);

/** Keeps a history, one event a line. */
export async function record(name: string, { events }: History): Promise<void> {
  const lines = (events ?? []).map((event) =>
    JSON.stringify(JSON.parse(JSON.stringify(event)), (key, value: unknown) =>
      INCIDENTAL.has(key) ? undefined : value,
    ),
  );
  await writeFile(join(CURRENT, `${name}.json`), `{"events":[\n${lines.join(',\n')}\n]}\n`);
}
