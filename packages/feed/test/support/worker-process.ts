import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { RestApi } from './rest-api';

/** A worker in a process of its own, which runs the feed of `fixtures/killed.mjs` over a REST API. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly ready: Promise<void>;

  constructor(taskQueue: string, { origin, token }: RestApi) {
    const args = [inject('temporalAddress'), taskQueue, inject('workflowBundle'), origin, token];
    const stdio = ['ignore', 'ignore', 'pipe', 'ipc'] as const;
    this.#child = fork(join(__dirname, '../fixtures/worker.mjs'), args, { stdio: [...stdio], execArgv: [] });
    let errors = '';
    this.#child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.ready = new Promise((resolve, reject) => {
      this.#child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${errors}`)));
      this.#child.once('message', () => resolve());
    });
    // Whoever does not wait for it does not want to hear that it was killed.
    this.ready.catch(() => {});
  }

  /** Ends it as a crash does: it gets to say nothing more. */
  async kill(): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode !== null || signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
