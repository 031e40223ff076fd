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
export function crmWebhooks(settings: Settings): WebhookHandler {
  const start = { apiUrl: settings.crmUrl, apiToken: 'secret:CRM_TOKEN' } as const;
  return createWebhookHandler<CrmEvent>({
    ...common(settings),
    workflow: 'CustomerWorkflow',
    target({ type, body: { data } }) {
      if (type === 'customer.updated' || type === 'customer.deleted') return { id: data.id };
      return type === 'customer.created' ? { id: data.id, start } : undefined;
    },
  });
}

/** The same for a fleet: whichever customer an event is about, the feed of all looks. */
export function fleetWebhooks(settings: Settings): WebhookHandler {
  const start = { apiUrl: settings.crmUrl, apiToken: 'secret:CRM_TOKEN' } as const;
  return createWebhookHandler<CrmEvent>({
    ...common(settings),
    workflow: 'CustomersFeed',
    target: ({ type }) => (type?.startsWith('customer.') ? { id: 'all', start } : undefined),
  });
}

/** How the CRM signs, and where the secret is. */
const common = ({ crmUrl, ...settings }: Settings) =>
  ({
    ...settings,
    scheme: standardWebhooks(),
    from: crmUrl,
    secret: 'secret:CRM_HOOK',
    secrets: [environmentSecrets({ CRM_HOOK: { origins: [crmUrl] } })],
  }) as const;
