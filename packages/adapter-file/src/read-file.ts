import { stat } from 'node:fs/promises';
import { type Disk, type Patience, patiently } from './disk';
import { FileFault } from './file-fault';
import { type FoundFile, type Place, realPath } from './find-files';

const CHUNK_BYTES = 64 * 1024;

/**
 * Reads a file, a chunk at a time. What is read is what is at its place once it is open, and was not written to by
 * the end.
 *
 * @throws FileFault `transient` where the file changed meanwhile
 */
export async function* readFile(
  file: FoundFile,
  place: Place,
  disk: Disk,
  patience: Patience,
): AsyncGenerator<Buffer> {
  const { name, real } = file;
  const handle = await patiently(disk.open(real), name, patience, (late) => late.close());
  try {
    const opened = await patiently(handle.stat({ bigint: true }), name, patience);
    if (!opened.isFile())
      throw new FileFault('invalid', `${name} is no plain file. Name a file or a directory.`);
    // Between the look and the opening, a directory of the path may have become a link that leads elsewhere.
    const again = await realPath({ root: place.root, name }, patience);
    const there = await patiently(stat(again, { bigint: true }), name, patience);
    if (there.dev !== opened.dev || there.ino !== opened.ino) throw changed(name);
    for (;;) {
      const { buffer, bytesRead } = await patiently(
        handle.read(Buffer.allocUnsafe(CHUNK_BYTES), 0, CHUNK_BYTES, null),
        name,
        patience,
      );
      if (bytesRead === 0) break;
      yield buffer.subarray(0, bytesRead);
    }
    const after = await patiently(handle.stat({ bigint: true }), name, patience);
    if (after.size !== opened.size || after.mtimeNs !== opened.mtimeNs) throw changed(name);
  } finally {
    // Not waited for: it is not closed before a read ends that nobody waits for any more.
    void handle.close().catch(() => {});
  }
}

/** What a load fails with that cannot know whether it saw all. */
export const changed = (name: string): FileFault =>
  new FileFault(
    'transient',
    `${name} changed while it was read. It is read again; write it aside and rename it.`,
  );
