import { InvalidInputError } from './errors';
import type { Ancestor, ChildNotice, Envelope, ParentLink, Subscription, Unsubscription } from './hierarchy';
import { MAX_ID } from './names';
import { checkEntityName, checkId, checkObject, checkStrategy } from './payloads';

/** Checks the payload of `subscribe`. @throws InvalidInputError */
export function checkSubscription(value: unknown, field = 'subscribe'): Subscription {
  const example = '{ workflowId, subscriptionId, signalName: "update", selector: "Ticket.*.status" }';
  const { workflowId, subscriptionId, signalName, selector, strategy } = checkObject(value, field, example);
  if (signalName !== 'update' && signalName !== 'delete') {
    throw new InvalidInputError(
      `${field}.signalName`,
      'is not one of the signals',
      'Use "update" or "delete"',
    );
  }
  return {
    workflowId: checkId(workflowId, `${field}.workflowId`),
    subscriptionId: checkId(subscriptionId, `${field}.subscriptionId`),
    signalName,
    selector: checkSelector(selector, `${field}.selector`),
    ...(strategy != null && { strategy: checkStrategy(strategy) }),
  };
}

/** Checks the payload of `unsubscribe`. @throws InvalidInputError */
export function checkUnsubscription(value: unknown): Unsubscription {
  const { workflowId, subscriptionId } = checkObject(value, 'unsubscribe', '{ workflowId, subscriptionId }');
  return {
    workflowId: checkId(workflowId, 'unsubscribe.workflowId'),
    ...(subscriptionId != null && { subscriptionId: checkId(subscriptionId, 'unsubscribe.subscriptionId') }),
  };
}

function checkSelector(value: unknown, field: string): string {
  if (typeof value === 'string' && value.length <= MAX_ID && value.split('.').every((part) => part !== ''))
    return value;
  throw new InvalidInputError(
    field,
    'is not a selector',
    'Write names with dots between them, "*" for any: "*", "Ticket.*.status", "Customer.c_42.tickets"',
  );
}

/** Checks what a parent says of itself. @throws InvalidInputError */
export function checkParentLink(value: unknown): ParentLink {
  const link = checkObject(value, 'parent', '{ ancestry, entity, wants }');
  const entity =
    link['entity'] == null ? undefined : checkObject(link['entity'], 'parent.entity', '{ name, id }');
  const ancestry = listOf(link['ancestry'], 'parent.ancestry').map((ancestor, i): Ancestor => {
    const field = `parent.ancestry[${i}]`;
    const given = checkObject(ancestor, field, '{ workflowId, entityName, id }');
    return {
      workflowId: checkId(given['workflowId'], `${field}.workflowId`),
      entityName: checkEntityName(given['entityName'], `${field}.entityName`),
      id: checkId(given['id'], `${field}.id`),
    };
  });
  if (ancestry.length === 0)
    throw new InvalidInputError(
      'parent.ancestry',
      'is empty',
      'Name the parent, and those above it before it',
    );
  const { loads, orphanPolicy, checkEveryMs, apiUrl, apiToken } = link;
  return {
    ancestry,
    ...(entity && {
      entity: {
        name: checkEntityName(entity['name'], 'parent.entity.name'),
        id: checkId(entity['id'], 'parent.entity.id'),
      },
    }),
    wants: listOf(link['wants'], 'parent.wants').map((entity) => checkEntityName(entity, 'parent.wants')),
    ...(loads === 'parent' && { loads }),
    ...(orphanPolicy === 'keep' && { orphanPolicy }),
    ...(typeof checkEveryMs === 'number' && checkEveryMs > 0 && { checkEveryMs }),
    ...(typeof apiUrl === 'string' && { apiUrl }),
    ...(typeof apiToken === 'string' && { apiToken: apiToken as ParentLink['apiToken'] }),
  };
}

/** Checks what a child says of itself. @throws InvalidInputError */
export function checkNotice(value: unknown): ChildNotice {
  const { workflowId, runId, status, message } = checkObject(value, 'child', '{ workflowId, runId, status }');
  const known: readonly unknown[] = ['running', 'completed', 'cancelled', 'failed', 'refused'];
  if (!known.includes(status))
    throw new InvalidInputError('child.status', 'is not one a child has', `Use one of ${known.join(', ')}`);
  return {
    workflowId: checkId(workflowId, 'child.workflowId'),
    runId: checkId(runId, 'child.runId'),
    status: status as ChildNotice['status'],
    ...(typeof message === 'string' && { message: message.slice(0, 1_000) }),
  };
}

/** Checks the second argument of a signal. @throws InvalidInputError */
export function checkEnvelope(value: unknown): Envelope | undefined {
  if (value == null) return undefined;
  const envelope = checkObject(value, 'envelope', '{ from }');
  checkId(envelope['from'], 'envelope.from');
  if (envelope['via'] != null) listOf(envelope['via'], 'envelope.via');
  if (envelope['stamps'] != null)
    checkObject(envelope['stamps'], 'envelope.stamps', '{ Ticket: { t_1: 1 } }');
  return envelope as unknown as Envelope;
}

function listOf(value: unknown, field: string): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw new InvalidInputError(field, 'is not a list', 'Leave it to the workflows to send this');
}
