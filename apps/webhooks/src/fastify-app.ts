import { toNodeListener, type WebhookHandler } from '@stateful-workflow/webhooks';
import fastify, { type FastifyInstance } from 'fastify';

/** An application of Fastify that receives webhooks beside its own routes. */
export function fastifyApp(handler: WebhookHandler): FastifyInstance {
  const app = fastify();
  app.post('/greetings', async ({ body }) => ({ greeting: `Hello, ${(body as { name: string }).name}` }));
  app.register(async (scope) => {
    const listener = toNodeListener(handler);
    // Fastify parses JSON by itself. In this scope nobody does: a signature is over the bytes as they came.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _body, done) => done(null));
    scope.post('/webhooks/crm', (request, reply) => {
      reply.hijack();
      listener(request.raw, reply.raw);
    });
  });
  return app;
}
