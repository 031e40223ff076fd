import { secondsIn, type WebhookScheme } from '../scheme';
import { type Content, isSignedBy, type SignatureForm, signatureOf } from './signature';

/** How a sender's HMAC is made, and which headers carry what. */
export interface HmacOptions {
  /** Names the scheme in logs. @default 'hmac' */
  readonly name?: string;
  /** The header that carries the signature: `x-crm-signature`. */
  readonly header: string;
  /** What stands before the signature in its header: `sha256=`. @default nothing */
  readonly prefix?: string;
  /** @default 'sha256' */
  readonly algorithm?: 'sha256' | 'sha512';
  /** How the signature is written. @default 'hex' */
  readonly encoding?: 'hex' | 'base64';
  /**
   * The header that carries the time of the signature, in seconds since 1970, which is then a part of what is signed.
   * @default none: a request that somebody recorded can be sent again at any time
   */
  readonly timeHeader?: string;
  /** What is signed. @default the body, with the time and a full stop before it where there is a time */
  readonly content?: (body: Uint8Array, time: string) => readonly (string | Uint8Array)[];
  /** The header that carries the event's id. @default none: doubles are not known by it */
  readonly idHeader?: string;
  /** The header that carries the kind of event. @default none */
  readonly typeHeader?: string;
  /** The id and kind of event as the body has them. */
  readonly describe?: WebhookScheme['describe'];
}

const defaultContent = (body: Uint8Array, time: string): Content =>
  time === '' ? [body] : [`${time}.`, body];

/**
 * A scheme of a sender's own: an HMAC over the body, and over the time where it has one.
 *
 * @example
 * hmac({ header: 'x-crm-signature', prefix: 'v1=', timeHeader: 'x-crm-time', idHeader: 'x-crm-event' });
 */
export function hmac({
  name = 'hmac',
  header,
  prefix = '',
  timeHeader,
  content = defaultContent,
  idHeader,
  typeHeader,
  describe,
  algorithm = 'sha256',
  encoding = 'hex',
}: HmacOptions): WebhookScheme {
  const form: SignatureForm = { algorithm, encoding };
  const timeIn = (headers: Headers): string => (timeHeader && headers.get(timeHeader)) || '';
  const signatureIn = (headers: Headers): string | undefined => {
    const value = headers.get(header) ?? '';
    return value.startsWith(prefix) ? value.slice(prefix.length) : undefined;
  };
  return {
    name,
    claim(headers) {
      if (!signatureIn(headers)) return undefined;
      const seconds = secondsIn(timeIn(headers));
      if (timeHeader !== undefined && seconds === undefined) return undefined;
      return {
        signedAt: seconds === undefined ? undefined : seconds * 1_000,
        id: (idHeader && headers.get(idHeader)) || undefined,
        type: (typeHeader && headers.get(typeHeader)) || undefined,
      };
    },
    verify({ headers, body }, secret) {
      return isSignedBy(secret, content(body, timeIn(headers)), [signatureIn(headers) ?? ''], form);
    },
    describe,
    sign(body, { id, signedAt, type }, secret) {
      const time = timeHeader === undefined ? '' : String(Math.floor(signedAt / 1_000));
      return {
        [header]: prefix + signatureOf(content(body, time), secret, form),
        ...(timeHeader !== undefined && { [timeHeader]: time }),
        ...(idHeader !== undefined && { [idHeader]: id }),
        ...(typeHeader !== undefined && type !== undefined && { [typeHeader]: type }),
      };
    },
  };
}
