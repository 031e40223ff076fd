import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Context } from '@temporalio/activity';

/** A version of a record that a workflow has learnt of. */
export interface Change {
  readonly key: string;
  readonly version: number;
}

/** The activity by which workflows report what changed. */
export type Report = (chain: string, changes: readonly Change[]) => Promise<void>;

interface Entry {
  /** The workflow's first run: all runs that it continued as have it, and another workflow of the same id has not. */
  readonly chain: string;
  /** The same for each attempt of the activity: one may be repeated because nobody heard that it was done. */
  readonly once: string;
  readonly changes: readonly Change[];
}

/** The activity, for a worker. @param url the journal's */
export const reporter =
  (url: string): Report =>
  async (chain, changes) => {
    const { activityId, workflowExecution } = Context.current().info;
    const entry: Entry = { chain, once: `${workflowExecution?.runId} ${activityId}`, changes };
    const response = await fetch(url, { method: 'POST', body: JSON.stringify(entry) });
    if (!response.ok) throw new Error(`The journal answered ${response.status}.`);
  };

/** Every change that workflows have reported. It stands outside of all that breaks. */
export class Journal {
  readonly #server: Server;
  readonly #seen = new Set<string>();
  /** The versions of each record, in the order of their reports, by the workflow and the record. */
  readonly #versions = new Map<string, number[]>();
  reports = 0;
  repeatedAttempts = 0;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.#take(JSON.parse(Buffer.concat(chunks).toString()) as Entry);
        response.end();
      });
    });
  }

  static async listen(): Promise<Journal> {
    const journal = new Journal();
    await new Promise<void>((resolve) => journal.#server.listen(0, '127.0.0.1', resolve));
    return journal;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #take({ chain, once, changes }: Entry): void {
    if (this.#seen.has(once)) {
      this.repeatedAttempts++;
      return;
    }
    this.#seen.add(once);
    for (const { key, version } of changes) {
      this.reports++;
      const name = `${chain} ${key}`;
      const versions = this.#versions.get(name) ?? [];
      versions.push(version);
      this.#versions.set(name, versions);
    }
  }

  /** The versions of a record that a workflow has reported. @param chain its first run */
  of(chain: string, key: string): readonly number[] {
    return this.#versions.get(`${chain} ${key}`) ?? [];
  }

  /** What was reported twice, or after something newer. */
  get doubled(): string[] {
    return [...this.#versions].flatMap(([name, versions]) =>
      versions.some((version, i) => i > 0 && version <= (versions[i - 1] ?? 0))
        ? [`${name}: reported the versions ${versions.join(', ')}`]
        : [],
    );
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
