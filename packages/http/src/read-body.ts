import type { IncomingMessage } from 'node:http';
import { isUtf8 } from 'node:buffer';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip } from 'node:zlib';
import { HttpError, type BodyProblem } from './http-error';

/** What the adapter can unpack; sent as `Accept-Encoding`. */
export const ACCEPT_ENCODING = 'gzip, br';

const decompressors = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  br: promisify(brotliDecompress),
};

/** What {@link readBody} needs besides the message. */
export interface ReadBodyOptions {
  /** The most bytes a body may have, both as sent and unpacked. */
  readonly maxBytes: number;
  /** Who asks, in errors: `restAdapter`. */
  readonly adapter: string;
  /** Names the request in errors: `GET https://…`. */
  readonly request: string;
  /** Called when bytes came. */
  readonly onData: () => void;
}

/**
 * Reads a body to its end and unpacks it.
 *
 * @throws HttpError when it breaks off, is too large, or is packed or encoded in a way that is not understood
 */
export async function readBody(message: IncomingMessage, options: ReadBodyOptions): Promise<Buffer> {
  const fail = (problem: BodyProblem, reason: string, cause?: unknown): HttpError =>
    new HttpError({ type: 'body', problem }, `${options.request} ${reason}`, cause);
  try {
    const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(message.headers['content-type'] ?? '')?.[1];
    if (charset !== undefined && !/^(utf-?8|us-ascii)$/i.test(charset)) {
      throw fail('charset', `answered in the character set "${charset}". Have the API answer in UTF-8.`);
    }
    const encoding = (message.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (encoding !== 'identity' && !(encoding in decompressors)) {
      throw fail('encoding', `answered with the content-encoding "${encoding}", which was not asked for.`);
    }
    const packed = await collect(message, options, fail);
    if (encoding === 'identity' || packed.length === 0) return packed;
    return await unpack(packed, encoding as keyof typeof decompressors, options, fail);
  } catch (error) {
    message.destroy();
    throw error;
  }
}

/**
 * Turns a body into text, without its byte order mark, which UTF-8 allows and JSON does not.
 *
 * @throws HttpError when it is not UTF-8
 */
export function decodeUtf8(bytes: Buffer, request: string): string {
  if (!isUtf8(bytes)) {
    throw new HttpError(
      { type: 'body', problem: 'charset' },
      `${request} answered with bytes that are not UTF-8. Have the API answer in UTF-8.`,
    );
  }
  return bytes.toString('utf8', bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
}

type Fail = (problem: BodyProblem, reason: string, cause?: unknown) => HttpError;

const oversized = (fail: Fail, { maxBytes, adapter }: ReadBodyOptions): HttpError =>
  fail(
    'oversized',
    `answered with more than ${maxBytes} bytes. Ask for smaller pages, or raise maxResponseBytes of ${adapter}.`,
  );

function collect(message: IncomingMessage, options: ReadBodyOptions, fail: Fail): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const truncated = (cause?: unknown): void =>
      reject(fail('truncated', 'broke off in the middle of the body. The load is tried again.', cause));
    if (Number(message.headers['content-length'] ?? 0) > options.maxBytes) {
      return reject(oversized(fail, options));
    }
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      options.onData();
      size += chunk.length;
      if (size > options.maxBytes) return reject(oversized(fail, options));
      chunks.push(chunk);
    });
    message.on('end', () => (message.complete ? resolve(Buffer.concat(chunks, size)) : truncated()));
    message.on('error', truncated);
    // The last resort: after `end` or `error` it changes nothing.
    message.on('close', () => truncated());
  });
}

async function unpack(
  packed: Buffer,
  encoding: keyof typeof decompressors,
  options: ReadBodyOptions,
  fail: Fail,
): Promise<Buffer> {
  try {
    return await decompressors[encoding](packed, { maxOutputLength: options.maxBytes });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw oversized(fail, options);
    if (code === 'Z_BUF_ERROR') {
      throw fail('truncated', `sent ${encoding} data that ends too early. The load is tried again.`, error);
    }
    throw fail(
      'malformed',
      `sent data that is not valid ${encoding}. Check the API or a proxy before it.`,
      error,
    );
  }
}
