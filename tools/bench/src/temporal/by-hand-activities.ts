import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { type MemorySources, sourceOf } from './memory-adapter';

/** What is loaded by hand: everything, or word that it is what it was. */
export type LoadedByHand =
  { readonly unchanged: true } | { readonly records: readonly unknown[]; readonly digest: string };

/** The activities of the workflows that are written by hand. */
export interface ByHandActivities {
  /** Everything that the source holds: what most people write. */
  loadAll(key: string): Promise<readonly unknown[]>;
  /** What the source holds, unless that has this digest. */
  loadIfChanged(key: string, digest: string | undefined): Promise<LoadedByHand>;
  /** Waits for a hint that never comes, and says that it is alive. */
  waitForHint(): Promise<void>;
}

/** The activities of the workflows that are written by hand, over sources in memory. */
export function byHandActivities(sources: MemorySources): ByHandActivities {
  return {
    loadAll: (key) => sourceOf(sources, key).read(),
    loadIfChanged: async (key, before) => {
      const records = await sourceOf(sources, key).read();
      const digest = createHash('sha256').update(JSON.stringify(records)).digest('base64url');
      return digest === before ? { unchanged: true } : { records, digest };
    },
    waitForHint: async () => {
      const { cancelled, heartbeat } = Context.current();
      const beat = setInterval(heartbeat, 2_000);
      try {
        await cancelled;
      } finally {
        clearInterval(beat);
      }
    },
  };
}
