import type { Random } from './random';
import type { Customer, Invoice, World } from './world';

/** What a step asks of the rest, besides changing the world. */
export interface Consequences {
  /** The API sends a webhook of a customer that it has changed. */
  readonly changed: (customer: Customer) => void;
  /** The database takes an invoice in, or drops it. */
  readonly store: (invoice: Invoice, isGone?: true) => Promise<void>;
}

const MOST_CUSTOMERS = 16;
const MOST_TICKETS = 50;

type Step = (world: World, random: Random, consequences: Consequences) => void | Promise<void>;

const STEPS: readonly (readonly [weight: number, step: Step])[] = [
  [2, addCustomer],
  [
    8,
    (world, random, { changed }) => {
      const customer = random.pick([...world.customers.values()]);
      if (!customer) return;
      customer.name = `name ${random.below(1e6)}`;
      customer.version++;
      customer.updatedAt = world.now();
      changed(customer);
    },
  ],
  [
    1,
    async (world, random, { store }) => {
      const customer = random.pick([...world.customers.values()]);
      if (!customer || world.customers.size < 8) return;
      world.customers.delete(customer.id);
      for (const { id } of world.ticketsOf(customer.id)) world.tickets.delete(id);
      for (const invoice of world.invoicesOf(customer.id)) {
        world.invoices.delete(invoice.id);
        await store(invoice, true);
      }
    },
  ],
  [4, addTicket],
  [
    8,
    (world, random) => {
      const ticket = random.pick([...world.tickets.values()]);
      if (!ticket) return;
      ticket.title = `title ${random.below(1e6)}`;
      ticket.version++;
    },
  ],
  [
    4,
    (world, random) => {
      const ticket = random.pick([...world.tickets.values()]);
      const to = random.pick([...world.customers.keys()]);
      if (!ticket || to === undefined || to === ticket.customer) return;
      ticket.customer = to;
      ticket.version++;
    },
  ],
  [
    2,
    (world, random) => {
      const ticket = random.pick([...world.tickets.values()]);
      if (ticket) world.tickets.delete(ticket.id);
    },
  ],
  [3, addInvoice],
  [
    5,
    async (world, random, { store }) => {
      const invoice = random.pick([...world.invoices.values()]);
      if (!invoice) return;
      invoice.total = random.below(10_000);
      invoice.version++;
      await store(invoice);
    },
  ],
];

function addCustomer(world: World, random: Random, { changed }: Consequences): void {
  if (world.customers.size >= MOST_CUSTOMERS) return;
  const customer = {
    id: world.id('c'),
    name: `name ${random.below(1e6)}`,
    version: 1,
    updatedAt: world.now(),
  };
  world.customers.set(customer.id, customer);
  changed(customer);
}

function addTicket(world: World, random: Random): void {
  const customer = random.pick([...world.customers.keys()]);
  if (customer === undefined || world.tickets.size >= MOST_TICKETS) return;
  const id = world.id('t');
  world.tickets.set(id, { id, customer, title: `title ${random.below(1e6)}`, version: 1 });
}

async function addInvoice(world: World, random: Random, { store }: Consequences): Promise<void> {
  const customer_id = random.pick([...world.customers.keys()]);
  if (customer_id === undefined || world.invoices.size >= MOST_TICKETS) return;
  const id = world.id('i');
  const invoice = { id, customer_id, total: random.below(10_000), version: 1 };
  world.invoices.set(id, invoice);
  await store(invoice);
}

/** What there is at the beginning. */
export async function populate(world: World, random: Random, consequences: Consequences): Promise<void> {
  for (let i = 0; i < 10; i++) addCustomer(world, random, consequences);
  for (let i = 0; i < 25; i++) addTicket(world, random);
  for (let i = 0; i < 15; i++) await addInvoice(world, random, consequences);
}

/** Changes something at the sources; what, the seed says: it depends on nothing but what was changed before. */
export async function change(world: World, random: Random, consequences: Consequences): Promise<void> {
  await random.weighted(STEPS)(world, random, consequences);
}
