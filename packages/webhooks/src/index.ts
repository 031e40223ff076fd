export { createWebhookHandler, type WebhookHandler } from './handler';
export { type NodeListener, toNodeListener } from './node-listener';
export type {
  WebhookEvent,
  WebhookHandlerOptions,
  WebhookLog,
  WebhookRecord,
  WebhookTarget,
} from './options';
export type { WebhookOutcome, WebhookReport } from './report';
export type { SignedMessage, Signing, WebhookClaim, WebhookScheme } from './scheme';
export { github } from './schemes/github';
export { hmac, type HmacOptions } from './schemes/hmac';
export { shopify } from './schemes/shopify';
export { slack } from './schemes/slack';
export { standardWebhooks } from './schemes/standard-webhooks';
export { stripe } from './schemes/stripe';
