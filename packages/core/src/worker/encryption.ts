import type { DataConverter } from '@temporalio/common';
import { encryptionCodec, isEncryptionCodec } from '../credentials/encryption-codec';
import type { Keyring } from '../credentials/keyring';
import { ownPath } from './own-path';

/**
 * A data converter that encrypts, and does all that the user's own does. Codecs run in their order when something is
 * sent: encryption comes last, so that what compresses before it sees what can be compressed.
 */
export function encrypting(theirs: DataConverter | undefined, keyring: Keyring): DataConverter {
  const { payloadCodecs = [], failureConverterPath = failuresPath() } = theirs ?? {};
  if (payloadCodecs.some(isEncryptionCodec)) return { ...theirs, failureConverterPath };
  return { ...theirs, failureConverterPath, payloadCodecs: [...payloadCodecs, encryptionCodec(keyring)] };
}

/** The module that encodes failures, to be bundled with workflows. */
export const failuresPath = (): string => ownPath('failure-converter');
