import type { WebhookHandler } from '@stateful-workflow/webhooks';
import { Hono } from 'hono';

/** An application of Hono that receives webhooks beside its own routes. */
export function honoApp(handler: WebhookHandler): Hono {
  const app = new Hono();
  // The request itself: no middleware before it may read its body, as c.req.json() would.
  app.post('/webhooks/crm', ({ req }) => handler(req.raw));
  app.post('/greetings', async (c) => {
    const { name } = await c.req.json<{ name: string }>();
    return c.json({ greeting: `Hello, ${name}` });
  });
  return app;
}
