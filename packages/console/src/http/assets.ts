import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { ConsoleError } from '../errors';

/** A file that a page is made of. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  /** The same, compressed, where that is smaller. */
  readonly gzipped?: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/**
 * Reads everything that the pages are made of, by its path in a URL. Who asks for a path that is not among them gets no
 * file, whatever the path leads to.
 *
 * @throws ConsoleError when it was not built
 */
export function readAssets(directory = join(__dirname, '../../ui/dist')): ReadonlyMap<string, Asset> {
  const assets = new Map<string, Asset>();
  for (const file of filesIn(directory)) {
    const body = readFileSync(file);
    const gzipped = gzipSync(body, { level: 9 });
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    const path = `/${relative(directory, file).split(sep).join('/')}`;
    assets.set(path, { type, body, ...(gzipped.length < body.length && { gzipped }) });
  }
  return assets;
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    throw new ConsoleError(
      'The pages of the console are not there. Build them with `npx nx build console`.',
      {
        cause: error,
      },
    );
  }
}
