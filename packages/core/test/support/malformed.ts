/** The text that no refusal may repeat; it stands for a secret that somebody sent by mistake. */
export const CANARY = 'tok-CANARY-3f9c1e7a5b';

/** Something that must be refused, and the field that the refusal has to name. */
export interface Malformed {
  readonly what: string;
  readonly payload: unknown;
  readonly field: string;
}

const HUGE = CANARY.repeat(5_000);

/** JSON as a client in another language may send it: `__proto__` is a key like any other. */
const json = (text: string): unknown => JSON.parse(text);

/** An object of objects, so deep that naive recursion ends in a stack overflow. */
function deep(levels: number): unknown {
  let value: unknown = CANARY;
  for (let i = 0; i < levels; i++) value = { a: value };
  return value;
}

/** Values that are no object. */
const NO_OBJECTS: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', CANARY],
  ['an empty text', ''],
  ['a number', 42],
  ['true', true],
  ['a list', [CANARY]],
  ['a list of lists', [[], [[]]]],
];

const noObject = (field: string): Malformed[] =>
  NO_OBJECTS.map(([what, payload]) => ({ what, payload, field }));

/** Tokens that are no reference. */
const TOKENS: readonly Malformed[] = (
  [
    ['in plaintext', CANARY],
    ['in plaintext, as a header', `Bearer ${CANARY}`],
    ['in plaintext, as a JWT', `eyJhbGciOiJIUzI1NiJ9.${CANARY}.c2ln`],
    ['an empty text', ''],
    ['a space', ' '],
    ['nothing', undefined],
    ['null', null],
    ['a number', 12345678],
    ['a list', ['secret:FIRST']],
    ['an object', { token: CANARY }],
    ['a reference without a name', 'secret:'],
    ['a reference with a space', `secret:${CANARY} x`],
    ['a reference in upper case', `SECRET:${CANARY}`],
    ['a reference that leads out of its folder', 'secret:../../etc/passwd'],
    ['a sealed reference that is too short', 'sealed:abc'],
    ['a sealed reference with strange characters', `sealed:${CANARY}{}${CANARY}`],
    ['huge', HUGE],
    ['two lines', `secret:FIRST\n${CANARY}`],
  ] as const
).map(([what, payload]) => ({ what, payload, field: 'apiToken' }));

/** Addresses that cannot be used. */
const URLS: readonly Malformed[] = (
  [
    ['relative', `/customers/${CANARY}`],
    ['without a scheme', `crm.example.com/${CANARY}`],
    ['with the scheme left empty', `//crm.example.com/${CANARY}`],
    ['ftp', `ftp://crm.example.com/${CANARY}`],
    ['file', `file:///etc/${CANARY}`],
    ['javascript', `javascript:alert("${CANARY}")`],
    ['data', `data:text/plain,${CANARY}`],
    ['with a password', `https://user:${CANARY}@crm.example.com`],
    ['with a user name', `https://${CANARY}@crm.example.com`],
    ['empty', ''],
    ['a space', '   '],
    ['null', null],
    ['nothing', undefined],
    ['a number', 80],
    ['a list', ['https://crm.example.com']],
    ['an object', { href: 'https://crm.example.com' }],
    ['huge', `https://crm.example.com/${HUGE}`],
    ['with a port that is none', `https://crm.example.com:99999/${CANARY}`],
  ] as const
).map(([what, payload]) => ({ what, payload, field: 'apiUrl' }));

/** Payloads of `update`, as a signal and as an update. */
const UPDATES: readonly Malformed[] = [
  ...noObject('update'),
  { what: 'without an entity name', payload: { data: { id: 'k_1' } }, field: 'entityName' },
  { what: 'with null for a name', payload: { entityName: null, data: {} }, field: 'entityName' },
  { what: 'with a number for a name', payload: { entityName: 1, data: {} }, field: 'entityName' },
  { what: 'with an empty name', payload: { entityName: '', data: {} }, field: 'entityName' },
  { what: 'with a huge name', payload: { entityName: HUGE, data: {} }, field: 'entityName' },
  { what: 'of an unknown entity', payload: { entityName: 'Ticket', data: { id: 't' } }, field: 'entityName' },
  {
    what: 'of __proto__',
    payload: json('{"entityName":"__proto__","data":{"id":"x"}}'),
    field: 'entityName',
  },
  { what: 'of constructor', payload: { entityName: 'constructor', data: { id: 'x' } }, field: 'entityName' },
  { what: 'without data and updates', payload: { entityName: 'Contact' }, field: 'data' },
  {
    what: 'with null for both',
    payload: { entityName: 'Contact', data: null, updates: null },
    field: 'data',
  },
  { what: 'with a text as data', payload: { entityName: 'Contact', data: CANARY }, field: 'data' },
  { what: 'with a list of texts', payload: { entityName: 'Contact', data: [CANARY] }, field: 'data[0]' },
  {
    what: 'with null in the list',
    payload: { entityName: 'Contact', data: [{ id: 'a' }, null] },
    field: 'data[1]',
  },
  { what: 'without an id', payload: { entityName: 'Contact', data: { name: CANARY } }, field: 'data' },
  { what: 'with an empty id', payload: { entityName: 'Contact', data: [{ id: '' }] }, field: 'data[0]' },
  { what: 'with null for an id', payload: { entityName: 'Contact', data: { id: null } }, field: 'data' },
  { what: 'with true for an id', payload: { entityName: 'Contact', data: { id: true } }, field: 'data' },
  { what: 'with an object for an id', payload: { entityName: 'Contact', data: { id: {} } }, field: 'data' },
  { what: 'with a huge id', payload: { entityName: 'Contact', data: { id: HUGE } }, field: 'data' },
  {
    what: 'with a bad item in a relation',
    payload: { entityName: 'Customer', data: { contacts: [true] } },
    field: 'data.contacts[0]',
  },
  {
    what: 'with null in a relation',
    payload: { entityName: 'Customer', data: { contacts: [null] } },
    field: 'data.contacts[0]',
  },
  {
    what: 'with an empty id in a relation',
    payload: { entityName: 'Customer', data: { contacts: [''] } },
    field: 'data.contacts[0]',
  },
  {
    what: 'with an object for a list',
    payload: { entityName: 'Customer', data: { contacts: { id: 'k' } } },
    field: 'data.contacts',
  },
  {
    what: 'with a text for a list',
    payload: { entityName: 'Customer', data: { contacts: CANARY } },
    field: 'data.contacts',
  },
  {
    what: 'with an unknown strategy',
    payload: { entityName: 'Contact', data: { id: 'k' }, strategy: '$push' },
    field: 'strategy',
  },
  {
    what: 'with a list as strategy',
    payload: { entityName: 'Contact', data: { id: 'k' }, strategy: ['$set'] },
    field: 'strategy',
  },
  {
    what: 'with an origin that is an object',
    payload: { entityName: 'Contact', data: { id: 'k' }, changeOrigin: {} },
    field: 'changeOrigin',
  },
  {
    what: 'with a huge origin',
    payload: { entityName: 'Contact', data: { id: 'k' }, changeOrigin: HUGE },
    field: 'changeOrigin',
  },
  { what: 'with a list as updates', payload: { entityName: 'Contact', updates: [] }, field: 'updates' },
  {
    what: 'with a text as table',
    payload: { entityName: 'Contact', updates: { Contact: CANARY } },
    field: 'updates.Contact',
  },
  {
    what: 'with null as fields',
    payload: { entityName: 'Contact', updates: { Contact: { k_1: null } } },
    field: 'updates.Contact.k_1',
  },
  {
    what: 'with a list as fields',
    payload: { entityName: 'Contact', updates: { Contact: { k_1: [] } } },
    field: 'updates.Contact.k_1',
  },
  {
    what: 'with an empty key',
    payload: { entityName: 'Contact', updates: { Contact: { '': { name: 'x' } } } },
    field: 'updates.Contact',
  },
  {
    what: 'with a huge key',
    payload: { entityName: 'Contact', updates: { Contact: { [HUGE]: {} } } },
    field: 'updates.Contact',
  },
  {
    what: 'with an unknown table',
    payload: { entityName: 'Contact', updates: { Ticket: {} } },
    field: 'updates.Ticket',
  },
  {
    what: 'with __proto__ as table',
    payload: json('{"entityName":"Contact","updates":{"__proto__":{"x":{}}}}'),
    field: 'updates',
  },
  {
    what: 'with constructor as table',
    payload: { entityName: 'Contact', updates: { constructor: { prototype: {} } } },
    field: 'updates.constructor',
  },
  {
    what: 'with toString as table',
    payload: { entityName: 'Contact', updates: { toString: { x: {} } } },
    field: 'updates.toString',
  },
  {
    what: 'nested too deeply',
    payload: { entityName: 'Contact', data: { id: 'k_1', name: deep(2_000) } },
    field: 'data',
  },
  {
    what: 'with updates nested too deeply',
    payload: { entityName: 'Contact', updates: { Contact: { k_1: { name: deep(2_000) } } } },
    field: 'updates',
  },
];

/** Payloads of `delete`. */
const DELETES: readonly Malformed[] = [
  ...noObject('delete'),
  { what: 'without an entity name', payload: { deletions: { Contact: ['k_1'] } }, field: 'entityName' },
  { what: 'of an unknown entity', payload: { entityName: 'Ticket', deletions: {} }, field: 'entityName' },
  { what: 'without ids', payload: { entityName: 'Contact' }, field: 'deletions' },
  {
    what: 'with a list as deletions',
    payload: { entityName: 'Contact', deletions: ['k_1'] },
    field: 'deletions',
  },
  {
    what: 'with a text for a list',
    payload: { entityName: 'Contact', deletions: { Contact: 'k_1' } },
    field: 'deletions.Contact',
  },
  {
    what: 'with a number as id',
    payload: { entityName: 'Contact', deletions: { Contact: ['k_1', 7] } },
    field: 'deletions.Contact[1]',
  },
  {
    what: 'with an empty id',
    payload: { entityName: 'Contact', deletions: { Contact: ['k_1', ''] } },
    field: 'deletions.Contact[1]',
  },
  {
    what: 'with null as id',
    payload: { entityName: 'Contact', deletions: { Contact: ['k_1', null] } },
    field: 'deletions.Contact[1]',
  },
  {
    what: 'with an unknown table',
    payload: { entityName: 'Contact', deletions: { Contact: ['k_1'], Ticket: ['t'] } },
    field: 'deletions.Ticket',
  },
  {
    what: 'with __proto__ as table',
    payload: json('{"entityName":"Contact","deletions":{"__proto__":["k_1"]}}'),
    field: 'deletions',
  },
  {
    what: 'with constructor as table',
    payload: { entityName: 'Contact', deletions: { constructor: ['name'] } },
    field: 'deletions.constructor',
  },
  {
    what: 'with data that has no id',
    payload: { entityName: 'Contact', data: { name: CANARY } },
    field: 'data',
  },
  {
    what: 'with a text in data',
    payload: { entityName: 'Contact', data: [{ id: 'k_1' }, CANARY] },
    field: 'data[1]',
  },
];

/** Payloads of `data`. */
const DATA: readonly Malformed[] = [
  ...noObject('data'),
  { what: 'with a text for a list', payload: { contacts: CANARY }, field: 'data.contacts' },
  { what: 'with items without an id', payload: { contacts: [{ name: CANARY }] }, field: 'data.contacts[0]' },
  { what: 'nested too deeply', payload: { name: deep(2_000) }, field: 'data' },
];

/** Payloads of `status`. */
const STATUS: readonly Malformed[] = (
  [
    ['nothing', undefined],
    ['null', null],
    ['a status that cannot be set', 'paused'],
    ['in upper case', 'COMPLETED'],
    ['a list', ['completed']],
    ['an object', { status: 'completed' }],
    ['a text', CANARY],
  ] as const
).map(([what, payload]) => ({ what, payload, field: 'status' }));

/** Payloads of `refresh`. */
const REFRESH: readonly Malformed[] = [
  { what: 'with a text', payload: CANARY, field: 'refresh' },
  { what: 'with a text for the sources', payload: { acceptDeletions: CANARY }, field: 'acceptDeletions' },
  { what: 'with numbers for the sources', payload: { acceptDeletions: [1] }, field: 'acceptDeletions' },
  { what: 'with an unknown source', payload: { acceptDeletions: ['tickets'] }, field: 'acceptDeletions' },
  {
    what: 'with constructor as source',
    payload: { acceptDeletions: ['constructor'] },
    field: 'acceptDeletions',
  },
];

/** Every malformed signal, by the signal's name. */
export const SIGNALS: readonly (readonly [signal: string, cases: readonly Malformed[]])[] = [
  ['apiToken', TOKENS],
  ['apiUrl', URLS],
  ['update', UPDATES],
  ['delete', DELETES],
  ['data', DATA],
  ['status', STATUS],
  ['refresh', REFRESH],
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
