/** A comment as the source holds it. */
export interface Comment {
  readonly id: string;
  text: string;
}

/** A ticket as the source holds it, with what was written to its workflow directly. */
export interface Ticket {
  readonly id: string;
  title: string;
  readonly comments: Map<string, Comment>;
  note?: string;
  /** Whether it was always at one desk: only then what was written to its workflow must still be there. */
  settled: boolean;
}

/** A desk as the source holds it. */
export interface Desk {
  readonly id: string;
  readonly tickets: Map<string, Ticket>;
  token: string;
  /** Whether a client has it pause. */
  isPaused: boolean;
}

/** What the sources hold, and what the workflows were told: what all of them must hold in the end. */
export class World {
  readonly desks: readonly Desk[];
  readonly #prefix: string;
  #made = 0;

  constructor(prefix: string, desks: number) {
    this.#prefix = prefix;
    this.desks = Array.from({ length: desks }, (_, i) => ({
      id: `${prefix}-d${i}`,
      tickets: new Map<string, Ticket>(),
      token: 'secret:FIRST',
      isPaused: false,
    }));
  }

  id(kind: string): string {
    return `${this.#prefix}-${kind}${++this.#made}`;
  }

  /** Every ticket, with each desk that it is at. */
  get tickets(): { readonly desk: Desk; readonly ticket: Ticket }[] {
    return this.desks.flatMap((desk) => [...desk.tickets.values()].map((ticket) => ({ desk, ticket })));
  }

  /** The desks that a ticket is at. */
  desksOf({ id }: Ticket): Desk[] {
    return this.desks.filter(({ tickets }) => tickets.has(id));
  }

  /** What a desk's source answers. */
  records(deskId: string): readonly unknown[] {
    const desk = this.desks.find(({ id }) => id === deskId);
    return [...(desk?.tickets.values() ?? [])].map(({ id, title, comments }) => ({
      id,
      title,
      comments: [...comments.values()],
    }));
  }

  /** The ids of all workflows that there must be. */
  get workflowIds(): string[] {
    const ids = [
      ...this.desks.map(({ id }) => `Desk-${id}`),
      ...this.tickets.flatMap(({ ticket }) => [
        `Ticket-${ticket.id}`,
        ...[...ticket.comments.keys()].map((id) => `Comment-${id}`),
      ]),
    ];
    return [...new Set(ids)].toSorted();
  }
}
