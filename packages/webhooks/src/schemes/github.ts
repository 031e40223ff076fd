import type { WebhookScheme } from '../scheme';
import { hmac } from './hmac';

/**
 * Webhooks of GitHub: `X-Hub-Signature-256`, the id in `X-GitHub-Delivery`, the kind in `X-GitHub-Event`. The content type
 * of the webhook has to be `application/json`.
 *
 * GitHub signs no time: a request that somebody recorded can be sent again at any time, and has the workflow look once more.
 */
export const github = (): WebhookScheme =>
  hmac({
    name: 'github',
    header: 'x-hub-signature-256',
    prefix: 'sha256=',
    idHeader: 'x-github-delivery',
    typeHeader: 'x-github-event',
  });
