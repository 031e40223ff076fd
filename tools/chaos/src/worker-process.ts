import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Counts } from './counts';
import { patiently } from './patience';
import type { Stage, WorkerSettings } from './worker-main';

/** A place for a worker, in which there is always one, unless it is being killed. */
export class WorkerProcess {
  stage: Stage = 'first';
  #child: ChildProcess | undefined;
  #isWanted = false;

  constructor(
    private readonly settings: WorkerSettings,
    private readonly counts: Counts,
  ) {}

  /** Starts one, and returns when it is at work: where the Temporal server is down, when that is up. */
  async start(): Promise<void> {
    this.#isWanted = true;
    await patiently(() => this.#launch());
  }

  /** Ends it in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#isWanted = false;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async #launch(): Promise<void> {
    const child = fork(join(__dirname, 'worker-main.js'), {
      env: { ...process.env, CHAOS_WORKER: JSON.stringify(this.settings), CHAOS_STAGE: this.stage },
      silent: true,
    });
    this.#child = child;
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2_000)));
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', () => reject(new Error(`The worker ended before it was ready:\n${output}`)));
    });
    child.once('exit', () => {
      if (!this.#isWanted || this.#child !== child) return;
      // It gave up by itself, as one does whose server is away for long: whoever runs workers starts it again.
      this.counts.add('workers that gave up');
      void this.start();
    });
  }
}
