import type { DataSourceAdapter, Page } from '@stateful-workflow/core';

/** The ways in which {@link leakyAdapter} does harm, one load each, in turn. */
type Leak = (secret: string, log: (message: string, attributes: Record<string, unknown>) => void) => void;

const basic = (secret: string): string => `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`;

const leaks: readonly Leak[] = [
  () => {},
  (secret) => {
    throw new Error(`401 for Bearer ${secret}`);
  },
  (secret) => {
    throw new Error(`refused: ${basic(secret)}`);
  },
  (secret, log) =>
    log(`sending ${secret}`, { headers: { authorization: `Bearer ${secret}`, other: basic(secret) } }),
  (secret) => {
    const request = {
      config: { headers: { Authorization: `Bearer ${secret}` }, url: `https://u:${secret}@host/` },
    };
    throw Object.assign(
      new Error(`GET https://user:${secret}@host.example/x?key=${encodeURIComponent(secret)}`),
      {
        ...request,
        cause: new Error(`cause ${secret}`),
      },
    );
  },
  (secret) => {
    throw Object.assign(new TypeError(Buffer.from(secret).toString('hex')), { code: 'ECONNRESET' });
  },
];

/** An adapter that puts its secret into errors and logs, as drivers do: the harness has to see to it that none gets out. */
export function leakyAdapter(): DataSourceAdapter<Record<string, never>> {
  const loads = new Map<string, number>();
  return {
    name: 'leaky',
    contractVersion: 1,
    capabilities: {},
    querySchema: { '~standard': { version: 1, vendor: 'audit', validate: () => ({ value: {} }) } },
    async *load(_, context): AsyncGenerator<Page> {
      const { id } = context.entity;
      const origin = new URL(context.apiUrl ?? 'http://127.0.0.1').origin;
      const secret = (await context.credential(origin))?.secret.reveal() ?? '';
      const count = loads.get(id) ?? 0;
      loads.set(id, count + 1);
      leaks[count % leaks.length]?.(secret, (message, attributes) => context.log.warn(message, attributes));
      yield { records: ['1', '2', '3'].map((n) => ({ id: `${id}-${n}`, seen: count })), complete: true };
    },
    classify: (error) => ({
      kind: 'transient',
      message: error instanceof Error ? error.message : String(error),
    }),
  };
}
