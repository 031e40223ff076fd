import { type ContactFields, type CrmContact, type CrmCustomer, type CustomerFields } from './crm-records';
import { seedContact, seedCustomer } from './seed';

/** Thrown when a record is asked for that is not there. */
export class NoSuchRecordError extends Error {
  override readonly name = 'NoSuchRecordError';
}

/** The CRM's records, in memory and in the order of their creation. */
export class CrmStore {
  readonly #customers = new Map<string, CrmCustomer>();
  readonly #contacts = new Map<string, Map<string, CrmContact>>();
  /** When the set of a customer's contacts last shrank or grew, which no contact that is left tells. */
  readonly #membershipChangedAt = new Map<string, string>();
  readonly #nextContact = new Map<string, number>();

  constructor(customers: number, contactsPerCustomer: number) {
    for (let n = 1; n <= customers; n += 1) {
      const customer = seedCustomer(n);
      const contacts = Array.from({ length: contactsPerCustomer }, (_, index) => seedContact(n, index + 1));
      this.#customers.set(customer.id, customer);
      this.#contacts.set(customer.id, new Map(contacts.map((contact) => [contact.id, contact])));
      this.#nextContact.set(customer.id, contactsPerCustomer + 1);
    }
  }

  customers(): readonly CrmCustomer[] {
    return [...this.#customers.values()];
  }

  /** @throws NoSuchRecordError */
  customer(id: string): CrmCustomer {
    const customer = this.#customers.get(id);
    if (customer === undefined) throw new NoSuchRecordError(`There is no customer ${id}.`);
    return customer;
  }

  /** @throws NoSuchRecordError */
  contactsOf(customerId: string): readonly CrmContact[] {
    return [...this.#contactMap(customerId).values()];
  }

  /** When a customer's contacts, or which they are, last changed; `undefined` if there never was one. */
  contactsChangedAt(customerId: string): string | undefined {
    const times = this.contactsOf(customerId).map((contact) => contact.updatedAt);
    const membership = this.#membershipChangedAt.get(customerId);
    return latest(membership === undefined ? times : [...times, membership]);
  }

  /** @throws NoSuchRecordError */
  patchCustomer(id: string, fields: CustomerFields): CrmCustomer {
    const patched = patch(this.customer(id), fields);
    this.#customers.set(id, patched);
    return patched;
  }

  /** @throws NoSuchRecordError */
  patchContact(id: string, fields: ContactFields): CrmContact {
    const owner = this.#ownerOf(id);
    const patched = patch(owner.contact, fields);
    owner.contacts.set(id, patched);
    return patched;
  }

  /** @throws NoSuchRecordError if there is no such customer */
  addContact(customerId: string, fields: ContactFields): CrmContact {
    const contacts = this.#contactMap(customerId);
    const number = this.#nextContact.get(customerId) ?? 1;
    // An id is never given twice, so that a contact that went cannot be mistaken for one that came.
    this.#nextContact.set(customerId, number + 1);
    const seed = seedContact(Number(customerId.slice(2)), number);
    const contact = { ...seed, ...fields, updatedAt: new Date().toISOString() };
    contacts.set(contact.id, contact);
    this.#membershipChangedAt.set(customerId, contact.updatedAt);
    return contact;
  }

  /** @throws NoSuchRecordError */
  removeContact(id: string): CrmContact {
    const { contact, contacts } = this.#ownerOf(id);
    contacts.delete(id);
    this.#membershipChangedAt.set(contact.customerId, new Date().toISOString());
    return contact;
  }

  #contactMap(customerId: string): Map<string, CrmContact> {
    const contacts = this.#contacts.get(customerId);
    if (contacts === undefined) throw new NoSuchRecordError(`There is no customer ${customerId}.`);
    return contacts;
  }

  #ownerOf(id: string): { contact: CrmContact; contacts: Map<string, CrmContact> } {
    for (const contacts of this.#contacts.values()) {
      const contact = contacts.get(id);
      if (contact !== undefined) return { contact, contacts };
    }
    throw new NoSuchRecordError(`There is no contact ${id}.`);
  }
}

/** The latest of some ISO 8601 times in UTC, which sort as text. */
export function latest(times: readonly string[]): string | undefined {
  return times.reduce<string | undefined>(
    (last, time) => (last === undefined || time > last ? time : last),
    undefined,
  );
}

function patch<R extends CrmCustomer | CrmContact>(record: R, fields: CustomerFields | ContactFields): R {
  const patched = { ...record, ...fields };
  // Writing what is there already is no change: the validators stay, and a conditional request gets its 304.
  if (JSON.stringify(patched) === JSON.stringify(record)) return record;
  return { ...patched, updatedAt: new Date().toISOString() };
}
