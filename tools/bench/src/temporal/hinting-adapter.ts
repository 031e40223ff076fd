import type { DataSourceAdapter } from '@stateful-workflow/core';
import { memoryAdapter, type MemoryQuery, type MemorySources } from './memory-adapter';

/** An adapter over sources in memory that says when a look is worth it, as `LISTEN` does. */
export class HintingAdapter {
  /** How many sources somebody waits for. */
  waiting = 0;
  readonly adapter: DataSourceAdapter<MemoryQuery>;

  constructor(sources: MemorySources) {
    this.adapter = {
      ...memoryAdapter(sources),
      name: 'hinting',
      capabilities: { watch: true },
      waitForHint: (_, { signal }) => this.#wait(signal),
    };
  }

  /** Until it is given up: nothing happens at these sources. */
  async #wait(signal: AbortSignal): Promise<void> {
    this.waiting += 1;
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    this.waiting -= 1;
  }
}
