import { InvalidInputError, type CredentialReference, type StartInput } from '@stateful-workflow/core';
import type { WorkflowOf } from '@stateful-workflow/core/client';
import { declaredRoot } from '@stateful-workflow/core/internal';
import type { SecretKeeperOptions } from '@stateful-workflow/core/secrets';
import type { Client } from '@temporalio/client';
import type { WebhookReport } from './report';
import type { WebhookScheme } from './scheme';

/** An event that a sender has proven to be its own. */
export interface WebhookEvent<Body = unknown> {
  /** The same whenever the event is sent again, where the scheme has one. */
  readonly id?: string;
  /** The kind of event: `customer.updated`. */
  readonly type?: string;
  /** As JSON has it; a number that JavaScript would round is its text. It is proven who sent it, and not what is in it. */
  readonly body: Body;
  /** Of the request: not all that they say is signed. */
  readonly headers: Headers;
}

/** What an event says of its entity, where it says since when that has been so. */
export interface WebhookRecord {
  /** The source that it is of, which a feed brings (`fedBy`): what events leave out or get wrong, the feed puts right. */
  readonly source: string;
  /** The whole record, as the source itself gives it. */
  readonly data: unknown;
  /** When it was changed, by the source's clock, in milliseconds since 1970. What is not newer is ignored. */
  readonly version: number;
}

/** An entity that an event is about. */
export interface WebhookTarget {
  /** The id of the entity, as its workflow was started with. */
  readonly id: string;
  /**
   * What its workflow is started with where there is none. One that has run and ended is left alone.
   * @default an entity without a workflow is passed over
   */
  readonly start?: Omit<StartInput, 'id' | 'entityName'>;
  /** The sources of the workflow that the event is about; others are not asked. @default all */
  readonly sources?: readonly string[];
  /**
   * What the event says of it, to be taken in instead of asking the source. Where it cannot be told to be newer than what the
   * workflow has, or is no record of this entity, that source is asked after all.
   * @default the source is asked
   */
  readonly record?: WebhookRecord;
}

/** The part of a logger that a handler uses; `console` is one. */
export interface WebhookLog {
  debug(message: string, attributes?: object): void;
  warn(message: string, attributes?: object): void;
  error(message: string, attributes?: object): void;
}

/** What {@link createWebhookHandler} needs to know. */
export interface WebhookHandlerOptions<Body = unknown> extends SecretKeeperOptions {
  /** A client of Temporal, with the data converter that the workers have. Its connection may be lazy. */
  readonly client: Client;
  /** The workflows that events are about, or their type as a string; the function itself where a target has a `record`. */
  readonly workflow: WorkflowOf<unknown> | string;
  /** The task queue of their workers. */
  readonly taskQueue: string;
  /** The root entity's name. @default as the workflow's class says, or its type without the `Workflow` ending */
  readonly entityName?: string;
  /** How the sender signs. */
  readonly scheme: WebhookScheme;
  /**
   * What the sender signs with, as a credential reference that is resolved for each request; several while one is being
   * rotated. Each must be bound to `from`, and to the type of the workflow where it names types.
   */
  readonly secret: CredentialReference | readonly CredentialReference[];
  /** Whose webhooks they are, as an origin: `https://crm.example.com`. */
  readonly from: string;
  /**
   * The entities that an event is about; nothing for an event that concerns none. It may be asked again for the same event.
   * What it throws is answered with 500, and the sender tries again.
   */
  readonly target: (
    event: WebhookEvent<Body>,
  ) =>
    | WebhookTarget
    | readonly WebhookTarget[]
    | undefined
    | Promise<WebhookTarget | readonly WebhookTarget[] | undefined>;
  /** Hears why requests were refused, and what went wrong. No line holds a secret, a signature or a body. @default nobody */
  readonly log?: WebhookLog;
  /** Hears what came of each request. @default nobody */
  readonly onEvent?: (report: WebhookReport) => void;
  /** The most bytes of a body. @default 1048576 */
  readonly maxBodyBytes?: number;
  /** How long a body may take to come, in milliseconds. @default 10000 */
  readonly bodyTimeoutMs?: number;
  /** How old, and how far ahead, a signature may be, in milliseconds; at most 5 minutes. @default 300000 */
  readonly toleranceMs?: number;
  /**
   * Events of one entity that come within so many milliseconds of the last one that was sent on are sent on as one, at their
   * end.
   * @default 500
   */
  readonly gatherMs?: number;
  /** How long Temporal may take to accept an event before the sender is told to try again, in milliseconds. @default 10000 */
  readonly timeoutMs?: number;
  /** The most requests at a time; what comes on top is told to try again. @default 5000 */
  readonly maxRequests?: number;
  /** The most events whose ids are remembered, so that doubles are dropped. @default 10000 */
  readonly maxRemembered?: number;
  /** For how long they are, in milliseconds. @default 3600000: an hour */
  readonly rememberMs?: number;
}

/** {@link WebhookHandlerOptions} with the defaults filled in. */
export type CheckedOptions = Required<Omit<WebhookHandlerOptions, 'entityName' | 'encryption' | 'secret'>> &
  Pick<WebhookHandlerOptions, 'entityName' | 'encryption'> & {
    readonly secret: readonly CredentialReference[];
    readonly workflowType: string;
  };

/** What the schemes themselves allow. */
const LONGEST_TOLERANCE_MS = 300_000;
const nothing = (): void => {};

/** @throws InvalidInputError that names the option */
export function checkOptions<Body>(options: WebhookHandlerOptions<Body>): CheckedOptions {
  const secret = typeof options.secret === 'string' ? [options.secret] : [...options.secret];
  if (secret.length === 0)
    throw new InvalidInputError(
      'secret',
      'names none',
      "Give a credential reference, as in 'secret:CRM_HOOK'",
    );
  for (const reference of secret) checkReference(reference, options);
  const { workflow } = options;
  const workflowType = typeof workflow === 'string' ? workflow : workflow.name;
  const entityName =
    options.entityName ?? (typeof workflow === 'string' ? undefined : declaredRoot(workflow));
  const checked: CheckedOptions = {
    ...options,
    // What the body is, the options say and nobody checks.
    target: options.target as CheckedOptions['target'],
    secret,
    workflowType,
    entityName,
    from: originOf(options.from),
    secrets: options.secrets ?? [],
    log: options.log ?? { debug: nothing, warn: nothing, error: nothing },
    onEvent: options.onEvent ?? nothing,
    maxBodyBytes: atLeast(1, 'maxBodyBytes', options.maxBodyBytes, 1_048_576),
    bodyTimeoutMs: atLeast(1, 'bodyTimeoutMs', options.bodyTimeoutMs, 10_000),
    toleranceMs: atLeast(1, 'toleranceMs', options.toleranceMs, LONGEST_TOLERANCE_MS),
    gatherMs: atLeast(0, 'gatherMs', options.gatherMs, 500),
    timeoutMs: atLeast(1, 'timeoutMs', options.timeoutMs, 10_000),
    maxRequests: atLeast(1, 'maxRequests', options.maxRequests, 5_000),
    maxRemembered: atLeast(1, 'maxRemembered', options.maxRemembered, 10_000),
    rememberMs: atLeast(1, 'rememberMs', options.rememberMs, 3_600_000),
  };
  if (checked.toleranceMs > LONGEST_TOLERANCE_MS)
    throw new InvalidInputError(
      'toleranceMs',
      `is longer than ${LONGEST_TOLERANCE_MS} ms, so that what somebody recorded could be sent again for long`,
      'Correct the clock of the server instead',
    );
  if (checked.gatherMs >= checked.timeoutMs)
    throw new InvalidInputError(
      'gatherMs',
      'is not shorter than timeoutMs, so that events that wait to be gathered would be told to come again',
      'Make it shorter: half a second will do',
    );
  return checked;
}

/** Here, and not at the first request: who makes a handler is there to read it. */
function checkReference(
  reference: unknown,
  { secrets = [], encryption }: Pick<WebhookHandlerOptions, 'secrets' | 'encryption'>,
): void {
  const [kind] = typeof reference === 'string' ? reference.split(':') : [];
  if (kind !== 'secret' && kind !== 'sealed')
    throw new InvalidInputError(
      'secret',
      'is not a credential reference',
      'Keep the secret where a provider finds it and give secret:NAME; if this was the secret itself, rotate it',
      'CREDENTIAL_PLAINTEXT',
    );
  if (kind === 'secret' && secrets.length === 0)
    throw new InvalidInputError(
      'secrets',
      'has no provider, so that secret:NAME cannot be resolved',
      "Give one, as in [environmentSecrets({ CRM_HOOK: { origins: ['https://crm.example.com'] } })]",
    );
  if (kind === 'sealed' && encryption === undefined)
    throw new InvalidInputError(
      'encryption',
      'is missing, so that a sealed secret cannot be opened',
      'Give { keyring }, with the keys that it was sealed with',
    );
}

function originOf(from: string): string {
  const url = URL.canParse(from) ? new URL(from) : undefined;
  if (url && url.host !== '' && url.origin !== 'null') return url.origin;
  throw new InvalidInputError(
    'from',
    'is not an origin',
    'Write scheme://host[:port] of the sender, as in https://crm.example.com',
  );
}

function atLeast(least: number, field: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (Number.isInteger(value) && value >= least) return value;
  throw new InvalidInputError(field, `is not a whole number of at least ${least}`, 'Correct it');
}
