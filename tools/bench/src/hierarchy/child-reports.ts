import { performance } from 'node:perf_hooks';
import type { InjectedSinks } from '@temporalio/worker';
import type { ChildReportSinks } from '../workflows/child-report-sinks';

/** Hears what children report, and tells when all of them have. */
export class ChildReports {
  /** What a worker needs for its workflows to report here. */
  readonly sinks: InjectedSinks<ChildReportSinks> = {
    children: { report: { fn: ({ workflowId }, what) => this.#hear(workflowId, what) } },
  };
  #hear: (workflowId: string, what: string) => void = () => {};

  /**
   * Does something and waits until each of these workflows has reported that it came to them.
   *
   * @returns how long that took, in milliseconds
   * @throws Error that says how many have not, when they take longer than `timeoutMs`
   */
  async time(
    what: string,
    workflowIds: readonly string[],
    timeoutMs: number,
    act: () => Promise<unknown>,
  ): Promise<number> {
    const missing = new Set(workflowIds);
    let timer: NodeJS.Timeout | undefined;
    try {
      const all = new Promise<number>((resolve, reject) => {
        this.#hear = (workflowId, heard) => {
          if (heard === what && missing.delete(workflowId) && missing.size === 0) resolve(performance.now());
        };
        timer = setTimeout(() => {
          const [first] = missing;
          const who = `${missing.size} of ${workflowIds.length} children, ${first} among them,`;
          reject(new Error(`${who} have not reported "${what}" within ${timeoutMs} ms.`));
        }, timeoutMs);
      });
      const started = performance.now();
      // Together: what `act` waits for may come after the last report.
      const [ended] = await Promise.all([all, act()]);
      return ended - started;
    } finally {
      clearTimeout(timer);
      this.#hear = () => {};
    }
  }
}
