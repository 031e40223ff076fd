import type { Payload } from '@temporalio/common';

/** A payload as the UI and the CLI send it: bytes in base64. */
export interface PayloadJson {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** Reads payloads. @throws TypeError when it is something else */
export function fromJson(body: unknown): Payload[] {
  // The JSON of protocol buffers leaves out a list that is empty, and Temporal's CLI sends one for a query without arguments.
  const { payloads = [] } = (body ?? {}) as { payloads?: unknown };
  if (!Array.isArray(payloads)) throw new TypeError('The body is not { "payloads": [...] }.');
  return payloads.map((payload: unknown) => {
    const { metadata = {}, data = '' } = (payload ?? {}) as PayloadJson;
    const entries = Object.entries(metadata);
    if (typeof data !== 'string' || entries.some(([, value]) => typeof value !== 'string'))
      throw new TypeError('A payload has metadata or data that is not base64.');
    return {
      metadata: Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64')])),
      data: Buffer.from(data, 'base64'),
    };
  });
}

/** Writes payloads. */
export const toJson = (payloads: readonly Payload[]): { payloads: PayloadJson[] } => ({
  payloads: payloads.map(({ metadata, data }) => ({
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
    data: Buffer.from(data ?? []).toString('base64'),
  })),
});
