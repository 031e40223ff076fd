import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { BodyErrors, packing, type ReadBodyOptions } from './body-error';
import type { Decompressor } from './decompress';

/**
 * Reads a body as it comes and unpacks it. No more of it is held than what has come and was not taken.
 *
 * @throws HttpError when it breaks off, is too large, or is packed or encoded in a way that is not understood
 */
export async function* streamBody(
  message: IncomingMessage,
  options: ReadBodyOptions,
): AsyncGenerator<Buffer> {
  const errors = new BodyErrors(options);
  const { encoding, decompressor } = packing(message, errors);
  const packed = counted(message, options, errors);
  const { 'content-length': length, 'transfer-encoding': transfer } = message.headers;
  const isFramed = length !== undefined || transfer !== undefined;
  if (decompressor === undefined) yield* packed;
  else yield* unpacked(packed, { ...options, encoding, decompressor, isFramed }, errors);
}

async function* counted(
  message: IncomingMessage,
  options: ReadBodyOptions,
  errors: BodyErrors,
): AsyncGenerator<Buffer> {
  let size = 0;
  try {
    for await (const chunk of message as AsyncIterable<Buffer>) {
      options.onData(chunk.length);
      size += chunk.length;
      if (size > options.maxBytes) throw errors.oversized();
      yield chunk;
    }
  } catch (error) {
    throw message.complete || size > options.maxBytes ? error : errors.truncated(error);
  }
  if (!message.complete) throw errors.truncated();
}

async function* unpacked(
  packed: AsyncGenerator<Buffer>,
  options: ReadBodyOptions & {
    readonly encoding: string;
    readonly decompressor: Decompressor;
    readonly isFramed: boolean;
  },
  errors: BodyErrors,
): AsyncGenerator<Buffer> {
  const first = await packed.next();
  if (first.done === true) {
    // Even nothing is something once it is packed; a length of 0 or an end of chunks says that it was left out.
    if (!options.isFramed) throw errors.truncated();
    return;
  }
  const transform = options.decompressor.stream(first.value);
  let failure: Error | undefined;
  const source = Readable.from(startingWith(first.value, packed));
  source.once('error', (error) => {
    failure = error;
    transform.destroy(error);
  });
  source.pipe(transform);
  let size = 0;
  try {
    for await (const chunk of transform as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > options.maxBytes) throw (failure = errors.oversized());
      yield chunk;
    }
  } catch (error) {
    throw failure ?? errors.packed(options.encoding, error);
  } finally {
    source.destroy();
    transform.destroy();
  }
}

async function* startingWith(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}
