import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench } from '../benchmark';

/** Starts a list API with so many pages of 100 records, in a process of its own. @returns its origin */
export async function startListApi(pages: number, bench: Pick<Bench, 'cleanUp'>): Promise<string> {
  const child = fork(join(__dirname, 'list-server.js'), [String(pages)]);
  bench.cleanUp('the list API', () => child.kill());
  const [port] = (await once(child, 'message')) as [number];
  return `http://127.0.0.1:${port}`;
}
