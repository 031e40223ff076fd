import type { Context } from '@temporalio/activity';
import { CompleteAsyncError } from '@temporalio/activity';
import {
  ApplicationFailure,
  ApplicationFailureCategory,
  ensureApplicationFailure,
  TemporalFailure,
} from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Credential } from '../contract/adapter';
import { CredentialError, InvalidInputError, StatefulWorkflowError } from '../contract/errors';
import { isReference } from '../contract/payloads';
import type { CredentialReference } from '../contract/credential-reference';
import { Concealment } from '../credentials/concealment';
import { parsedOrigin } from '../credentials/provider';
import { forgetCredential, resolveCredential, type Vault } from '../credentials/resolve';
import { checkActivityOptions } from './check-options';
import { type ActivityOptions, vaultOf } from './harness';

/** What an activity may resolve references with, and what it has got so. */
interface Held {
  readonly vaults: Vault[];
  readonly concealment: Concealment;
  /** What it has resolved. */
  readonly references: Set<string>;
}

const held = new WeakMap<Context, Held>();

/** So many errors that caused each other are told of. */
const MOST_CAUSES = 10;

/**
 * A secret for an activity of your own, for writing back to where a workflow's data came from: looked up now, with the
 * worker's providers and keyring, for one origin, as a load does. What is got so stands as `[secret]` in the failures and
 * the result of this attempt.
 *
 * ## Rules
 * - Hand the activity the reference (`this.apiToken`) and never the secret. Ask in each attempt, and keep nothing: a
 *   rotation is then followed by itself. What an attempt that failed has got is not taken from a cache again.
 * - The secret must be bound to the origin, and to the type of the workflow where it names types.
 * - Call `secret.reveal()` where it is sent, and nowhere else: logs of your own are not searched.
 *
 * @param context the activity's, `Context.current()`
 * @param origin where it is to be sent: `https://crm.example.com`; of a whole address only its origin counts
 * @throws CredentialError as loads do, whose code says why not, and is the type of the activity's failure if nobody catches
 *   it; only what may pass is tried again
 * @throws InvalidInputError for what is no origin, or no text as a reference
 * @example
 * export async function closeTicket(id: string, token: CredentialReference): Promise<void> {
 *   const { secret } = await credentialFor(Context.current(), token, 'https://desk.example.com');
 *   await fetch(`https://desk.example.com/tickets/${id}`, {
 *     method: 'DELETE',
 *     headers: { authorization: `Bearer ${secret.reveal()}` },
 *   });
 * }
 */
export async function credentialFor(
  context: Context,
  reference: CredentialReference,
  origin: string,
): Promise<Credential> {
  const known = held.get(context);
  if (known === undefined)
    throw new CredentialError(
      'CREDENTIAL_UNAVAILABLE',
      'This worker does not know how activities of your own get secrets. Run it with statefulWorkflow({ registry, secrets }) among its plugins, or with activityCredentials({ secrets }) among its activity interceptors.',
    );
  const to = parsedOrigin(origin);
  if (to === undefined)
    throw new InvalidInputError(
      'origin',
      'is not an origin',
      'Write scheme://host[:port], as in https://crm.example.com',
    );
  // A workflow without a token hands over nothing.
  if (!(reference as string | undefined))
    throw new CredentialError(
      'CREDENTIAL_MISSING',
      'The activity was given no credential reference. Hand it the apiToken of the workflow, and start the workflow with one.',
    );
  if (typeof (reference as unknown) !== 'string')
    throw new InvalidInputError(
      'reference',
      'is not a credential reference',
      'Hand the activity the apiToken of the workflow, as it is',
    );
  const { workflowType, namespace } = context.info;
  const credential = await resolveCredential(
    reference,
    { origin: to, workflowType, namespace },
    merged(known.vaults),
  );
  known.concealment.addCredential(credential.secret);
  known.references.add(reference);
  if (!isReference(reference))
    context.log.warn('The token of this activity stands in plaintext in the history of the workflow');
  return credential;
}

/**
 * What {@link credentialFor} needs of a worker that is made without the plugin, which brings it by itself.
 *
 * @example
 * Worker.create({ taskQueue, activities, interceptors: { activity: [activityCredentials({ secrets })] } });
 * @throws InvalidInputError when an option cannot be used
 */
export function activityCredentials(options: ActivityOptions): ActivityInterceptorsFactory {
  checkActivityOptions(options);
  const vault = vaultOf(options);
  return (context) => {
    const { concealment, references } = holding(context, vault);
    return {
      inbound: {
        async execute(input, next) {
          try {
            return concealedResult(await next(input), concealment);
          } catch (error) {
            if (error instanceof CompleteAsyncError) throw error;
            for (const reference of references) forgetCredential(reference, vault);
            const failure = error instanceof StatefulWorkflowError ? failureOf(error) : error;
            throw concealment.isEmpty ? failure : concealedError(failure, concealment);
          }
        },
      },
    };
  };
}

/** Two plugins on one worker each bring secrets of their own. */
function holding(context: Context, vault: Vault): Held {
  const known = held.get(context) ?? { vaults: [], concealment: new Concealment(), references: new Set() };
  known.vaults.push(vault);
  held.set(context, known);
  return known;
}

const merged = (vaults: readonly Vault[]): Vault => ({
  providers: vaults.flatMap(({ providers }) => providers),
  keyring: vaults.find(({ keyring }) => keyring !== undefined)?.keyring,
  allowPlaintext: vaults.some(({ allowPlaintext }) => allowPlaintext),
});

function concealedResult(result: unknown, concealment: Concealment): unknown {
  if (concealment.isEmpty) return result;
  try {
    return concealedValue(result, concealment, 'the result');
  } catch (error) {
    if (!(error instanceof StatefulWorkflowError)) throw error;
    // What the activity was to do is done: it is not tried again.
    throw ApplicationFailure.nonRetryable(
      'The result of the activity holds a secret of the worker in a number or a key, where it cannot be taken out. Return something else.',
      error.code,
    );
  }
}

/** A value as it may go into a history: as JSON where a secret was taken out, else as it is. */
function concealedValue(value: unknown, concealment: Concealment, place: string): unknown {
  if (value instanceof Uint8Array) {
    concealment.refuse(Buffer.from(value).toString('latin1'), place);
    return value;
  }
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) return value;
  // What has a JSON of its own, such as a date, is searched as that.
  const plain: unknown = JSON.parse(json);
  const clean = concealment.data(plain, place);
  return clean === plain ? value : clean;
}

/** An error of ours as Temporal takes it: what comes of a mistake is not tried again. */
const failureOf = ({ message, code, retryable }: StatefulWorkflowError): ApplicationFailure =>
  ApplicationFailure.create({ message, type: code, nonRetryable: !retryable });

/** An error as it may go into a history. What Temporal itself throws stays of its kind. */
function concealedError(error: unknown, concealment: Concealment, depth = 0): unknown {
  if (error instanceof TemporalFailure && !(error instanceof ApplicationFailure)) {
    const { message, stack = '' } = error;
    return Object.assign(error, { message: concealment.text(message), stack: concealment.text(stack) });
  }
  const failure: ApplicationFailure = ensureApplicationFailure(error);
  const { type, nonRetryable, details } = failure;
  // Or a text: it is handed on as it is.
  const nextRetryDelay = failure.nextRetryDelay as number | undefined;
  const isBenign = failure.category === ApplicationFailureCategory.BENIGN;
  const { cause } = (error ?? {}) as { readonly cause?: unknown };
  const concealed = ApplicationFailure.create({
    message: concealment.text(failure.message),
    type: type == null ? undefined : concealment.text(type),
    nonRetryable: nonRetryable ?? false,
    nextRetryDelay,
    ...(isBenign && { category: ApplicationFailureCategory.BENIGN }),
    details: details == null ? undefined : concealedDetails(details, concealment),
    ...(cause instanceof Error &&
      depth < MOST_CAUSES && { cause: concealedError(cause, concealment, depth + 1) as Error }),
  });
  concealed.stack = concealment.text(failure.stack ?? '');
  return concealed;
}

function concealedDetails(details: unknown[], concealment: Concealment): unknown[] | undefined {
  try {
    return details.map((detail) => concealedValue(detail, concealment, 'the details'));
  } catch {
    // They hold a secret where nothing can stand in its place; or what cannot be written at all.
    return undefined;
  }
}
