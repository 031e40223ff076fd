import type { DataConverter } from '@temporalio/common';
import { encryptionCodec, isEncryptionCodec } from '../credentials/encryption-codec';
import type { Keyring } from '../credentials/keyring';

/**
 * A data converter that encrypts, and does all that the user's own does. Codecs run in their order when something is
 * sent: encryption comes last, so that what compresses before it sees what can be compressed.
 */
export function encrypting(theirs: DataConverter | undefined, keyring: Keyring): DataConverter {
  const { payloadCodecs = [], failureConverterPath = failuresPath() } = theirs ?? {};
  if (payloadCodecs.some(isEncryptionCodec)) return { ...theirs, failureConverterPath };
  return { ...theirs, failureConverterPath, payloadCodecs: [...payloadCodecs, encryptionCodec(keyring)] };
}

/** This package as those who installed it see it: what is resolved here is loaded by Temporal, which has no other name. */
const PACKAGE = '@stateful-workflow/core';

/** The module that encodes failures, to be bundled with workflows. */
export const failuresPath = (): string => require.resolve(`${PACKAGE}/failure-converter`);
