import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { WorkerSettings } from './worker-main';

/** A worker that can be killed, and all that it wrote. */
export class WorkerProcess {
  output = '';
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString('utf8')));
  }

  /** @param variables what else stands in its environment: its secrets */
  static async start(settings: WorkerSettings, variables: Record<string, string>): Promise<WorkerProcess> {
    const child = fork(join(__dirname, 'worker-main.js'), {
      env: { ...process.env, ...variables, AUDIT_WORKER: JSON.stringify(settings) },
      silent: true,
    });
    const worker = new WorkerProcess(child);
    const ended = once(child, 'exit').then(() => {
      throw new Error(`The worker ended before it was ready:\n${worker.output}`);
    });
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    return worker;
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
