import { setTimeout as sleep } from 'node:timers/promises';
import { Secret } from '@stateful-workflow/core';
import { createWebhookHandler, standardWebhooks, type WebhookHandler } from '@stateful-workflow/webhooks';
import { signed } from '@stateful-workflow/webhooks/testing';
import type { Client } from '@temporalio/client';
import type { Counts } from './counts';
import type { Random } from './random';
import type { Customer } from './world';

const CRM = 'https://crm.example.com';
const SECRET = `whsec_${Buffer.from('the secret of the sender of chaos').toString('base64')}`;

interface CustomerEvent {
  readonly data: Customer;
  readonly at: number;
}

/** The webhooks of the API: of its events some are lost, some come twice, and all come late and out of order. */
export class Webhooks {
  readonly #handler: WebhookHandler;
  readonly #under = new Set<Promise<void>>();

  constructor(
    client: Client,
    taskQueue: string,
    private readonly random: Random,
    private readonly counts: Counts,
  ) {
    this.#handler = createWebhookHandler<CustomerEvent>({
      client,
      workflow: 'CustomerWorkflow',
      entityName: 'Customer',
      taskQueue,
      scheme: standardWebhooks(),
      from: CRM,
      secret: 'secret:HOOK',
      secrets: [{ name: 'chaos', get: () => ({ secret: new Secret(SECRET), origins: [CRM] }) }],
      target: ({ body: { data } }) => ({ id: data.id, sources: ['profile'] }),
      onEvent: ({ outcome }) => counts.add(`webhooks: ${outcome}`),
    });
  }

  /** An event of a customer as it is now. */
  send(customer: Customer): void {
    const id = `evt_${customer.id}_${customer.version}`;
    const body = JSON.stringify({ type: 'customer.updated', data: customer });
    const copies = this.random.weighted([
      [2, 0],
      [5, 1],
      [3, 2],
    ] as const);
    this.counts.add(copies === 0 ? 'webhooks lost' : copies === 1 ? 'webhooks sent' : 'webhooks doubled');
    for (let i = 0; i < copies; i++) {
      const sending = this.#deliver(id, body, this.random.below(5_000)).finally(() =>
        this.#under.delete(sending),
      );
      this.#under.add(sending);
    }
  }

  /** Waits for those that are late. */
  async settled(): Promise<void> {
    await Promise.all(this.#under);
  }

  /** As a sender does: it tries again for a while, and then no more. */
  async #deliver(id: string, body: string, late: number): Promise<void> {
    for (let attempt = 1; attempt <= 3; attempt++) {
      await sleep(late);
      const request = new Request('https://app.example.com/webhooks', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const response = await this.#handler(await signed(request, standardWebhooks(), SECRET, { id }));
      if (response.ok) return;
    }
    this.counts.add('webhooks given up');
  }
}
