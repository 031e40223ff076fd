import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { secondsIn, textIn, type WebhookScheme } from '../scheme';

/**
 * Standard Webhooks, as Svix and many others send them: `webhook-id`, `webhook-timestamp` and `webhook-signature`, which has
 * one signature for each secret in use; the kind of event in `type` of the body. The secret is `whsec_` and base64.
 *
 * @see https://www.standardwebhooks.com
 */
export const standardWebhooks = (): WebhookScheme => ({
  name: 'standard-webhooks',
  claim(headers) {
    const id = headers.get('webhook-id');
    const seconds = secondsIn(headers.get('webhook-timestamp'));
    if (!id || seconds === undefined || !headers.get('webhook-signature')) return undefined;
    return { id, isIdSigned: true, signedAt: seconds * 1_000 };
  },
  verify({ headers, body }, secret) {
    const webhook = new Webhook(secret.reveal());
    try {
      webhook.verify(body, Object.fromEntries(headers), { jsonParse: false });
      return true;
    } catch (error) {
      if (error instanceof WebhookVerificationError) return false;
      throw error;
    }
  },
  describe: (body) => ({ type: textIn(body, 'type') }),
  sign(body, { id, signedAt }, secret) {
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(signedAt / 1_000)),
      'webhook-signature': new Webhook(secret.reveal()).sign(id, new Date(signedAt), body),
    };
  },
});
