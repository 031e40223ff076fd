import type { IncomingMessage } from 'node:http';
import { type Decompressor, decompressor } from './decompress';
import { HttpError } from './http-error';
import type { BodyProblem } from './http-failure';

/** What reading a body needs besides the message. */
export interface ReadBodyOptions {
  /** The most bytes a body may have, both as sent and unpacked. */
  readonly maxBytes: number;
  /** Which setting `maxBytes` is, in errors: `maxResponseBytes`. */
  readonly setting: string;
  /** Who asks, in errors: `restAdapter`. */
  readonly adapter: string;
  /** Names the request in errors: `GET https://…`. */
  readonly request: string;
  /** Called when bytes came, with how many. */
  readonly onData: (bytes: number) => void;
}

/** The errors that a body can give, in the name of its request. */
export class BodyErrors {
  readonly #options: ReadBodyOptions;

  constructor(options: ReadBodyOptions) {
    this.#options = options;
  }

  make(problem: BodyProblem, reason: string, cause?: unknown): HttpError {
    return new HttpError({ type: 'body', problem }, `${this.#options.request} ${reason}`, cause);
  }

  oversized(): HttpError {
    const { maxBytes, setting, adapter } = this.#options;
    return this.make(
      'oversized',
      `answered with more than ${maxBytes} bytes. Ask for smaller pages, or raise ${setting} of ${adapter}.`,
    );
  }

  truncated(cause?: unknown): HttpError {
    return this.make('truncated', 'broke off in the middle of the body. The load is tried again.', cause);
  }

  /** What an error of a decompressor means. */
  packed(encoding: string, error: unknown): HttpError {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') return this.oversized();
    if (code === 'Z_BUF_ERROR')
      return this.make(
        'truncated',
        `sent ${encoding} data that ends too early. The load is tried again.`,
        error,
      );
    const reason = `sent data that is not valid ${encoding}. Check the API or a proxy before it.`;
    return this.make('malformed', reason, error);
  }
}

/**
 * Packings that are not unpacked here. Whatever else servers write there, such as `UTF-8`, `none` or `text/plain`, packs
 * nothing: if it did, what is unpacked would not be text.
 */
const NOT_KNOWN = new Set([
  'aes128gcm',
  'bzip2',
  'compress',
  'dcb',
  'dcz',
  'exi',
  'lz4',
  'lzma',
  'pack200-gzip',
  'snappy',
  'x-bzip2',
  'x-compress',
  'xz',
  'zstd',
]);

/**
 * How a body is packed.
 *
 * @throws HttpError when that, or its character set, is none that is understood
 */
export function packing(
  { headers }: IncomingMessage,
  errors: BodyErrors,
): { readonly encoding: string; readonly decompressor: Decompressor | undefined } {
  const charset = /;\s*charset\s*=\s*"?([^",;\s]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
    throw errors.make('charset', `answered in the character set "${charset}". Have the API answer in UTF-8.`);
  }
  const encoding = (headers['content-encoding'] ?? '')
    .split(',')
    .map((name) => name.replace(/;.*/, '').trim().toLowerCase())
    .filter((name) => NOT_KNOWN.has(name) || decompressor(name) !== undefined)
    .join(', ');
  const found = decompressor(encoding);
  if (encoding !== '' && found === undefined) {
    throw errors.make(
      'encoding',
      `answered with the content-encoding "${encoding}", which was not asked for.`,
    );
  }
  return { encoding, decompressor: found };
}
