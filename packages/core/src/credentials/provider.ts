import { type Check, listOf, object, optional, shape, text } from '../contract/check';
import { InvalidInputError } from '../contract/errors';
import type { Secret } from '../contract/secret';

/** A secret with what it may be used for. */
export interface BoundSecret {
  readonly secret: Secret;
  /** The origins it may be sent to, as `new URL(...).origin` gives them. */
  readonly origins: readonly string[];
  /** The workflow types that may use it. @default every type */
  readonly workflowTypes?: readonly string[];
}

/** Where a worker looks up `secret:NAME`. */
export interface SecretProvider {
  /** Names the provider in errors. */
  readonly name: string;
  /**
   * The secret of that name as it is now, or `undefined` when this provider does not have it. It is asked at every
   * attempt of a load, so that a rotation needs no signal. What it throws makes the attempt fail as transient: its
   * message may go into logs and histories, so it must hold no secret.
   */
  get(name: string): BoundSecret | undefined | Promise<BoundSecret | undefined>;
  /** An API has refused the secret of that name: what is cached of it is not to be used again. */
  forget?(name: string): void;
}

/** What a secret may be used for. */
export interface SecretBinding {
  /** The origins it may be sent to: `https://crm.example.com`. */
  readonly origins: readonly string[];
  /** The workflow types that may use it. @default every type */
  readonly workflowTypes?: readonly string[];
}

/**
 * The binding of a secret as it is compared.
 *
 * @throws InvalidInputError for what is not an origin, or no list of them
 */
export function bindingOf(name: string, binding: SecretBinding): Omit<BoundSecret, 'secret'> {
  const { origins, workflowTypes } = checkBinding(binding, name);
  return { origins: origins.map((origin) => originOf(name, origin)), workflowTypes };
}

/** The origin of an address; `undefined` for what has none, or holds a user or a password. */
export function parsedOrigin(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || url.host === '' || url.username || url.password) return undefined;
  // Of schemes that the URL standard does not know, such as postgres, `origin` is "null" for every host.
  return url.origin === 'null' ? `${url.protocol}//${url.host}` : url.origin;
}

const texts = (example: string): Check<readonly string[]> =>
  listOf(text('a text', example, (value) => value !== ''));

const checkBinding = shape<SecretBinding>({
  origins: texts('https://crm.example.com'),
  workflowTypes: optional(texts('CustomerWorkflow')),
});

/**
 * What a provider lists, by the secrets' names.
 *
 * @throws InvalidInputError for what is no table of them, which only JavaScript lets through
 */
export const checkBindings: Check<object> = object("{ CRM_TOKEN: { origins: ['https://crm.example.com'] } }");

function originOf(name: string, value: string): string {
  const origin = parsedOrigin(value);
  if (origin !== undefined) return origin;
  throw new InvalidInputError(
    `${name}.origins`,
    'holds something that is not an origin',
    'Write scheme://host[:port], as in https://crm.example.com',
  );
}
