import {
  enveloped,
  NOTICES,
  PARENT,
  PARENTS,
  SUBSCRIPTION,
  SUBSCRIPTIONS,
  UNSUBSCRIPTIONS,
} from './malformed-hierarchy';
import { DATA, DELETES, REFRESH, STATUS, TOKENS, UPDATES, URLS } from './malformed-payloads';
import { CANARY, deep, HUGE, json, type Malformed, noObject } from './malformed-values';

/** Every malformed signal, by the signal's name. */
export const SIGNALS: readonly (readonly [signal: string, cases: readonly Malformed[]])[] = [
  ['apiToken', [...TOKENS, ...enveloped('secret:SECOND')]],
  ['apiUrl', [...URLS, ...enveloped('https://other.example.com')]],
  [
    'update',
    [...UPDATES, ...enveloped({ entityName: 'Contact', updates: { Contact: { k_9: { name: CANARY } } } })],
  ],
  ['delete', [...DELETES, ...enveloped({ entityName: 'Contact', deletions: { Contact: ['k_1'] } })]],
  ['data', DATA],
  ['status', [...STATUS, ...enveloped('completed')]],
  ['refresh', REFRESH],
  ['subscribe', SUBSCRIPTIONS],
  ['unsubscribe', UNSUBSCRIPTIONS],
  [
    'parent',
    [
      ...PARENTS,
      ...TOKENS.filter(({ payload }) => payload != null).map(({ what, payload, field }) => ({
        what: `with a token ${what}`,
        payload: { ...PARENT, apiToken: payload },
        field,
      })),
    ],
  ],
  ['child', NOTICES],
  ['pause', enveloped(null)],
  ['cancel', enveloped(null)],
  ['release', enveloped(null)],
  ...['nonsense', 'Update', 'update ', '__proto__', 'constructor', 'toString', 'x'.repeat(300)].map(
    (name) =>
      [name, [{ what: 'a signal nobody knows', payload: { token: CANARY }, field: 'signal' }]] as const,
  ),
];

/** Every malformed update, by the update's name. */
export const UPDATE_CALLS: readonly (readonly [update: string, cases: readonly Malformed[]])[] = [
  ['rotateToken', TOKENS],
  ['update', UPDATES],
  ['refresh', REFRESH],
];

/** Start arguments that fail the workflow. */
export const STARTS: readonly Malformed[] = [
  ...noObject('start argument'),
  { what: 'without an id', payload: {}, field: 'id' },
  { what: 'with an empty id', payload: { id: '' }, field: 'id' },
  { what: 'with a blank id', payload: { id: '  ' }, field: 'id' },
  { what: 'with a number as id', payload: { id: 42 }, field: 'id' },
  { what: 'with null as id', payload: { id: null }, field: 'id' },
  { what: 'with a list as id', payload: { id: ['c_1'] }, field: 'id' },
  { what: 'with a huge id', payload: { id: HUGE }, field: 'id' },
  { what: 'with an entity it does not have', payload: { id: 'c', entityName: 'Order' }, field: 'entityName' },
  {
    what: 'with an entity name that is none',
    payload: { id: 'c', entityName: '__proto__' },
    field: 'entityName',
  },
  {
    what: 'with constructor as entity',
    payload: { id: 'c', entityName: 'constructor' },
    field: 'entityName',
  },
  { what: 'with a number as entity name', payload: { id: 'c', entityName: 1 }, field: 'entityName' },
  ...URLS.filter(({ payload }) => payload != null).map(({ what, payload, field }) => ({
    what: `with an address: ${what}`,
    payload: { id: 'c', apiUrl: payload },
    field,
  })),
  { what: 'with a status that is none', payload: { id: 'c', status: 'degraded' }, field: 'status' },
  { what: 'with a number as status', payload: { id: 'c', status: 1 }, field: 'status' },
  { what: 'with a text as data', payload: { id: 'c', data: CANARY }, field: 'data' },
  { what: 'with a list as data', payload: { id: 'c', data: [{}] }, field: 'data' },
  {
    what: 'with a text for a list in data',
    payload: { id: 'c', data: { contacts: CANARY } },
    field: 'data.contacts',
  },
  {
    what: 'with an item without an id in data',
    payload: { id: 'c', data: { contacts: [{}] } },
    field: 'data.contacts[0]',
  },
  {
    what: 'with an object as subscriptions',
    payload: { id: 'c', subscriptions: {} },
    field: 'subscriptions',
  },
  {
    what: 'with a text as subscriptions',
    payload: { id: 'c', subscriptions: CANARY },
    field: 'subscriptions',
  },
  ...SUBSCRIPTIONS.map(({ what, payload, field }) => ({
    what: `with a subscription: ${what}`,
    payload: { id: 'c', subscriptions: [SUBSCRIPTION, payload] },
    field: `subscriptions[1]${field === 'subscribe' ? '' : `.${field}`}`,
  })),
  ...PARENTS.filter(({ payload }) => payload != null).map(({ what, payload, field }) => ({
    what: `with a parent: ${what}`,
    payload: { id: 'c', parent: payload },
    field: field === 'parent' ? field : `parent.${field}`,
  })),
  { what: 'with data nested too deeply', payload: { id: 'c', data: { name: deep(2_000) } }, field: 'data' },
  { what: 'with a list as state', payload: { id: 'c', state: [] }, field: 'state' },
  {
    what: 'with a text as table of state',
    payload: { id: 'c', state: { Contact: CANARY } },
    field: 'state.Contact',
  },
  {
    what: 'with a text as fields of state',
    payload: { id: 'c', state: { Contact: { k: CANARY } } },
    field: 'state.Contact.k',
  },
  {
    what: 'with an unknown table of state',
    payload: { id: 'c', state: { Ticket: {} } },
    field: 'state.Ticket',
  },
  {
    what: 'with __proto__ as table of state',
    payload: json('{"id":"c","state":{"__proto__":{"k":{}}}}'),
    field: 'state',
  },
  {
    what: 'with a relation of state that is no list',
    payload: { id: 'c', state: { Customer: { c: { contacts: 5 } } } },
    field: 'state.Customer.c.contacts',
  },
  {
    what: 'with strange ids in a relation of state',
    payload: { id: 'c', state: { Customer: { c: { contacts: [{ toString: 1 }] } } } },
    field: 'state.Customer.c.contacts[0]',
  },
  {
    what: 'with state nested too deeply',
    payload: { id: 'c', state: { Contact: { k: { name: deep(2_000) } } } },
    field: 'state',
  },
];

/** Start arguments of which something is left out, and why. */
export const DROPPED: readonly Malformed[] = [
  ...TOKENS.filter(({ payload }) => payload != null).map(({ what, payload, field }) => ({
    what: `a token ${what}`,
    payload: { id: 'c', status: 'paused', apiToken: payload },
    field,
  })),
  { what: 'an unknown field', payload: { id: 'c', status: 'paused', colour: CANARY }, field: 'colour' },
  {
    what: '__proto__',
    payload: json(`{"id":"c","status":"paused","__proto__":{"admin":"${CANARY}"}}`),
    field: '__proto__',
  },
];
