import { textIn, type WebhookScheme } from '../scheme';
import { hmac } from './hmac';

/**
 * Events of Slack: `X-Slack-Signature` over a version, the time of `X-Slack-Request-Timestamp` and the body; the id in
 * `event_id` of the body. The secret is the app's signing secret.
 */
export const slack = (): WebhookScheme =>
  hmac({
    name: 'slack',
    header: 'x-slack-signature',
    prefix: 'v0=',
    timeHeader: 'x-slack-request-timestamp',
    content: (body, time) => [`v0:${time}:`, body],
    describe: (body) => ({ id: textIn(body, 'event_id'), type: textIn(body, 'type') }),
  });
