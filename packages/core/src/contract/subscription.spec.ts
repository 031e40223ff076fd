import { describe, expect, it } from 'vitest';
import { InvalidInputError } from './errors';
import {
  checkEnvelope,
  checkNotice,
  checkParentLink,
  checkSubscription,
  checkUnsubscription,
} from './subscription';

// What is refused of signals is in test/malformed.spec.ts too, by way of a workflow.

const CANARY = 'tok-CANARY-3f9c1e7a5b';
const subscription = {
  workflowId: 'Queue-q_1',
  subscriptionId: 's_1',
  signalName: 'update',
  selector: 'Ticket.*.status',
};
const ancestor = { workflowId: 'Account-a_1', entityName: 'Account', id: 'a_1' };
const link = { ancestry: [ancestor], wants: ['Contact'], link: 'run#1' };
const ref = { name: 'Contact', id: 'k_1' };
const word = {
  set: { Contact: { k_1: { name: 'Ada' } } },
  unset: { Contact: { k_1: ['note'] } },
  deletes: [ref],
};
const notice = { workflowId: 'Contact-k_1', runId: 'r', status: 'running' };
const envelope = { from: 'Account-a_1' };

/** The field that a check finds wrong. */
function fieldOf(check: () => unknown): string {
  try {
    check();
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).not.toContain(CANARY);
    return (error as InvalidInputError).field;
  }
  return 'none';
}

describe('what is taken as given', () => {
  it.each([
    subscription,
    { ...subscription, signalName: 'delete', strategy: '$replace' },
    ...['*', 'Ticket', 'Customer.c_42', 'Customer.c%2E42.tickets'].map((selector) => ({
      ...subscription,
      selector,
    })),
  ])('the subscription %j', (given) => {
    expect(checkSubscription(given)).toStrictEqual(given);
  });

  it.each([{ workflowId: 'w' }, { workflowId: 'w', subscriptionId: 's' }])('the end of %j', (given) => {
    expect(checkUnsubscription(given)).toStrictEqual(given);
  });

  it.each([
    link,
    { ...link, ancestry: [ancestor, { ...ancestor, id: 'a_2' }], wants: [] },
    {
      ...link,
      entity: { name: 'Contact', id: 'k_1' },
      loads: 'parent',
      orphanPolicy: 'keep',
      checkEveryMs: 60_000,
      apiUrl: 'https://crm.example.com',
      apiToken: 'secret:CRM',
    },
    { ...link, loads: 'own', orphanPolicy: 'cancel', checkEveryMs: 0.5 },
    { ...link, sources: { contacts: word, 'Account-a_1/contacts': {} }, pauses: true, isMade: false },
  ])('the parent %j', (given) => {
    expect(checkParentLink(given)).toStrictEqual(given);
  });

  it.each(['running', 'completed', 'cancelled', 'failed', 'refused'])('a child that is %s', (status) => {
    expect(checkNotice({ ...notice, status })).toStrictEqual({ ...notice, status });
  });

  it.each([
    envelope,
    { ...envelope, as: 'child', via: ['w'] },
    { ...envelope, link: 'run#1', number: 2, seen: 0, via: [] },
    { ...envelope, link: 'run#1', number: 2, seen: 0, part: [0, 2], source: 'contacts', deletes: [ref] },
    { ...envelope, sources: { contacts: word, __: {} }, shows: word, fills: {}, entire: [ref], offers: true },
    { ...envelope, whole: true, kinds: ['Contact'], asks: true, pauses: false },
    { ...envelope, asks: [ref], pauses: true },
  ])('the envelope %j', (given) => {
    expect(checkEnvelope(given)).toStrictEqual(given);
  });

  it('no envelope: that is a client', () => {
    expect(checkEnvelope(undefined)).toBeUndefined();
    expect(checkEnvelope(null)).toBeUndefined();
  });

  it('null for what may be missing', () => {
    expect(checkSubscription({ ...subscription, strategy: null })).toStrictEqual(subscription);
    expect(checkUnsubscription({ workflowId: 'w', subscriptionId: null })).toStrictEqual({ workflowId: 'w' });
    const nothing = { entity: null, loads: null, orphanPolicy: null, checkEveryMs: null, apiToken: null };
    expect(checkParentLink({ ...link, ...nothing })).toStrictEqual(link);
    expect(checkEnvelope({ ...envelope, number: null, via: null, sources: null, as: null })).toStrictEqual(
      envelope,
    );
  });
});

describe('what is left out', () => {
  it('is every field that is not known', () => {
    const more = { colour: CANARY };
    expect(checkSubscription({ ...subscription, ...more })).toStrictEqual(subscription);
    expect(checkParentLink({ ...link, ancestry: [{ ...ancestor, ...more }], ...more })).toStrictEqual(link);
    expect(checkNotice({ ...notice, ...more })).toStrictEqual(notice);
    expect(checkEnvelope({ ...envelope, ...more })).toStrictEqual(envelope);
  });

  it('is what a child says at too great a length, or not in words', () => {
    expect(checkNotice({ ...notice, message: 'a'.repeat(1_001) }).message).toBe('a'.repeat(1_000));
    expect(checkNotice({ ...notice, message: { text: 'a' } })).toStrictEqual(notice);
  });
});

describe('what is refused', () => {
  it.each([
    ['workflowId', { workflowId: 5 }],
    ['subscriptionId', { subscriptionId: undefined }],
    ['signalName', { signalName: 'data' }],
    ['selector', { selector: undefined }],
    ['selector', { selector: '' }],
    ['selector', { selector: 'Ticket..status' }],
    ['selector', { selector: ['*'] }],
    ['selector', { selector: 'a'.repeat(801) }],
    ['strategy', { strategy: '$push' }],
  ])('a subscription for its %s: %j', (field, wrong) => {
    const given = { ...subscription, ...wrong };
    expect(fieldOf(() => checkSubscription(given))).toBe(field);
    expect(fieldOf(() => checkSubscription(given, 'subscriptions[3]'))).toBe(`subscriptions[3].${field}`);
  });

  it('the end of a subscription of nobody', () => {
    expect(fieldOf(() => checkUnsubscription({ subscriptionId: 's' }))).toBe('workflowId');
    expect(fieldOf(() => checkUnsubscription({ workflowId: 'w', subscriptionId: 5 }))).toBe('subscriptionId');
  });

  it.each([
    ['ancestry', { ancestry: undefined }],
    ['ancestry', { ancestry: { 0: ancestor, length: 1 } }],
    ['ancestry[0]', { ancestry: [] }],
    ['ancestry[0]', { ancestry: [CANARY] }],
    ['ancestry[1].workflowId', { ancestry: [ancestor, { ...ancestor, workflowId: '' }] }],
    ['ancestry[0].entityName', { ancestry: [{ ...ancestor, entityName: '__proto__' }] }],
    ['ancestry[0].id', { ancestry: [{ ...ancestor, id: null }] }],
    ['entity', { entity: CANARY }],
    ['entity.name', { entity: { id: 'k_1' } }],
    ['entity.id', { entity: { name: 'Contact' } }],
    ['wants', { wants: undefined }],
    ['wants[1]', { wants: ['Contact', CANARY] }],
    ['loads', { loads: CANARY }],
    ['orphanPolicy', { orphanPolicy: {} }],
    ['checkEveryMs', { checkEveryMs: 0 }],
    ['checkEveryMs', { checkEveryMs: '1 minute' }],
    ['apiUrl', { apiUrl: `https://me:${CANARY}@crm.example.com` }],
    ['apiToken', { apiToken: CANARY }],
  ])('a parent for its %s: %j', (field, wrong) => {
    const given = { ...link, ...wrong };
    expect(fieldOf(() => checkParentLink(given))).toBe(field);
    expect(fieldOf(() => checkParentLink(given, 'parent'))).toBe(`parent.${field}`);
  });

  it.each([
    ['workflowId', { workflowId: undefined }],
    ['runId', { runId: 5 }],
    ['status', { status: 'starting' }],
    ['status', { status: ['running'] }],
  ])('a child for its %s: %j', (field, wrong) => {
    expect(fieldOf(() => checkNotice({ ...notice, ...wrong }))).toBe(field);
  });

  it.each([
    ['envelope.from', { from: undefined }],
    ['envelope.from', { from: [CANARY] }],
    ['envelope.link', { link: '' }],
    ['envelope.number', { number: '5' }],
    ['envelope.number', { number: -1 }],
    ['envelope.seen', { seen: 0.5 }],
    ['envelope.seen', { seen: { valueOf: 1, toString: 1 } }],
    ['envelope.part', { part: [2, 2] }],
    ['envelope.part', { part: { 0: 0, 1: 2, length: 2 } }],
    ['envelope.source', { source: [CANARY] }],
    ['envelope.deletes[0].id', { deletes: [{ name: 'Contact' }] }],
    ['envelope.sources', { sources: [] }],
    ['envelope.sources.contacts', { sources: { contacts: CANARY } }],
    [
      'envelope.sources.contacts.set',
      { sources: { contacts: { set: JSON.parse('{"__proto__":{"k":{}}}') } } },
    ],
    ['envelope.shows.set.Contact', { shows: { set: { Contact: null } } }],
    ['envelope.shows.set.Contact.k', { shows: { set: { Contact: { k: CANARY } } } }],
    ['envelope.fills.unset.Contact.k', { fills: { unset: { Contact: { k: CANARY } } } }],
    ['envelope.entire', { entire: CANARY }],
    ['envelope.offers', { offers: false }],
    ['envelope.whole', { whole: 1 }],
    ['envelope.kinds[0]', { kinds: [`${CANARY} `] }],
    ['envelope.asks', { asks: CANARY }],
    ['envelope.pauses', { pauses: 'yes' }],
    ['envelope.via', { via: CANARY }],
    ['envelope.via[0]', { via: [{}] }],
    ['envelope.as', { as: 'parent' }],
  ])('an envelope for its %s: %j', (field, wrong) => {
    expect(fieldOf(() => checkEnvelope({ ...envelope, ...wrong }))).toBe(field);
  });

  it.each([CANARY, '', 5, true, [], [[]], () => CANARY])('what is no object: %j', (given) => {
    expect(fieldOf(() => checkSubscription(given))).toBe('subscribe');
    expect(fieldOf(() => checkUnsubscription(given))).toBe('unsubscribe');
    expect(fieldOf(() => checkParentLink(given))).toBe('parent');
    expect(fieldOf(() => checkNotice(given))).toBe('child');
    expect(fieldOf(() => checkEnvelope(given))).toBe('envelope');
  });
});
