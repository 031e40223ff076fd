/** A ticket, as the support desk holds it. */
export interface DeskTicket {
  /** `t_<customer number>_<number>`, such as `t_1_2`, unless it was put with another. */
  readonly id: string;
  readonly customerId: string;
  readonly subject: string;
  readonly status: string;
  /** When it last changed, in ISO 8601; `null` for one that has no time. */
  readonly updatedAt: string | null;
}

/** A comment on a ticket. */
export interface DeskComment {
  readonly id: string;
  readonly ticketId: string;
  readonly text: string;
}

/** Something with its place in a list, which a change does not change. */
export interface Placed<T> {
  readonly place: number;
  readonly record: T;
}
