import type { Context } from '@temporalio/activity';
import type { Keyring } from '../credentials/keyring';
import type { SecretProvider } from '../credentials/provider';
import type { Vault } from '../credentials/resolve';
import { type SnapshotStore, snapshotsOf } from './snapshots';

/** What a worker shares with its clients, so that what travels through Temporal can be read by them alone. */
export interface EncryptionOptions {
  /** Opens tokens that were sealed with `sealToken`. */
  readonly keyring: Keyring;
  /**
   * Whether every payload is encrypted, too. Clients then need the same: give the plugin to `Client` as well.
   * @default false
   */
  readonly payloads?: boolean;
}

/** What the activities of a worker share. */
export interface ActivityOptions {
  /** Where `secret:NAME` is looked up, in this order. @default none */
  readonly secrets?: readonly SecretProvider[];
  /** What opens `sealed:…`. @default none: sealed tokens are refused */
  readonly encryption?: EncryptionOptions;
  /**
   * Takes a token that stands in plaintext in a workflow, whose class must allow it as well. For development only: it
   * is in the workflow's history for anybody to read. Every load with one warns.
   * @default false
   */
  readonly allowPlaintextTokens?: boolean;
  /** What earlier loads gave, for deltas. @default 64 MiB in the worker's memory */
  readonly snapshots?: SnapshotStore;
  /** A result with more bytes of JSON travels in several activity results. @default 1 MiB */
  readonly maxResultBytes?: number;
  /** The most bytes of entities, as JSON, that one load may bring. @default 32 MiB */
  readonly maxLoadBytes?: number;
}

/** What references are resolved with. */
export const vaultOf = ({ secrets = [], encryption, allowPlaintextTokens }: ActivityOptions): Vault => ({
  providers: secrets,
  keyring: encryption?.keyring,
  allowPlaintext: allowPlaintextTokens,
});

/** {@link ActivityOptions} with every default filled in, as activities use them. */
export interface Harness extends Required<
  Pick<ActivityOptions, 'snapshots' | 'maxResultBytes' | 'maxLoadBytes'>
> {
  readonly vault: Vault;
}

/** A harness as the loads of one source of one workflow have it. */
export const harnessOf = (source: string, { info }: Context, harness: Harness): Harness => ({
  ...harness,
  snapshots: snapshotsOf(source, info, harness.snapshots),
});
