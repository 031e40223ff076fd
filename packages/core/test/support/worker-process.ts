import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { inject } from 'vitest';

/** A page that the worker's adapter asks for. */
export interface Ask {
  readonly load: number;
  /** The entity of the workflow that loads. */
  readonly id: string;
  readonly key: string;
  readonly page: number;
}

/** What a page holds, and whether it is the last. */
export interface Answer {
  readonly records: readonly unknown[];
  readonly last: boolean;
}

/** A worker in a process of its own; the test answers what its adapter asks. */
export class WorkerProcess {
  readonly asked: Ask[] = [];
  /** The entities of the workflows that began to wait for a hint. */
  readonly waits: string[] = [];
  readonly child: ChildProcess;
  readonly ready: Promise<void>;

  /** @param answer what a page holds; `undefined` lets the load hang */
  constructor(taskQueue: string, answer: (ask: Ask) => Answer | undefined) {
    this.child = fork(
      join(__dirname, '../fixtures/worker.mjs'),
      [inject('temporalAddress'), taskQueue, inject('workflowBundle')],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] },
    );
    let errors = '';
    this.child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    this.ready = new Promise((resolve, reject) => {
      this.child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${errors}`)));
      this.child.on('message', (message: Ask | { readonly ready: true } | { readonly waits: string }) => {
        if ('ready' in message) return resolve();
        if ('waits' in message) return void this.waits.push(message.waits);
        this.asked.push(message);
        const page = answer(message);
        if (page !== undefined && this.child.connected) this.child.send({ load: message.load, page });
      });
    });
    // Whoever does not wait for it does not want to hear that it was killed.
    this.ready.catch(() => {});
  }

  /** Ends it as a crash does: it gets to say nothing more. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }
}
