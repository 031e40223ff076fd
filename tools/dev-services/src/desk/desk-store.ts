import { type DeskComment, type DeskTicket, type Placed } from './desk-records';

const subjects = [
  'Cannot sign in',
  'Invoice is wrong',
  'Export is slow',
  'Feature request',
  'Data is missing',
];
const statuses = ['open', 'waiting', 'closed'];
const firstDay = Date.UTC(2026, 0, 5, 9);
const dayMs = 24 * 60 * 60 * 1000;

/** The desk's records, in memory and in the order of their creation. */
export class DeskStore {
  readonly #tickets = new Map<string, Placed<DeskTicket>>();
  readonly #comments = new Map<string, Placed<DeskComment>>();
  #places = 0;

  /** Adds a ticket, or takes the place of the one with the same id. */
  putTicket(ticket: DeskTicket): DeskTicket {
    const place = this.#tickets.get(ticket.id)?.place ?? (this.#places += 1);
    this.#tickets.set(ticket.id, { place, record: ticket });
    return ticket;
  }

  putComment(comment: DeskComment): DeskComment {
    const place = this.#comments.get(comment.id)?.place ?? (this.#places += 1);
    this.#comments.set(comment.id, { place, record: comment });
    return comment;
  }

  removeTicket(id: string): boolean {
    return this.#tickets.delete(id);
  }

  ticket(id: string): DeskTicket | undefined {
    return this.#tickets.get(id)?.record;
  }

  /** Tickets in their order. @param customerId @default those of all customers */
  tickets(customerId?: string): readonly Placed<DeskTicket>[] {
    const all = [...this.#tickets.values()];
    return customerId === undefined ? all : all.filter(({ record }) => record.customerId === customerId);
  }

  comments(ticketId: string): readonly Placed<DeskComment>[] {
    return [...this.#comments.values()].filter(({ record }) => record.ticketId === ticketId);
  }

  clear(): void {
    this.#tickets.clear();
    this.#comments.clear();
  }

  /** Fills in the same records at every start, for customers `c_1`, `c_2` and so on. */
  seed(customers: number, ticketsPerCustomer: number, commentsPerTicket: number): void {
    for (let c = 1; c <= customers; c += 1) {
      for (let t = 1; t <= ticketsPerCustomer; t += 1) {
        const id = `t_${c}_${t}`;
        this.putTicket({
          id,
          customerId: `c_${c}`,
          subject: subjects[(c + t) % subjects.length] ?? '',
          status: statuses[(c * 2 + t) % statuses.length] ?? '',
          updatedAt: new Date(firstDay + (c + t) * dayMs).toISOString(),
        });
        for (let n = 1; n <= commentsPerTicket; n += 1)
          this.putComment({ id: `${id}_${n}`, ticketId: id, text: `Comment ${n} on ${id}` });
      }
    }
  }
}
