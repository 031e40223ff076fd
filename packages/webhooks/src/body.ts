import { InvalidInputError, parseExactJson } from '@stateful-workflow/core';
import { failed, invalid, Turned } from './report';

/** How much is read, and how long for. */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/** Refuses what is no POST with JSON, before anything is read. @throws Turned */
export function checkForm({ method, headers }: Request, { maxBodyBytes }: BodyLimits): void {
  if (method !== 'POST') throw invalid(405, 'Webhooks are sent by POST.', { allow: 'POST' });
  if (!JSON_TYPE.test(headers.get('content-type') ?? ''))
    throw invalid(415, 'The content type has to be application/json.');
  if (Number(headers.get('content-length') ?? 0) > maxBodyBytes) throw tooLarge(maxBodyBytes);
}

/**
 * The bytes of a body, exactly as they were signed. What is too large or too slow is left unread, and the connection to the
 * server that this runs in.
 *
 * @throws Turned
 */
export async function readBody(
  request: Request,
  { maxBodyBytes, bodyTimeoutMs }: BodyLimits,
): Promise<Buffer> {
  if (request.bodyUsed) throw failed(BODY_READ.message, BODY_READ.message);
  if (request.body === null) return Buffer.alloc(0);
  const reader = (request.body as ReadableStream<Uint8Array>).getReader();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(invalid(408, 'The body took too long to come.')), bodyTimeoutMs);
  });
  try {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) return Buffer.concat(chunks, size);
      size += value.byteLength;
      if (size > maxBodyBytes) throw tooLarge(maxBodyBytes);
      chunks.push(value);
    }
  } catch (error) {
    if (error instanceof Turned) throw error;
    if (error instanceof InvalidInputError) throw failed(error.message, error.message);
    throw invalid(400, 'The body did not come to its end.');
  } finally {
    clearTimeout(timer);
  }
}

/** A body as JSON. @throws Turned for what is none; it does not quote it */
export function parseBody(body: Buffer): unknown {
  try {
    return parseExactJson(new TextDecoder('utf-8', { fatal: true }).decode(body), { refuse: 'levels' });
  } catch (error) {
    throw invalid(
      400,
      error instanceof RangeError ? `The body ${error.message}.` : 'The body is not JSON in UTF-8.',
    );
  }
}

/** Why a signature cannot be checked any more. */
export const BODY_READ = new InvalidInputError(
  'body',
  'was read or parsed before the webhook handler got the request, and a signature is over the bytes as they came',
  'Mount the handler where no body parser comes before it: see "Body parsers" in the guide to webhooks',
);

const tooLarge = (most: number) => invalid(413, `The body has more than ${most} bytes.`);
