import { secondsIn, textIn, type WebhookScheme } from '../scheme';
import { isSignedBy, type SignatureForm, signatureOf } from './signature';

const HEADER = 'stripe-signature';
const FORM: SignatureForm = { algorithm: 'sha256', encoding: 'hex' };
/** Of more signatures than there can be secrets, none is looked at. */
const MOST_SIGNATURES = 10;

/** What `t=…,v1=…,v1=…` holds. */
function partsOf(
  headers: Headers,
): { readonly time: string; readonly signatures: readonly string[] } | undefined {
  const pairs = (headers.get(HEADER) ?? '').split(',').map((part) => part.trim().split('='));
  const valuesOf = (key: string): string[] =>
    pairs.flatMap(([name, value = '', ...more]) => (name === key && more.length === 0 ? [value] : []));
  const [time, ...others] = valuesOf('t');
  const signatures = valuesOf('v1');
  if (time === undefined || others.length > 0) return undefined;
  return signatures.length > 0 && signatures.length <= MOST_SIGNATURES ? { time, signatures } : undefined;
}

/**
 * Webhooks of Stripe: `Stripe-Signature` with the time and one signature for each secret in use; id and kind in the body.
 * The secret is the endpoint's, `whsec_…`.
 */
export const stripe = (): WebhookScheme => ({
  name: 'stripe',
  claim(headers) {
    const seconds = secondsIn(partsOf(headers)?.time);
    return seconds === undefined ? undefined : { signedAt: seconds * 1_000 };
  },
  verify({ headers, body }, secret) {
    const parts = partsOf(headers);
    return parts !== undefined && isSignedBy(secret, [`${parts.time}.`, body], parts.signatures, FORM);
  },
  describe: (body) => ({ id: textIn(body, 'id'), type: textIn(body, 'type') }),
  sign(body, { signedAt }, secret) {
    const time = Math.floor(signedAt / 1_000);
    return { [HEADER]: `t=${time},v1=${signatureOf([`${time}.`, body], secret, FORM)}` };
  },
});
