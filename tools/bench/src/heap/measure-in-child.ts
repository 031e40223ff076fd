import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Bench } from '../benchmark';
import type { HeapMessage, HeapTask } from './child-protocol';

/**
 * Measures heap in a process of its own, which has nothing else in it.
 *
 * @returns bytes per workflow or child, one for each time it was measured
 */
export async function measureInChild(bench: Bench, task: HeapTask): Promise<readonly number[]> {
  const child = fork(require.resolve('./child'), [JSON.stringify(task)], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const stop = async (): Promise<void> => {
    // The child exits when the channel closes; SIGKILL is for one that hangs.
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  };
  bench.cleanUp('The process that measures heap', stop);
  try {
    return await new Promise((resolve, reject) => {
      child.on('message', (message: HeapMessage) => {
        if (message.type === 'progress') bench.progress(message.line);
        else if (message.type === 'measured') resolve(message.bytes);
        else reject(new Error(message.message));
      });
      child.on('error', reject);
      child.on('exit', (code, signal) =>
        reject(new Error(`The process that measures heap ended early, with ${signal ?? code}.`)),
      );
    });
  } finally {
    await stop();
  }
}
