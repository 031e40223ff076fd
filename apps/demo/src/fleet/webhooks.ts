import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { environmentSecrets } from '@stateful-workflow/core/secrets';
import type { Crm } from '@stateful-workflow/dev-services';
import { createWebhookHandler, standardWebhooks, toNodeListener } from '@stateful-workflow/webhooks';
import { signed } from '@stateful-workflow/webhooks/testing';
import type { Client } from '@temporalio/client';

/** An event as the CRM sends it. */
interface CrmEvent {
  readonly type: string;
  readonly data: { readonly id: string };
}

/** Both ends of the CRM's webhooks: a server that receives them, and the CRM that sends one for each PATCH of a customer. */
export class Webhooks {
  /** What the CRM signs with. */
  readonly secret = `whsec_${randomBytes(24).toString('base64')}`;
  readonly url: string;
  readonly #server: Server;
  readonly #unlisten: () => void;

  private constructor(
    server: Server,
    crm: Crm,
    receive: (secret: string) => ReturnType<typeof toNodeListener>,
  ) {
    server.on('request', receive(this.secret));
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks/crm`;
    this.#unlisten = crm.onRequest(({ method, path, status }) => {
      const [, id] = /^\/customers\/([^/]+)$/.exec(path) ?? [];
      if (method === 'PATCH' && status === 200 && id !== undefined) void this.send(id).catch(() => undefined);
    });
  }

  static async listen(parts: { client: Client; taskQueue: string; crm: Crm }): Promise<Webhooks> {
    const { client, taskQueue, crm } = parts;
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const receive = (secret: string) =>
      toNodeListener(
        createWebhookHandler<CrmEvent>({
          client,
          workflow: 'FleetCustomerWorkflow',
          taskQueue,
          scheme: standardWebhooks(),
          from: crm.url,
          secret: 'secret:CRM_HOOK',
          secrets: [environmentSecrets({ CRM_HOOK: { origins: [crm.url] } }, { CRM_HOOK: secret })],
          target: ({ type, body }) => (type === 'customer.updated' ? { id: body.data.id } : undefined),
        }),
      );
    return new Webhooks(server, crm, receive);
  }

  /** Sends the event of a customer that has changed, as the CRM does. @returns the status of the answer, and what it says */
  async send(id: string, secret = this.secret): Promise<{ status: number; outcome: string }> {
    const event: CrmEvent = { type: 'customer.updated', data: { id } };
    const headers = { 'content-type': 'application/json' };
    const request = new Request(this.url, { method: 'POST', headers, body: JSON.stringify(event) });
    const answer = await fetch(await signed(request, standardWebhooks(), secret));
    const { outcome } = (await answer.json()) as { outcome: string };
    return { status: answer.status, outcome };
  }

  async stop(): Promise<void> {
    this.#unlisten();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
