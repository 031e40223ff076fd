import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporal } from '@temporalio/proto';
import type { History } from './history';

/** Where recorded histories are kept. */
const FOLDER = join(__dirname, '../histories');

/** The names of all recorded histories. */
export async function recordedNames(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
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
  return { workflowId: workflowId || name, history };
}

/** Forgets every recorded history. */
export async function forgetRecorded(): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER);
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
  await writeFile(join(FOLDER, `${name}.json`), `{"events":[\n${lines.join(',\n')}\n]}\n`);
}
