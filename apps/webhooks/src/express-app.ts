import { toNodeListener, type WebhookHandler } from '@stateful-workflow/webhooks';
import express, { type Express } from 'express';

/** An application of Express that receives webhooks beside its own routes. */
export function expressApp(handler: WebhookHandler): Express {
  const app = express();
  // Before express.json(), which would eat the bytes that the signature is over.
  app.post('/webhooks/crm', toNodeListener(handler));
  app.use(express.json());
  app.post('/greetings', ({ body }, response) => {
    response.json({ greeting: `Hello, ${(body as { name: string }).name}` });
  });
  return app;
}
