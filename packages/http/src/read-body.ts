import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { BodyErrors, packing, type ReadBodyOptions } from './body-error';
import { HttpError } from './http-error';

/**
 * Reads a body to its end and unpacks it.
 *
 * @throws HttpError when it breaks off, is too large, or is packed or encoded in a way that is not understood
 */
export async function readBody(message: IncomingMessage, options: ReadBodyOptions): Promise<Buffer> {
  const errors = new BodyErrors(options);
  try {
    const { encoding, decompressor } = packing(message, errors);
    const packed = await collect(message, options, errors);
    if (decompressor === undefined || packed.length === 0) return packed;
    return await decompressor.whole(packed, { maxOutputLength: options.maxBytes }).catch((error: unknown) => {
      throw errors.packed(encoding, error);
    });
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

function collect(message: IncomingMessage, options: ReadBodyOptions, errors: BodyErrors): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const truncated = (cause?: unknown): void => reject(errors.truncated(cause));
    if (Number(message.headers['content-length'] ?? 0) > options.maxBytes) return reject(errors.oversized());
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      options.onData(chunk.length);
      size += chunk.length;
      if (size > options.maxBytes) return reject(errors.oversized());
      chunks.push(chunk);
    });
    message.on('end', () => (message.complete ? resolve(Buffer.concat(chunks, size)) : truncated()));
    message.on('error', truncated);
    // The last resort: it may come without the others.
    message.on('close', () => {
      if (!message.complete || !message.readableEnded) truncated();
    });
  });
}
