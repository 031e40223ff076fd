import { describe, expect, it } from 'vitest';
import type { Subscription } from '../contract/hierarchy';
import { EntityStore } from '../state/entity-store';
import type { SendContext } from './signal-channel';
import { Subscribers } from './subscribers';

const context = { workflowId: 'Desk-1', runId: 'run' } as SendContext;
const subscription: Subscription = {
  subscriptionId: 's',
  workflowId: 'Board-1',
  signalName: 'update',
  selector: 'Desk',
};

describe('Subscribers', () => {
  const carried = {
    subscriptions: [subscription],
    feeds: [[' Board-1', { link: 'run#1', number: 7, marks: [] }]],
    count: 1,
  } as const;

  it('go on with the numbers of the run before', () => {
    const subscribers = new Subscribers(context, new EntityStore({ Desk: {} }), 'Desk', carried);
    expect(subscribers.carry().feeds).toEqual([[' Board-1', { link: 'run#1', number: 7, marks: [] }]]);
  });

  it('begin a feed anew for one that left and comes back, who would take what is numbered on for what came twice', () => {
    const subscribers = new Subscribers(context, new EntityStore({ Desk: {} }), 'Desk', carried);
    subscribers.remove({ workflowId: 'Board-1' });
    subscribers.add(subscription);
    expect(subscribers.carry().feeds).toEqual([[' Board-1', { link: 'run#2', number: 0, marks: [] }]]);
  });
});
