import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Bench } from '../benchmark';

/**
 * Starts a list API with so many pages of 100 records, in a process of its own.
 *
 * @param thinks how long it takes for an answer, in milliseconds. @default 0: it answers at once
 * @returns its origin
 */
export async function startListApi(
  pages: number,
  bench: Pick<Bench, 'cleanUp'>,
  thinks = 0,
): Promise<string> {
  const child = fork(join(__dirname, 'list-server.js'), [String(pages), String(thinks)]);
  bench.cleanUp('the list API', () => child.kill());
  const [port] = (await once(child, 'message')) as [number];
  return `http://127.0.0.1:${port}`;
}
