import {
  type CredentialReference,
  type Cycle,
  defineSchema,
  defineWorkflow,
  type RefreshPolicy,
  StatefulWorkflow,
} from '@stateful-workflow/core/workflow';
import { isCancellation, log, proxyActivities } from '@temporalio/workflow';
import type { escalateTicket } from '../worker/escalate-ticket';
import { type Health, judge } from './account-health';
import {
  type Customer360Data,
  deskUrl,
  type InvoiceData,
  schema360,
  sources360,
  type TicketData,
} from './customer-360';

/** What it holds: a customer from three systems, and how that is. */
export interface AccountData extends Customer360Data {
  readonly health?: Health;
  /** Why it is not good; empty where it is. */
  readonly concerns?: string;
}

const desk = proxyActivities<{ escalateTicket: typeof escalateTicket }>({
  startToCloseTimeout: '10 seconds',
  retry: { maximumAttempts: 3 },
});

/**
 * An account: a customer from three systems, with a workflow for each of its contacts, tickets and invoices. It judges its
 * health by all of them, and escalates the open tickets of a customer whose invoice is overdue, at the desk.
 */
class Account extends StatefulWorkflow<AccountData> {
  override readonly schema = schema360;
  override readonly sources = sources360();
  override readonly refresh: RefreshPolicy = { every: '3 seconds' };
  override readonly managedPaths = { contacts: true, tickets: true, invoices: true };

  override async execute({ changes }: Cycle): Promise<void> {
    const { data } = this;
    if (data === undefined) return;
    const plan = changes.upserts['Customer']?.[this.id]?.['plan'];
    if (plan !== undefined) this.#note({ plans: [...(data.plans ?? []), plan] });
    const { health, concerns, toEscalate } = judge(data, Date.now());
    if (health !== data.health || concerns !== data.concerns) this.#note({ health, concerns });
    if (toEscalate.length > 0 && (await this.#escalate(toEscalate))) this.requestCycle({ load: true });
  }

  #note(fields: object): void {
    this.update({ entityName: 'Customer', data: { id: this.id, ...fields } });
  }

  /** @returns whether the desk took it. Where it did not, the tickets stay open there, and the next cycle tries again */
  async #escalate(tickets: readonly string[]): Promise<boolean> {
    const token = this.apiToken as CredentialReference;
    try {
      await Promise.all(tickets.map((id) => desk.escalateTicket(id, deskUrl(), token)));
      return true;
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('The desk did not take an escalation', { tickets, error });
      return false;
    }
  }
}

export const AccountWorkflow = defineWorkflow(Account, { name: 'AccountWorkflow' });

/** The home of one ticket, which its account follows at the desk. */
class TicketHome extends StatefulWorkflow<TicketData> {
  override readonly schema = defineSchema({ Ticket: {} });
}

export const TicketWorkflow = defineWorkflow(TicketHome, { name: 'TicketWorkflow' });

/** The home of one invoice, which its account follows in the billing database. */
class InvoiceHome extends StatefulWorkflow<InvoiceData> {
  override readonly schema = defineSchema({ Invoice: {} });
}

export const InvoiceWorkflow = defineWorkflow(InvoiceHome, { name: 'InvoiceWorkflow' });
