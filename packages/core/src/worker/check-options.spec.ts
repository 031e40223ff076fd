import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../contract/errors';
import { customSecrets } from '../credentials/custom-secrets';
import { directorySecrets } from '../credentials/directory-secrets';
import { environmentSecrets } from '../credentials/environment-secrets';
import { registryActivities } from './activities';
import { statefulWorkflow } from './plugin';
import { createRegistry } from './registry';

const registry = createRegistry([]);
/** What JavaScript lets through, and types do not. */
const any = (value: unknown): never => value as never;

describe('options that only JavaScript lets through', () => {
  it.each<readonly [string, () => unknown, RegExp]>([
    [
      'statefulWorkflow()',
      () => statefulWorkflow(any(undefined)),
      /^statefulWorkflow: is not an object\. Give/,
    ],
    [
      'statefulWorkflow({})',
      () => statefulWorkflow(any({})),
      /^registry: is not a registry\. Give .*createRegistry/,
    ],
    ['a list as registry', () => statefulWorkflow(any({ registry: [] })), /^registry: is not a registry/],
    [
      'secrets that are no list',
      () => statefulWorkflow({ registry, secrets: any(environmentSecrets({})) }),
      /^secrets: is not a list\. Give one such as \[environmentSecrets\(/,
    ],
    ['secrets: null', () => statefulWorkflow({ registry, secrets: any(null) }), /^secrets: is not a list/],
    [
      'a provider that is none',
      () => statefulWorkflow({ registry, secrets: [any({ CRM: 'x' })] }),
      /^secrets\[0\]: is not a provider of secrets\. Give/,
    ],
    [
      'a key as encryption',
      () => statefulWorkflow({ registry, encryption: any({ keyring: 'hunter2' }) }),
      /^encryption\.keyring: is not a Keyring\. Give (?!.*hunter2)/,
    ],
    ['no store', () => statefulWorkflow({ registry, snapshots: any({}) }), /^snapshots: is not a store of/],
    [
      'no limit',
      () => statefulWorkflow({ registry, maxLoadBytes: any('1 MB') }),
      /^maxLoadBytes: is not a whole/,
    ],
    ['registryActivities()', () => registryActivities(any(undefined)), /^registry: is not a registry/],
    [
      'registryActivities() with secrets that are no list',
      () => registryActivities(registry, { secrets: any({}) }),
      /^secrets: is not a list/,
    ],
    [
      'createRegistry()',
      () => createRegistry(any(undefined)),
      /^createRegistry: is not a list of adapters\. Give/,
    ],
    ['an adapter as registry', () => createRegistry(any({ name: 'rest' })), /^createRegistry: is not a list/],
    [
      'a binding without origins',
      () => environmentSecrets({ A: any({}) }),
      /^A\.origins: is not a list\. Give/,
    ],
    ['no binding', () => environmentSecrets({ A: any(undefined) }), /^A: is not an object\. Give/],
    [
      'no origin',
      () => environmentSecrets({ A: { origins: [any(undefined)] } }),
      /^A\.origins\[0\]: is not a text/,
    ],
    [
      'one origin',
      () => environmentSecrets({ A: { origins: any('https://a.example') } }),
      /^A\.origins: is not/,
    ],
    ['no bindings', () => environmentSecrets(any(undefined)), /^environmentSecrets: is not an object\. Give/],
    [
      'no directory',
      () => directorySecrets(any(undefined), {}),
      /^directory: is not the path of a directory/,
    ],
    ['files without origins', () => directorySecrets('/x', { A: any({}) }), /^A\.origins: is not a list/],
    ['nobody to ask', () => customSecrets(any({ name: 'Vault' })), /^get: is not a function\. Give/],
    ['nobody by name', () => customSecrets(any({ get: () => undefined })), /^name: is not a name\. Give/],
  ])('%s', (_, call, reason) => {
    expect(call).toThrow(InvalidInputError);
    expect(call).toThrow(reason);
  });

  it('what a secret manager gives without origins', async () => {
    const provider = customSecrets({ name: 'Vault', get: () => any({ value: 'hunter2' }) });
    await expect(provider.get('CRM')).rejects.toThrow(/^CRM\.origins: is not a list(?!.*hunter2)/);
  });
});
