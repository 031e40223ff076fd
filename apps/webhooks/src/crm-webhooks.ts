import { environmentSecrets } from '@stateful-workflow/core/secrets';
import {
  createWebhookHandler,
  standardWebhooks,
  type WebhookHandler,
  type WebhookHandlerOptions,
} from '@stateful-workflow/webhooks';
import type { Client } from '@temporalio/client';

/** An event as the CRM sends it. */
interface CrmEvent {
  readonly type: string;
  readonly data: { readonly id: string };
}

/** Where the workflows and the CRM are. */
export interface Settings extends Pick<WebhookHandlerOptions, 'log' | 'onEvent'> {
  readonly client: Client;
  readonly taskQueue: string;
  /** The CRM's origin. */
  readonly crmUrl: string;
}

/** Receives the CRM's webhooks. What it signs them with is in the environment, as CRM_HOOK. */
export function crmWebhooks({ crmUrl, ...settings }: Settings): WebhookHandler {
  return createWebhookHandler<CrmEvent>({
    ...settings,
    workflow: 'CustomerWorkflow',
    scheme: standardWebhooks(),
    from: crmUrl,
    secret: 'secret:CRM_HOOK',
    secrets: [environmentSecrets({ CRM_HOOK: { origins: [crmUrl] } })],
    target({ type, body: { data } }) {
      if (type === 'customer.updated' || type === 'customer.deleted') return { id: data.id };
      if (type === 'customer.created')
        return { id: data.id, start: { apiUrl: crmUrl, apiToken: 'secret:CRM_TOKEN' } };
      return undefined;
    },
  });
}
