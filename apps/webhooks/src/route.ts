import { Client, Connection } from '@temporalio/client';
import type { WebhookHandler } from '@stateful-workflow/webhooks';
import { crmWebhooks } from './crm-webhooks';

let handler: WebhookHandler | undefined;

/**
 * A route handler such as those of Next: `app/webhooks/crm/route.ts`, with `export const runtime = 'nodejs'`. What it needs is
 * made with the first request, since such files are also loaded where there is no Temporal: in a build.
 */
export async function POST(request: Request): Promise<Response> {
  handler ??= crmWebhooks({
    client: new Client({ connection: Connection.lazy({ address: setting('TEMPORAL_ADDRESS') }) }),
    taskQueue: setting('TASK_QUEUE'),
    crmUrl: setting('CRM_URL'),
    log: console,
  });
  return handler(request);
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`Set ${name} in the environment.`);
  return value;
}
