import { CANARY, deep, HUGE, json, type Malformed, noObject } from './malformed-values';

/** Tokens that are no reference. */
export const TOKENS: readonly Malformed[] = (
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
    ['a reference that leads out of it later', `secret:a/../../${CANARY}`],
    ['a sealed reference that is too short', 'sealed:abc'],
    ['a sealed reference with strange characters', `sealed:${CANARY}{}${CANARY}`],
    ['huge', HUGE],
    ['two lines', `secret:FIRST\n${CANARY}`],
  ] as const
).map(([what, payload]) => ({ what, payload, field: 'apiToken' }));

/** Addresses that cannot be used. */
export const URLS: readonly Malformed[] = (
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
export const UPDATES: readonly Malformed[] = [
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
  ...(
    [
      ['a list as unset', ['phone'], 'unset'],
      ['a text as table of unset', { Contact: CANARY }, 'unset.Contact'],
      ['an empty key in unset', { Contact: { '': ['phone'] } }, 'unset.Contact'],
      ['a huge key in unset', { Contact: { [HUGE]: ['phone'] } }, 'unset.Contact'],
      ['a text for a list in unset', { Contact: { k_1: CANARY } }, 'unset.Contact.k_1'],
      ['a number in unset', { Contact: { k_1: ['phone', 7] } }, 'unset.Contact.k_1'],
      ['null in unset', { Contact: { k_1: null } }, 'unset.Contact.k_1'],
      ['an unknown table in unset', { Ticket: { t_1: ['subject'] } }, 'unset.Ticket'],
      ['__proto__ as table of unset', json('{"__proto__":{"k_1":["phone"]}}'), 'unset'],
      ['constructor as table of unset', { constructor: { k_1: ['phone'] } }, 'unset.constructor'],
    ] as const
  ).map(([what, unset, field]) => ({
    what: `with ${what}`,
    payload: { entityName: 'Contact', updates: {}, unset },
    field,
  })),
  {
    what: 'with nothing but unset',
    payload: { entityName: 'Contact', unset: { Contact: { k_1: ['phone'] } } },
    field: 'data',
  },
];

/** Payloads of `delete`. */
export const DELETES: readonly Malformed[] = [
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
export const DATA: readonly Malformed[] = [
  ...noObject('data'),
  { what: 'with a text for a list', payload: { contacts: CANARY }, field: 'data.contacts' },
  { what: 'with items without an id', payload: { contacts: [{ name: CANARY }] }, field: 'data.contacts[0]' },
  { what: 'nested too deeply', payload: { name: deep(2_000) }, field: 'data' },
];

/** Payloads of `status`. */
export const STATUS: readonly Malformed[] = (
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
export const REFRESH: readonly Malformed[] = [
  { what: 'with a text', payload: CANARY, field: 'refresh' },
  { what: 'with a text for the sources to ask', payload: { sources: CANARY }, field: 'sources' },
  { what: 'with no source to ask', payload: { sources: [] }, field: 'sources' },
  { what: 'with an unknown source to ask', payload: { sources: ['tickets'] }, field: 'sources' },
  { what: 'with a text for the sources', payload: { acceptDeletions: CANARY }, field: 'acceptDeletions' },
  { what: 'with numbers for the sources', payload: { acceptDeletions: [1] }, field: 'acceptDeletions' },
  { what: 'with an unknown source', payload: { acceptDeletions: ['tickets'] }, field: 'acceptDeletions' },
  {
    what: 'with constructor as source',
    payload: { acceptDeletions: ['constructor'] },
    field: 'acceptDeletions',
  },
];
