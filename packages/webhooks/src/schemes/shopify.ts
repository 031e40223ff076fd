import type { WebhookScheme } from '../scheme';
import { hmac } from './hmac';

/**
 * Webhooks of Shopify: `X-Shopify-Hmac-Sha256`, the id in `X-Shopify-Event-Id`, the kind in `X-Shopify-Topic`. The secret is
 * the client secret of the app.
 *
 * Shopify signs no time: a request that somebody recorded can be sent again at any time, and has the workflow look once more.
 */
export const shopify = (): WebhookScheme =>
  hmac({
    name: 'shopify',
    header: 'x-shopify-hmac-sha256',
    encoding: 'base64',
    idHeader: 'x-shopify-event-id',
    typeHeader: 'x-shopify-topic',
  });
