/** A ticket, as the API gives it. A move to another customer is a change: it counts the version up. */
export interface Ticket {
  readonly id: string;
  customer: string;
  title: string;
  version: number;
}

/** A customer, as the API gives it. */
export interface Customer {
  readonly id: string;
  name: string;
  version: number;
  /** By the API's clock, which counts its changes. */
  updatedAt: string;
}

/** An invoice, as the database holds it. */
export interface Invoice {
  readonly id: string;
  readonly customer_id: string;
  total: number;
  version: number;
}

/** What the sources hold: what every workflow has to hold at rest. */
export class World {
  readonly customers = new Map<string, Customer>();
  readonly tickets = new Map<string, Ticket>();
  readonly invoices = new Map<string, Invoice>();
  #made = 0;
  #time = Date.UTC(2026, 0, 1);

  id(kind: string): string {
    return `${kind}${++this.#made}`;
  }

  /** The next moment of the API's clock: no two changes have the same. */
  now(): string {
    return new Date((this.#time += 1_000)).toISOString();
  }

  ticketsOf(customer: string): Ticket[] {
    return [...this.tickets.values()].filter((ticket) => ticket.customer === customer);
  }

  invoicesOf(customer: string): Invoice[] {
    return [...this.invoices.values()].filter(({ customer_id }) => customer_id === customer);
  }

  /** What the workflow of each entity has to hold, by workflow id. */
  get expected(): Map<string, unknown> {
    const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : 1);
    const all = new Map<string, unknown>();
    for (const customer of this.customers.values())
      all.set(`Customer-${customer.id}`, {
        ...customer,
        standing: standingOf(customer.id),
        tickets: this.ticketsOf(customer.id).toSorted(byId),
        invoices: this.invoicesOf(customer.id).toSorted(byId),
      });
    for (const ticket of this.tickets.values()) all.set(`Ticket-${ticket.id}`, { ...ticket });
    return all;
  }

  /** The version of every record, by the workflow that has to report it and the record's key. */
  get versions(): { readonly workflowId: string; readonly key: string; readonly version: number }[] {
    return [
      ...[...this.customers.values()].map(({ id, version }) => ({
        workflowId: `Customer-${id}`,
        key: `Customer ${id}`,
        version,
      })),
      ...[...this.tickets.values()].map(({ id, version }) => ({
        workflowId: `Ticket-${id}`,
        key: `Ticket ${id}`,
        version,
      })),
      ...[...this.invoices.values()].map(({ id, customer_id, version }) => ({
        workflowId: `Customer-${customer_id}`,
        key: `Invoice ${id}`,
        version,
      })),
    ];
  }
}

/** What the API says of a customer at an address of its own, which only the class that is deployed in the middle asks. */
export const standingOf = (id: string): string => `standing of ${id}`;
