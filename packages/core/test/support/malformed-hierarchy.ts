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
export const PARENT = { ancestry: [ANCESTOR], wants: ['Contact'] };

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
      ['with a text as time', { at: CANARY }, 'envelope.at'],
      ['with a time before time', { at: -1 }, 'envelope.at'],
      ['with a time that cannot be compared', { at: { valueOf: 1, toString: 1 } }, 'envelope.at'],
      ['with a list as times', { stamps: [1] }, 'envelope.stamps'],
      ['with __proto__ in its times', { stamps: json('{"__proto__":{"k_1":1}}') }, 'envelope.stamps'],
      ['with null as table of times', { stamps: { Contact: null } }, 'envelope.stamps.Contact'],
      ['with a huge key in its times', { stamps: { Contact: { [HUGE]: 1 } } }, 'envelope.stamps.Contact'],
      ['with null as a time', { stamps: { Contact: { k_1: null } } }, 'envelope.stamps.Contact.k_1'],
      ['with a text as a time', { stamps: { Contact: { k_1: CANARY } } }, 'envelope.stamps.Contact.k_1'],
      [
        'with a text as the time of a field',
        { stamps: { Contact: { k_1: { name: CANARY } } } },
        'envelope.stamps.Contact.k_1',
      ],
      ['with times nested too deeply', { stamps: { Contact: deep(2_000) } }, 'envelope.stamps.Contact.a'],
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
