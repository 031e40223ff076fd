import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  gunzip,
  inflate,
  inflateRaw,
  type ZlibOptions,
} from 'node:zlib';

/** What can be unpacked; sent as `Accept-Encoding`. */
export const ACCEPT_ENCODING = 'gzip, deflate, br';

/** One way to pack a body, undone. */
export interface Decompressor {
  /** All at once. @throws `ERR_BUFFER_TOO_LARGE` when it is more than `maxOutputLength` */
  whole(packed: Buffer, options: { readonly maxOutputLength: number }): Promise<Buffer>;
  /** As it comes. @param start its first bytes */
  stream(start: Buffer): Transform;
}

const promised = promisify<Buffer, ZlibOptions, Buffer>;

/** `deflate` is zlib by the standard, and bare by the habit of some servers: the first byte tells. */
const isZlib = (start: Buffer): boolean => ((start[0] ?? 0) & 0x0f) === 8;

const gzip: Decompressor = { whole: promised(gunzip), stream: () => createGunzip() };
const zlib = promised(inflate);
const bare = promised(inflateRaw);

const DECOMPRESSORS: ReadonlyMap<string, Decompressor> = new Map([
  ['gzip', gzip],
  ['x-gzip', gzip],
  [
    'deflate',
    {
      whole: (packed, options) => (isZlib(packed) ? zlib : bare)(packed, options),
      stream: (start) => (isZlib(start) ? createInflate() : createInflateRaw()),
    },
  ],
  ['br', { whole: promisify(brotliDecompress), stream: () => createBrotliDecompress() }],
]);

/** The decompressor for a `Content-Encoding`, or `undefined`: several on top of each other are not known. */
export const decompressor = (encoding: string): Decompressor | undefined => DECOMPRESSORS.get(encoding);
