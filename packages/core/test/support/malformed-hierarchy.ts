import { CANARY, deep, HUGE, json, type Malformed, NO_OBJECTS, noObject } from './malformed-values';

export const SUBSCRIPTION = {
  workflowId: 'Queue-q_1',
  subscriptionId: 's_1',
  signalName: 'update',
  selector: '*',
};

/** Subscriptions, as the payload of `subscribe` and in a start argument. */
export const SUBSCRIPTIONS: readonly Malformed[] = [
  ...noObject('subscribe'),
  ...(
    [
      ['without a workflow', { workflowId: undefined }, 'workflowId'],
      ['of a huge workflow', { workflowId: HUGE }, 'workflowId'],
      ['without an id', { subscriptionId: null }, 'subscriptionId'],
      ['with a list as id', { subscriptionId: ['s_1'] }, 'subscriptionId'],
      ['to a signal that is none', { signalName: CANARY }, 'signalName'],
      ['to a signal of another kind', { signalName: 'apiToken' }, 'signalName'],
      ['without a selector', { selector: undefined }, 'selector'],
      ['with an empty selector', { selector: '' }, 'selector'],
      ['with a gap in its selector', { selector: `Contact..${CANARY}` }, 'selector'],
      ['with a list as selector', { selector: ['Contact', '*'] }, 'selector'],
      ['with a huge selector', { selector: HUGE }, 'selector'],
      ['with an unknown strategy', { strategy: '$push' }, 'strategy'],
    ] as const
  ).map(([what, wrong, field]) => ({ what, payload: { ...SUBSCRIPTION, ...wrong }, field })),
];

/** Payloads of `unsubscribe`. */
export const UNSUBSCRIPTIONS: readonly Malformed[] = [
  ...noObject('unsubscribe'),
  { what: 'of nobody', payload: { subscriptionId: 's_1' }, field: 'workflowId' },
  { what: 'of a blank workflow', payload: { workflowId: ' ' }, field: 'workflowId' },
  {
    what: 'with an object as id',
    payload: { workflowId: 'Queue-q_1', subscriptionId: { id: CANARY } },
    field: 'subscriptionId',
  },
];

const ANCESTOR = { workflowId: 'Account-a_1', entityName: 'Account', id: 'a_1' };
export const PARENT = { ancestry: [ANCESTOR], wants: ['Contact'], link: 'run#1' };

/** What a parent says of itself, in the signal `parent` and in a start argument. */
export const PARENTS: readonly Malformed[] = [
  ...noObject('parent'),
  ...(
    [
      ['without a line', { ancestry: undefined }, 'ancestry'],
      ['with an object as line', { ancestry: ANCESTOR }, 'ancestry'],
      ['with nobody in its line', { ancestry: [] }, 'ancestry[0]'],
      ['with a text in its line', { ancestry: [ANCESTOR, CANARY] }, 'ancestry[1]'],
      [
        'with a huge id in its line',
        { ancestry: [{ ...ANCESTOR, workflowId: HUGE }] },
        'ancestry[0].workflowId',
      ],
      [
        'with __proto__ in its line',
        { ancestry: [{ ...ANCESTOR, entityName: '__proto__' }] },
        'ancestry[0].entityName',
      ],
      ['without an id in its line', { ancestry: [{ ...ANCESTOR, id: null }] }, 'ancestry[0].id'],
      ['with a text as entity', { entity: CANARY }, 'entity'],
      ['with an entity without a name', { entity: { id: 'c_1' } }, 'entity.name'],
      ['with a list as id of the entity', { entity: { name: 'Customer', id: [] } }, 'entity.id'],
      ['that does not say what it wants', { wants: null }, 'wants'],
      ['that wants what is no name', { wants: ['Contact', `${CANARY} `] }, 'wants[1]'],
      ['without a link', { link: undefined }, 'link'],
      ['that pauses with a text', { pauses: CANARY }, 'pauses'],
      ['with a list of what its sources say', { sources: [CANARY] }, 'sources'],
      ['that loads in a strange way', { loads: CANARY }, 'loads'],
      ['with an unknown orphan policy', { orphanPolicy: 'adopt' }, 'orphanPolicy'],
      ['that is never looked at', { checkEveryMs: 0 }, 'checkEveryMs'],
      ['that is looked at every text', { checkEveryMs: '1 minute' }, 'checkEveryMs'],
      ['with a password in its address', { apiUrl: `https://me:${CANARY}@crm.example.com` }, 'apiUrl'],
      ['with an address that is a list', { apiUrl: ['https://crm.example.com'] }, 'apiUrl'],
    ] as const
  ).map(([what, wrong, field]) => ({ what, payload: { ...PARENT, ...wrong }, field })),
];

/** Payloads of `child`. */
export const NOTICES: readonly Malformed[] = [
  ...noObject('child'),
  ...(
    [
      ['without a workflow', { workflowId: undefined }, 'workflowId'],
      ['without a run', { runId: 5 }, 'runId'],
      ['without a status', { status: null }, 'status'],
      ['with a status that a child cannot have', { status: 'starting' }, 'status'],
      ['with a list as status', { status: ['failed'] }, 'status'],
      ['with a text that is no status', { status: CANARY }, 'status'],
    ] as const
  ).map(([what, wrong, field]) => ({
    what,
    payload: { workflowId: 'Contact-k_1', runId: 'r', status: 'failed', ...wrong },
    field,
  })),
];

/** Second arguments, with a payload that would be taken without one. */
export const enveloped = (payload: unknown): Malformed[] => [
  ...NO_OBJECTS.filter(([, envelope]) => envelope != null).map(([what, envelope]) => ({
    what: `in an envelope that is ${what}`,
    payload,
    envelope,
    field: 'envelope',
  })),
  ...(
    [
      ['without a sender', { from: undefined }, 'envelope.from'],
      ['with a list as sender', { from: [CANARY] }, 'envelope.from'],
      ['with a huge sender', { from: HUGE }, 'envelope.from'],
      ['with a blank link', { link: ' ' }, 'envelope.link'],
      ['with a text as number', { number: CANARY }, 'envelope.number'],
      ['with a number that cannot be compared', { seen: { valueOf: 1, toString: 1 } }, 'envelope.seen'],
      ['with a part of nothing', { part: [0, 0] }, 'envelope.part'],
      ['with a list as sources', { sources: [1] }, 'envelope.sources'],
      [
        'with __proto__ in what a source gives',
        { sources: { contacts: { set: json('{"__proto__":{"k_1":{}}}') } } },
        'envelope.sources.contacts.set',
      ],
      ['with null as table', { shows: { set: { Contact: null } } }, 'envelope.shows.set.Contact'],
      ['with a huge key', { fills: { set: { Contact: { [HUGE]: {} } } } }, 'envelope.fills.set.Contact'],
      ['with a text as entity', { entire: [CANARY] }, 'envelope.entire[0]'],
      ['with an entity without a name', { deletes: [{ id: 'k_1' }] }, 'envelope.deletes[0].name'],
      ['that is whole with a text', { whole: CANARY }, 'envelope.whole'],
      ['that asks for a text', { asks: CANARY }, 'envelope.asks'],
      ['that pauses with a text', { pauses: CANARY }, 'envelope.pauses'],
      [
        'nested too deeply',
        { sources: { contacts: { set: { Contact: deep(2_000) } } } },
        'envelope.sources.contacts.set',
      ],
      ['with a text for its way', { via: CANARY }, 'envelope.via'],
      ['with an object on its way', { via: ['w', {}] }, 'envelope.via[1]'],
      ['from who is something else', { as: CANARY }, 'envelope.as'],
    ] as const
  ).map(([what, wrong, field]) => ({
    what: `in an envelope ${what}`,
    payload,
    envelope: { from: 'Account-a_1', ...wrong },
    field,
  })),
];
