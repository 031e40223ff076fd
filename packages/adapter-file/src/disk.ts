import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FileFault, faultOf } from './file-fault';

/** The part of the file system that may keep a load or a wait waiting. Tests put themselves in between. */
export interface Disk {
  open(path: string): Promise<Pick<FileHandle, 'read' | 'stat' | 'close'>>;
  watch(directory: string): Promise<FSWatcher>;
}

/** The file system. A link is not followed, and a pipe not waited for: both are refused once they are open. */
export const disk: Disk = {
  open: (path) => open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)),
  watch: async (directory) => watch(directory, { persistent: false }),
};

/** How long the file system is waited for, and by whom. */
export interface Patience {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Waits for the file system, which cannot be told to stop, until it answers, the signal is aborted or time is up.
 *
 * @param name names the file in errors
 * @param late is given what comes when nobody waits any more
 * @throws the signal's reason; FileFault for what the file system says, `transient` where it says nothing
 */
export async function patiently<T>(
  work: Promise<T>,
  name: string,
  { signal, timeoutMs }: Patience,
  late: (result: T) => unknown = () => {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let abort = (): void => {};
  let isOver = false;
  const end = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    const silent = `${name}: the file system was silent for ${timeoutMs} ms. It is tried again.`;
    timer = setTimeout(() => reject(new FileFault('transient', silent)), timeoutMs);
    if (signal.aborted) abort();
  });
  work.then(
    (result) => isOver && late(result),
    () => {},
  );
  try {
    return await Promise.race([work, end]);
  } catch (error) {
    signal.throwIfAborted();
    throw faultOf(error, name);
  } finally {
    isOver = true;
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
