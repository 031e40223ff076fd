import type { Customer360Data } from './customer-360';

/** How an account is, by all that the three systems say of it. */
export type Health = 'good' | 'watch' | 'at risk';

/** What is judged of a customer: what has not been loaded yet is absent. */
export type Judged = Partial<Pick<Customer360Data, 'contacts' | 'tickets' | 'invoices'>>;

/** How long a customer has to pay, from the day of the invoice. */
const termDays = 30;
const dayMs = 24 * 60 * 60 * 1000;

/** What came of a look at an account. */
export interface Judgement {
  readonly health: Health;
  /** Why it is not good, such as `1 overdue invoice, 2 unsolved tickets`; empty where it is. */
  readonly concerns: string;
  /** The open tickets of a customer that owes money: somebody should look at them first. */
  readonly toEscalate: readonly string[];
}

/**
 * Judges an account: one that owes money and waits for an answer is at risk, and one of which something else is wrong is to
 * be watched.
 *
 * @param now in milliseconds, by which an invoice is overdue
 */
export function judge({ contacts = [], tickets = [], invoices = [] }: Judged, now: number): Judgement {
  const isOverdue = (issuedOn: string): boolean => Date.parse(issuedOn) + termDays * dayMs < now;
  const overdue = invoices.filter(({ status, issuedOn }) => status === 'open' && isOverdue(issuedOn));
  const unsolved = tickets.filter(({ status }) => status !== 'closed');
  const concerns = [
    ...(overdue.length > 0 ? [counted(overdue.length, 'overdue invoice')] : []),
    ...(unsolved.length > 0 ? [counted(unsolved.length, 'unsolved ticket')] : []),
    ...(contacts.length === 0 ? ['nobody to call'] : []),
  ];
  const isAtRisk = overdue.length > 0 && unsolved.length > 0;
  const open = unsolved.filter(({ status }) => status === 'open').map(({ id }) => id);
  return {
    health: isAtRisk ? 'at risk' : concerns.length > 0 ? 'watch' : 'good',
    concerns: concerns.join(', '),
    toEscalate: isAtRisk ? open : [],
  };
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
