import { createPrivateKey, type KeyObject, type webcrypto } from 'node:crypto';
import type { Credential } from '@stateful-workflow/core';
import type * as oauth4webapi from 'oauth4webapi';
import type { ClientCredentialsOptions } from './client-credentials-options';
import { namedSecret, unusable } from './credential-text';

/** Who a client is, and how it proves that to the token endpoint. */
export interface ClientProof {
  readonly clientId: string;
  readonly prove: oauth4webapi.ClientAuth;
}

/**
 * Makes the proof from the credential, in the way that the options say.
 *
 * @param conceal hears of the parts of the credential
 * @throws HttpError when the credential cannot be used so
 */
export async function clientProof(
  oauth: typeof oauth4webapi,
  held: Credential,
  { tokenUrl, clientId, clientAuth = 'basic', keyId }: ClientCredentialsOptions,
  conceal: (secret: string) => void,
): Promise<ClientProof> {
  const { origin } = new URL(tokenUrl);
  if (clientAuth === 'private_key_jwt') {
    const key = await signingKey(held, origin);
    return { clientId: clientId ?? '', prove: oauth.PrivateKeyJwt({ key, kid: keyId }) };
  }
  const { name, secret } = namedSecret(held, clientId, conceal, () =>
    unusable(held, origin, 'is not id:secret. Store both, or give clientCredentials() the clientId.'),
  );
  return { clientId: name, prove: clientAuth === 'body' ? oauth.ClientSecretPost(secret) : inHeader(secret) };
}

/**
 * The secret in a header. Id and secret are form-encoded (RFC 6749, section 2.3.1) as URLs have it, which leaves
 * hyphens, dots and underscores as they are. The library encodes those as well: it may, but servers that decode nothing
 * would know no id with a hyphen.
 */
const inHeader =
  (secret: string): oauth4webapi.ClientAuth =>
  (_as, { client_id: id }, _body, headers) => {
    const pair = Buffer.from(`${formEncoded(id)}:${formEncoded(secret)}`).toString('base64');
    headers.set('authorization', `Basic ${pair}`);
  };

const formEncoded = (text: string): string => new URLSearchParams({ '': text }).toString().slice(1);

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
};

/** The private key that a credential is. */
async function signingKey(held: Credential, origin: string): Promise<webcrypto.CryptoKey> {
  let key: KeyObject;
  try {
    key = createPrivateKey(held.secret.reveal());
  } catch {
    // Without its cause: nobody promises that it says nothing of the key.
    throw unusable(held, origin, 'is not a private key as PEM without a passphrase. Store one.');
  }
  const algorithm = algorithmOf(key);
  if (algorithm === undefined)
    throw unusable(held, origin, 'is a private key of a kind that is not used here. Store an RSA or EC key.');
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return await crypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']);
}

function algorithmOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject) {
  if (type === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  if (type === 'rsa-pss') return { name: 'RSA-PSS', hash: 'SHA-256' };
  const namedCurve = CURVES[details?.namedCurve ?? ''];
  return type === 'ec' && namedCurve !== undefined ? { name: 'ECDSA', namedCurve } : undefined;
}
