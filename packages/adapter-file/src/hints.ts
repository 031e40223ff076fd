import type { FSWatcher } from 'node:fs';
import { type Disk, type Patience, patiently } from './disk';

/** For how many sources it is kept what their last load saw. */
const MAX_KEPT = 10_000;

/** Who is told of changes in a directory: a name is that of the file that changed, where it is known. */
type Told = (name: string | undefined, error?: unknown) => void;

interface Watched {
  readonly watcher: Promise<FSWatcher>;
  readonly told: Set<Told>;
}

/** What waits for changes: one watcher for a directory, however many wait. */
export class Hints {
  readonly #disk: Disk;
  #isClosed = false;
  readonly #watched = new Map<string, Watched>();
  /** The name of what the last load saw, by source and caller; the newest at the end. */
  readonly #seen = new Map<string, string>();

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  /** Keeps what a load saw as it began. */
  saw(key: string, name: string): void {
    this.#seen.delete(key);
    this.#seen.set(key, name);
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_KEPT && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** What the last load saw. */
  seen(key: string): string | undefined {
    return this.#seen.get(key);
  }

  /**
   * Resolves when something changes in a directory.
   *
   * @param file the one file of it that matters. @default all do
   * @param look is called once it is watched, and says whether there was a change before
   */
  async change(
    directory: string,
    file: string | undefined,
    look: () => Promise<boolean>,
    patience: Patience,
  ): Promise<void> {
    if (this.#isClosed) throw closed();
    const { signal } = patience;
    let resolve = (): void => {};
    let reject = (_: Error): void => {};
    const promise = new Promise<void>((...settle) => ([resolve, reject] = settle));
    // It may be rejected while nobody awaits it yet.
    promise.catch(() => {});
    const told: Told = (name, error) => {
      if (error !== undefined) reject(error as Error);
      else if (file === undefined || name === undefined || name === file) resolve();
    };
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const watched = this.#watch(directory, told);
    try {
      await patiently(watched.watcher, 'The watched directory', patience);
      if (await look()) return;
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      watched.told.delete(told);
      if (watched.told.size === 0) this.#end(directory, watched);
    }
  }

  /** Ends all waits. */
  close(): void {
    this.#isClosed = true;
    for (const [directory, watched] of this.#watched) {
      for (const told of watched.told) told(undefined, closed());
      this.#end(directory, watched);
    }
  }

  #watch(directory: string, first: Told): Watched {
    const known = this.#watched.get(directory);
    if (known !== undefined) {
      known.told.add(first);
      return known;
    }
    const watched: Watched = { watcher: this.#disk.watch(directory), told: new Set([first]) };
    this.#watched.set(directory, watched);
    const tell = (name: string | undefined, error?: unknown): void => {
      for (const told of watched.told) told(name, error);
    };
    watched.watcher.then(
      (watcher) =>
        watcher
          .on('change', (_, name) => tell(name === null ? undefined : String(name)))
          .on('error', (error) => tell(undefined, error)),
      (error: unknown) => tell(undefined, error),
    );
    return watched;
  }

  #end(directory: string, watched: Watched): void {
    if (this.#watched.get(directory) === watched) this.#watched.delete(directory);
    watched.watcher.then(
      (watcher) => watcher.close(),
      () => {},
    );
  }
}

const closed = (): Error => new Error('The adapter is closed.');
