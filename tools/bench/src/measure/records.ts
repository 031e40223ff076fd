/** A record as a source gives it: 6 fields, about 170 bytes as JSON. */
export interface Ticket {
  readonly id: string;
  readonly subject: string;
  readonly status: string;
  readonly priority: number;
  readonly assignee: string;
  readonly updatedAt: string;
}

const statuses = ['open', 'waiting', 'solved', 'closed'] as const;

/** Records that are the same in every run. */
export function tickets(count: number): Ticket[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `t_${String(i).padStart(5, '0')}`,
    subject: `Order ${1_000_000 + i * 79} was not delivered to where it was sent`,
    status: statuses[i % statuses.length] as string,
    priority: i % 5,
    assignee: `agent_${i % 40}`,
    updatedAt: new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString(),
  }));
}

/** The same records with one field of one of them changed. @param change numbers the changes: 0, 1, 2, … */
export function withOneChange(records: readonly Ticket[], change: number): Ticket[] {
  const at = (change * 379 + 11) % records.length;
  return records.with(at, { ...(records[at] as Ticket), subject: `Changed for the ${change + 1}. time` });
}
