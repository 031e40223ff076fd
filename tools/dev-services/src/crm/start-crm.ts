import { type AddressInfo } from 'node:net';
import { BehaviourSwitch, type CrmBehaviour } from './behaviour';
import { type ContactFields, type CrmContact, type CrmCustomer, type CustomerFields } from './crm-records';
import { createCrmServer } from './crm-server';
import { CrmStore } from './crm-store';
import { type CrmArrival, type CrmRequest, next, type NextOptions, RequestLog } from './request-log';
import { TokenBook } from './token-book';

const host = '127.0.0.1';

/** How the sample CRM is started. */
export interface StartCrmOptions {
  /** The port. @default a free one */
  readonly port?: number;
  /** How many customers it has: `c_1`, `c_2`, … @default 3 */
  readonly customers?: number;
  /** How many contacts each has: `k_1_1`, `k_1_2`, … @default 2 */
  readonly contactsPerCustomer?: number;
  /** How long each answer of the API takes at least, in milliseconds. @default 0 */
  readonly latencyMs?: number;
  /** Tokens that are valid from the start. @default none: use `issueToken()` */
  readonly tokens?: readonly string[];
}

/**
 * A CRM with a REST API on loopback, to develop, test and demonstrate against. Its data is the same at every
 * start; whatever HTTP can do to it, this object can do as well.
 *
 * ## Rules
 * Every path but `/admin/*` needs `Authorization: Bearer <token>`.
 */
export interface Crm {
  /** The origin, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** Every request to the API that is over, oldest first. */
  readonly requests: readonly CrmRequest[];
  /** How many clients hung up before their answer. */
  readonly aborted: number;

  /** Makes a token and lets it in. */
  issueToken(): string;
  addToken(token: string): void;
  /** @returns whether it was valid until now */
  revokeToken(token: string): boolean;
  /** Revokes every token and makes a new one. */
  rotateTokens(): string;

  /** @throws NoSuchRecordError, as all that name a record do */
  customer(id: string): CrmCustomer;
  contactsOf(customerId: string): readonly CrmContact[];
  patchCustomer(id: string, fields: CustomerFields): CrmCustomer;
  patchContact(id: string, fields: ContactFields): CrmContact;
  /** Adds a contact; fields that are left out are made up. */
  addContact(customerId: string, fields?: ContactFields): CrmContact;
  removeContact(id: string): CrmContact;

  /** Misbehaves from now on. Of several behaviours that fit a request, the latest counts. */
  behave(behaviour: CrmBehaviour): void;
  behaveNormally(): void;

  /** Listens to requests as they end. @returns what ends the listening */
  onRequest(listener: (request: CrmRequest) => void): () => void;
  /** The first request to end, from now on, that the predicate accepts. @default any */
  nextRequest(predicate?: (request: CrmRequest) => boolean, options?: NextOptions): Promise<CrmRequest>;
  /** The first request to come in, from now on, that the predicate accepts; it may still be waiting. */
  nextArrival(predicate?: (arrival: CrmArrival) => boolean, options?: NextOptions): Promise<CrmArrival>;

  /** Closes the server and every connection to it. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts the sample CRM.
 *
 * @throws Error when the port that was asked for is taken
 * @example
 * const crm = await startCrm({ customers: 1 });
 * await fetch(`${crm.url}/customers/c_1`, { headers: { authorization: `Bearer ${crm.issueToken()}` } });
 */
export async function startCrm(options: StartCrmOptions = {}): Promise<Crm> {
  const store = new CrmStore(options.customers ?? 3, options.contactsPerCustomer ?? 2);
  const tokens = new TokenBook(options.tokens ?? []);
  const behaviours = new BehaviourSwitch();
  const log = new RequestLog();
  const app = createCrmServer({ store, tokens, behaviours, log, latencyMs: options.latencyMs ?? 0 });
  try {
    await app.listen({ host, port: options.port ?? 0 });
  } catch (error) {
    throw new Error(`The sample CRM cannot listen on ${host}:${options.port ?? 0}.`, { cause: error });
  }
  const { port } = app.server.address() as AddressInfo;

  let stopping: Promise<void> | undefined;
  return {
    url: `http://${host}:${port}`,
    requests: log.requests,
    get aborted() {
      return log.aborted;
    },
    issueToken: () => tokens.issue(),
    addToken: (token) => tokens.add(token),
    revokeToken: (token) => tokens.revoke(token),
    rotateTokens: () => tokens.rotate(),
    customer: (id) => store.customer(id),
    contactsOf: (customerId) => store.contactsOf(customerId),
    patchCustomer: (id, fields) => store.patchCustomer(id, fields),
    patchContact: (id, fields) => store.patchContact(id, fields),
    addContact: (customerId, fields = {}) => store.addContact(customerId, fields),
    removeContact: (id) => store.removeContact(id),
    behave: (behaviour) => behaviours.add(behaviour),
    behaveNormally: () => behaviours.clear(),
    onRequest: (listener) => log.onRequest(listener),
    nextRequest: (predicate = () => true, how = {}) => next((l) => log.onRequest(l), predicate, how),
    nextArrival: (predicate = () => true, how = {}) => next((l) => log.onArrival(l), predicate, how),
    stop: () => (stopping ??= Promise.resolve(app.close())),
  };
}
