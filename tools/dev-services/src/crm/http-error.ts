import { type FastifyReply } from 'fastify';

/** Thrown by a handler to answer with an error: a status, a stable word for code and a sentence for a person. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly statusCode: number,
    /** `not_found`, `bad_request`, … */
    readonly error: string,
    message: string,
  ) {
    super(message);
  }
}

/** The stable word for a status, in the `error` field of the body. */
export function errorWord(status: number): string {
  const words: Readonly<Record<number, string>> = {
    400: 'bad_request',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not_found',
    410: 'gone',
    413: 'too_large',
    415: 'unsupported_media_type',
    429: 'too_many_requests',
    500: 'internal',
    502: 'bad_gateway',
    503: 'unavailable',
    504: 'timeout',
  };
  return words[status] ?? `http_${status}`;
}

/** Answers with an error in the one shape that all of the CRM's errors have. */
export async function sendError(
  reply: FastifyReply,
  status: number,
  error: string,
  message: string,
): Promise<void> {
  if (status === 401 && !reply.hasHeader('www-authenticate')) {
    reply.header('www-authenticate', 'Bearer realm="crm"');
  }
  await reply.code(status).type('application/json').send({ error, message });
}
