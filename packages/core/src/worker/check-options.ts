import { type Check, listOf, matching, object, shape, wholeNumber } from '../contract/check';
import type { Keyring } from '../credentials/keyring';
import type { SecretProvider } from '../credentials/provider';
import type { ActivityOptions, EncryptionOptions } from './harness';
import type { Registry } from './registry';
import type { SnapshotStore } from './snapshots';

/** What has these methods. */
const having = <T>(what: string, example: string, ...methods: readonly (keyof T & string)[]): Check<T> =>
  matching(what, example, (value) => {
    const given = value as Partial<Record<string, unknown>> | null;
    return typeof given === 'object' && methods.every((method) => typeof given?.[method] === 'function');
  });

/** What may be left out; unlike in a payload, null is not the same, since no default takes its place. */
const option =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, field) =>
    value === undefined ? undefined : check(value, field);

/** @throws InvalidInputError */
export const checkFlag: Check<boolean> = matching<boolean>(
  'true or false',
  'true',
  (value) => typeof value === 'boolean',
);

const encryption = shape<EncryptionOptions>({
  keyring: matching<Keyring>(
    'a Keyring',
    "new Keyring({ primary: 'ID', keys: { ID: '…' } })",
    (value) => typeof (value as Keyring | null | undefined)?.primary === 'string',
  ),
  payloads: option(checkFlag),
});

/** Refuses options that only JavaScript lets through. @throws InvalidInputError that names the field */
export const checkActivityOptions: (options: unknown) => void = shape<ActivityOptions>(
  {
    secrets: option(
      listOf(
        having<SecretProvider>(
          'a provider of secrets',
          "environmentSecrets({ CRM_TOKEN: { origins: ['https://crm.example.com'] } })",
          'get',
        ),
      ),
    ),
    encryption: option(encryption),
    allowPlaintextTokens: option(checkFlag),
    snapshots: option(
      having<SnapshotStore>('a store of snapshots', 'memorySnapshots()', 'has', 'get', 'set'),
    ),
    maxResultBytes: option(wholeNumber('1048576')),
    maxLoadBytes: option(wholeNumber('33554432')),
  },
  'options',
);

/** The registry of a plugin. @throws InvalidInputError */
export const checkRegistry: Check<Registry> = matching(
  'a registry',
  "createRegistry([restAdapter({ origins: ['https://crm.example.com'] })])",
  (value) => Array.isArray((value as Registry | null | undefined)?.adapters),
);

/** What is given to a plugin at all. @throws InvalidInputError */
export const checkPluginOptions: Check<object> = object(
  '{ registry: createRegistry([…]), secrets: [environmentSecrets({ … })] }',
);
