import { values } from '../state/objects';
import { checkApiUrl } from './api-url';
import { type Check, listOf, matching, oneOf, optional, shape, type Shape, tableOf, text } from './check';
import type {
  Ancestor,
  ChildNotice,
  Envelope,
  ParentLink,
  Stamps,
  Subscription,
  Unsubscription,
} from './hierarchy';
import { checkEntityName, checkId, checkReference, checkStrategy } from './payloads';
import type { CredentialReference } from './wire';

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

const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0;
const milliseconds = <T = number>(test: (value: unknown) => boolean): Check<T> =>
  matching('a time in milliseconds', '60000', test);

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
  entity: optional(shape<NonNullable<ParentLink['entity']>>({ name: checkEntityName, id: checkId })),
  wants: listOf(checkEntityName),
  loads: optional(oneOf('own', 'parent')),
  orphanPolicy: optional(oneOf('cancel', 'keep')),
  checkEveryMs: optional(milliseconds((value) => isTime(value) && value !== 0)),
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
    status: oneOf('running', 'completed', 'cancelled', 'failed', 'refused'),
    message: (value) => (typeof value === 'string' ? value.slice(0, 1_000) : undefined),
    isSole: (value) => (typeof value === 'boolean' ? value : undefined),
  },
  'child',
);

/** The time of an entity, or the times of its fields. */
const times = milliseconds<Stamps[string][string]>(
  (value) => isTime(value) || (typeof value === 'object' && value !== null && values(value).every(isTime)),
);

const envelope = optional(
  shape<Envelope>({
    from: checkId,
    at: optional(milliseconds(isTime)),
    stamps: optional(tableOf(checkEntityName, tableOf(checkId, times))),
    via: optional(listOf(checkId)),
    as: optional(oneOf('child')),
  }),
);

/** Checks the second argument of a signal. @throws InvalidInputError */
export const checkEnvelope = (value: unknown): Envelope | undefined => envelope(value, 'envelope');
