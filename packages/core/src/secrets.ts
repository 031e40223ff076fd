export { customSecrets, type CustomSecret, type CustomSecretsOptions } from './credentials/custom-secrets';
export { directorySecrets, type FileBinding } from './credentials/directory-secrets';
export { environmentSecrets, type EnvironmentBinding } from './credentials/environment-secrets';
export { Keyring, type KeyringOptions } from './credentials/keyring';
export type { BoundSecret, SecretBinding, SecretProvider } from './credentials/provider';
export { holdsSecret } from './credentials/redact';
export type { SecretUse } from './credentials/resolve';
export { SecretKeeper, type SecretKeeperOptions } from './credentials/secret-keeper';
