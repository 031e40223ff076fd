/** Where an invoice stands. */
export type InvoiceStatus = 'open' | 'paid' | 'void';

/** An invoice, as the billing database holds it. */
export interface Invoice {
  /** `i_<customer number>_<number>`, such as `i_1_2`. */
  readonly id: string;
  readonly customerId: string;
  /** What the customer sees: `2026-0102`. */
  readonly number: string;
  /** A decimal number with two places, of up to 18 digits: text, since a JavaScript number would lose some. */
  readonly total: string;
  /** ISO 4217: `EUR`. */
  readonly currency: string;
  readonly status: InvoiceStatus;
  /** A day: `2026-01-31`. */
  readonly issuedOn: string;
  /** When the row was last written, in ISO 8601. */
  readonly updatedAt: string;
}

/** What can be said of a new invoice. */
export type InvoiceFields = Partial<Pick<Invoice, 'total' | 'currency' | 'issuedOn'>>;
