import { checkApiUrl } from './api-url';
import { type Check, listOf, matching, oneOf, optional, shape, type Shape, tableOf, text } from './check';
import type { EntityRef } from './adapter';
import type {
  Ancestor,
  ChildNotice,
  Envelope,
  ParentLink,
  Subscription,
  Unsubscription,
  Word,
} from './hierarchy';
import {
  checkEntities,
  checkEntityName,
  checkFieldsOf,
  checkId,
  checkListEdits,
  checkReference,
  checkStrategy,
} from './payloads';
import type { CredentialReference } from './credential-reference';

/** Checks the payload of `subscribe`. @throws InvalidInputError */
export const checkSubscription = shape<Subscription>(
  {
    workflowId: checkId,
    subscriptionId: checkId,
    signalName: oneOf('update', 'delete'),
    selector: text('a selector: names with dots between them, "*" for any', 'Ticket.*.status', (selector) =>
      selector.split('.').every((part) => part !== ''),
    ),
    strategy: optional(checkStrategy),
  },
  'subscribe',
);

/** Checks the payload of `unsubscribe`. @throws InvalidInputError */
export const checkUnsubscription = shape<Pick<Unsubscription, 'workflowId' | 'subscriptionId'>>(
  { workflowId: checkId, subscriptionId: optional(checkId) },
  'unsubscribe',
);

const entity = shape<EntityRef>({ name: checkEntityName, id: checkId });
const entities = listOf(entity);
const isTrue = matching<true>('true', 'true', (value) => value === true);
const truth = matching<boolean>('true or false', 'true', (value) => typeof value === 'boolean');
const word = shape<Word>({
  set: optional(checkEntities),
  unset: optional(checkFieldsOf),
  deletes: optional(entities),
});
/** What sources say, by a name that only the sender knows. */
const source = matching<string>('the name of a source', '"tickets"', (value) => typeof value === 'string');
const words = tableOf(source, word);

const ancestor = shape<Ancestor>({ workflowId: checkId, entityName: checkEntityName, id: checkId });
const ancestors = listOf(ancestor);

const PARENT_LINK: Shape<ParentLink> = {
  ancestry: (value, field) => {
    const line = ancestors(value, field);
    // There is one at least: the parent.
    ancestor(line[0], `${field}[0]`);
    return line;
  },
  runId: optional(checkId),
  entity: optional(entity),
  wants: listOf(checkEntityName),
  link: checkId,
  pauses: optional(truth),
  isMade: optional(truth),
  sources: optional(words),
  loads: optional(oneOf('own', 'parent')),
  orphanPolicy: optional(oneOf('cancel', 'keep')),
  checkEveryMs: optional(
    matching<number>('a time in milliseconds', '60000', (value) => typeof value === 'number' && value > 0),
  ),
  apiUrl: optional(checkApiUrl),
  apiToken: optional(checkReference),
};

/**
 * Checks what a parent says of itself.
 *
 * @param checkToken what may stand as a token
 * @throws InvalidInputError
 */
export const checkParentLink = (
  value: unknown,
  field?: string,
  checkToken: Check<CredentialReference> = checkReference,
): ParentLink => shape({ ...PARENT_LINK, apiToken: optional(checkToken) }, 'parent')(value, field);

/** Checks what a child says of itself. @throws InvalidInputError */
export const checkNotice = shape<ChildNotice>(
  {
    workflowId: checkId,
    runId: checkId,
    status: oneOf('running', 'completed', 'cancelled', 'failed', 'refused', 'stranger'),
    was: optional(oneOf('terminated', 'timedOut')),
    message: (value) => (typeof value === 'string' ? value.slice(0, 1_000) : undefined),
    isSole: (value) => (typeof value === 'boolean' ? value : undefined),
    asks: (value) => (typeof value === 'boolean' ? value : undefined),
  },
  'child',
);

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
const count = matching<number>('a number of a message', '1', isCount);
const part = matching<readonly [number, number]>(
  'a part and how many there are',
  '[0, 2]',
  (value) =>
    Array.isArray(value) && value.length === 2 && value.every(isCount) && Number(value[0]) < Number(value[1]),
);
const asks: Check<true | readonly EntityRef[]> = (value, field) => value === true || entities(value, field);

const envelope = optional(
  shape<Envelope>({
    from: checkId,
    link: optional(checkId),
    number: optional(count),
    seen: optional(count),
    part: optional(part),
    as: optional(oneOf('child')),
    source: optional(source),
    deletes: optional(entities),
    sources: optional(words),
    shows: optional(word),
    fills: optional(word),
    edits: optional(checkListEdits),
    entire: optional(entities),
    offers: optional(isTrue),
    whole: optional(isTrue),
    kinds: optional(listOf(checkEntityName)),
    asks: optional(asks),
    pauses: optional(truth),
    via: optional(listOf(checkId)),
  }),
);

/** Checks the second argument of a signal. @throws InvalidInputError */
export const checkEnvelope = (value: unknown): Envelope | undefined => envelope(value, 'envelope');
