import { LRUCache } from 'lru-cache';
import { matching, text } from '../contract/check';
import { InvalidInputError } from '../contract/errors';
import { Secret } from '../contract/secret';
import { bindingOf, type BoundSecret, type SecretBinding, type SecretProvider } from './provider';

/** What a secret manager gave. */
export interface CustomSecret extends SecretBinding {
  readonly value: string | Secret;
}

/** How {@link customSecrets} asks and caches. */
export interface CustomSecretsOptions {
  /** Names the provider in errors: `AWS Secrets Manager`. */
  readonly name: string;
  /** The secret of that name as it is now, or `undefined` when there is none. What it throws must hold no secret. */
  readonly get: (name: string) => CustomSecret | undefined | Promise<CustomSecret | undefined>;
  /**
   * How long what it gave is used again, in milliseconds; 0 asks at every attempt. A secret that an API refuses is
   * asked for anew at the next attempt in any case, and so is one of an activity of your own that failed.
   * @default 5000
   */
  readonly cacheMs?: number;
  /** The most secrets that are kept. @default 1000 */
  readonly maxCached?: number;
}

/**
 * Secrets from anywhere: a cloud's secret manager, Vault, a file of your own. Attempts that ask for the same secret at
 * the same time ask once.
 *
 * @throws InvalidInputError when an option does not fit
 * @example
 * const manager = new SecretsManagerClient();
 * customSecrets({
 *   name: 'AWS Secrets Manager',
 *   get: async (name) => {
 *     const { SecretString } = await manager.send(new GetSecretValueCommand({ SecretId: `crm/${name}` }));
 *     return SecretString ? { value: SecretString, origins: ['https://crm.example.com'] } : undefined;
 *   },
 * })
 */
export function customSecrets({
  name: provider,
  get,
  cacheMs = 5_000,
  maxCached = 1_000,
}: CustomSecretsOptions): SecretProvider {
  checkName(provider, 'name');
  checkGet(get, 'get');
  for (const [field, value, least] of [
    ['cacheMs', cacheMs, 0],
    ['maxCached', maxCached, 1],
  ] as const)
    if (!Number.isInteger(value) || value < least)
      throw new InvalidInputError(field, `is not a whole number of at least ${least}`, 'Correct it');
  const cache = new LRUCache<string, { readonly bound: BoundSecret; readonly until: number }>({
    max: maxCached,
  });
  const asked = new Map<string, Promise<BoundSecret | undefined>>();
  const ask = async (name: string): Promise<BoundSecret | undefined> => {
    const given = await get(name);
    if (given === undefined) return undefined;
    const secret = given.value instanceof Secret ? given.value : new Secret(given.value);
    const bound = { secret, ...bindingOf(name, given) };
    // What was refused while it was on its way is not kept.
    if (asked.has(name)) cache.set(name, { bound, until: Date.now() + cacheMs });
    return bound;
  };
  return {
    name: provider,
    get: (name) => {
      const known = cache.get(name);
      if (known !== undefined && Date.now() < known.until) return known.bound;
      const underWay = asked.get(name);
      if (underWay !== undefined) return underWay;
      const answer = ask(name).finally(() => {
        if (asked.get(name) === answer) asked.delete(name);
      });
      asked.set(name, answer);
      return answer;
    },
    forget: (name) => {
      cache.delete(name);
      asked.delete(name);
    },
  };
}

const checkName = text('a name', 'AWS Secrets Manager', (name) => name !== '');
const checkGet = matching(
  'a function',
  'async (name) => ({ value, origins })',
  (value) => typeof value === 'function',
);
