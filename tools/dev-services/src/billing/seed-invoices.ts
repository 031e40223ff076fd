import { type Invoice, type InvoiceStatus } from './invoice';

const statuses: readonly InvoiceStatus[] = ['open', 'paid', 'open', 'void'];
const currencies = ['EUR', 'USD', 'GBP'];
const firstDay = Date.UTC(2026, 0, 5, 9);
const dayMs = 24 * 60 * 60 * 1000;

/** Invoice number `k`, from 1, of customer number `n`: the same in every run, on every machine. */
export function seedInvoice(n: number, k: number): Invoice {
  const issued = new Date(firstDay + ((n * 3 + k * 7) % 300) * dayMs).toISOString();
  return {
    id: `i_${n}_${k}`,
    customerId: `c_${n}`,
    number: `2026-${String(n).padStart(2, '0')}${String(k).padStart(2, '0')}`,
    // In cents, so that no binary fraction comes near it.
    total: inUnits(((n * 7_919 + k * 104_729) % 900_000) + 1_999),
    currency: currencies[(n - 1) % currencies.length] ?? 'EUR',
    status: statuses[(n + k - 2) % statuses.length] ?? 'open',
    issuedOn: issued.slice(0, 10),
    updatedAt: issued,
  };
}

function inUnits(cents: number): string {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
}
