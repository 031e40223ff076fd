/** A contact of a customer, as the CRM serves it. */
export interface CrmContact {
  /** `k_<customer number>_<number>`, such as `k_1_2`. */
  readonly id: string;
  readonly customerId: string;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  /** When a field last changed, in ISO 8601. */
  readonly updatedAt: string;
}

/** A customer, as the CRM serves it. */
export interface CrmCustomer {
  /** `c_<number>`, such as `c_1`. */
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly plan: string;
  readonly city: string;
  /** When a field last changed, in ISO 8601. A change of its contacts is not a change of the customer. */
  readonly updatedAt: string;
  /** Present only where the request says `include=contacts`. */
  readonly contacts?: readonly CrmContact[];
}

/** What may be changed about a customer. */
export type CustomerFields = Partial<Pick<CrmCustomer, 'name' | 'email' | 'plan' | 'city'>>;

/** What may be said about a contact. */
export type ContactFields = Partial<Pick<CrmContact, 'name' | 'email' | 'role'>>;

/** The names of the fields that may be written, which the HTTP API checks bodies against. */
export const customerFieldNames = ['name', 'email', 'plan', 'city'] as const;

/** The names of the fields that may be written, which the HTTP API checks bodies against. */
export const contactFieldNames = ['name', 'email', 'role'] as const;
