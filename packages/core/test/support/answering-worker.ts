import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';

/** What a worker's adapter asks: what a source of an entity's workflow holds. */
export interface Question {
  readonly load: number;
  readonly id: string;
  readonly key: string;
}

/** A worker in a process of its own, which gets what its sources hold from the test. */
export class AnsweringWorker {
  readonly #child: ChildProcess;
  readonly #ready: Promise<void>;

  /** @param answer what a source holds; `undefined` lets the load hang */
  constructor(taskQueue: string, answer: (question: Question) => readonly unknown[] | undefined) {
    const file = join(__dirname, '../fixtures/answering-worker.mjs');
    this.#child = fork(file, [inject('temporalAddress'), taskQueue, inject('workflowBundle')], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    let errors = '';
    this.#child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.#ready = new Promise((resolve, reject) => {
      this.#child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${errors}`)));
      this.#child.on('message', (message: Question | { readonly ready: true }) => {
        if ('ready' in message) return resolve();
        const records = answer(message);
        if (records !== undefined && this.#child.connected) this.#child.send({ load: message.load, records });
      });
    });
    // Whoever does not wait for it does not want to hear that it was killed.
    this.#ready.catch(() => {});
  }

  /** Resolves once it polls. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** Ends it as a crash does: it gets to say nothing more. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}
