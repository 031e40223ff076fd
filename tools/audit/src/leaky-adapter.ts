import { type DataSourceAdapter, type Page, Secret } from '@stateful-workflow/core';

/** The ways in which {@link leakyAdapter} does harm, one load each, in turn. */
type Leak = (secret: string, log: (message: string, attributes: Record<string, unknown>) => void) => void;

const basic = (secret: string): string => `Basic ${Buffer.from(`user:${secret}`).toString('base64')}`;

/** What a secret looks like after the hands of others; of a pair, its password alone. */
const spellings: readonly ((secret: string) => string)[] = [
  (secret) => secret.slice(secret.indexOf(':') + 1),
  (secret) => encodeURIComponent(secret).replaceAll('%2F', '/'),
  (secret) =>
    encodeURIComponent(secret).replace(
      /%(.)(.)/g,
      (_, a: string, b: string) => `%${a.toLowerCase()}${b.toUpperCase()}`,
    ),
  (secret) => new URLSearchParams({ v: ` ${secret}` }).toString(),
  (secret) => JSON.stringify(secret).replaceAll('/', '\\/'),
  (secret) => JSON.stringify(JSON.stringify({ secret })),
  (secret) => secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  (secret) =>
    secret.replace(/[^a-z0-9]/gi, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (secret) => secret.toLowerCase(),
  (secret) => secret.toUpperCase(),
  (secret) => Buffer.from(Buffer.from(`u:${secret}`).toString('base64')).toString('base64'),
];

const leaks: readonly Leak[] = [
  () => {},
  ...spellings.map((spelt): Leak => (secret) => {
    throw new Error(`${'x'.repeat(1_990)} ${spelt(secret)}`);
  }),
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

/** What stands before a token that was got with the secret. */
const GOT = 'got-with';

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
      const got = `${GOT}-${secret}`;
      context.conceal?.(new Secret(got));
      if (count % 3 === 1) {
        const partialErrors = [{ message: `not ${got}`, path: `items.${got}.${secret}` }];
        yield { records: [], partialErrors, complete: false };
        return;
      }
      yield { records: ['1', '2', '3'].map((n) => ({ id: `${id}-${n}`, seen: count })), complete: true };
    },
    classify: (error) => ({
      kind: 'transient',
      message: error instanceof Error ? error.message : String(error),
    }),
  };
}
