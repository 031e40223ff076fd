import { type Client, WithStartWorkflowOperation, type WorkflowStartOptions } from '@temporalio/client';
import { InvalidInputError } from '../contract/errors';
import { checkApiUrl } from '../contract/api-url';
import { checkAnyToken, checkReference, checkRefresh } from '../contract/payloads';
import { checkSelector } from '../contract/selector';
import { checkStart } from '../contract/start';
import type { RefreshRequest, RefreshResult, StartInput } from '../contract/wire';
import { beginningIn, rootEntityOf } from '../contract/defined';
import type { Schema } from '../contract/schema';
import { retried, wasLeft } from './retried';
import { explained } from './explained';
import { StatefulHandle } from './stateful-handle';
import { referenceFor, type TokenInput, type TokenOptions } from './tokens';

/** A workflow function, as `defineWorkflow` returns it; it is not called, but asked for its name. */
export interface WorkflowOf<Data, S extends Schema = Schema> {
  (input: StartInput): Promise<Data>;
  /** There is no such value. */
  readonly '~schema'?: S;
}

/** What a workflow is started with by a {@link StatefulClient}: a token itself is sealed before it is sent. */
export type StartWith = Omit<StartInput, 'apiToken'> & { readonly apiToken?: TokenInput };

/** What {@link StatefulClient} talks to. */
export interface StatefulClientOptions<Data, S extends Schema = Schema> extends TokenOptions {
  /** The workflow, or its type as a string. */
  readonly workflow: WorkflowOf<Data, S> | string;
  /** The task queue that its workers poll. */
  readonly taskQueue: string;
  /** The root entity's name. @default as the workflow's class says, or the workflow type without its `Workflow` ending */
  readonly entityName?: string;
}

/** What Temporal can be told when a workflow starts, besides what the client sets itself. */
export type StartOptions = Omit<Partial<WorkflowStartOptions>, 'args' | 'taskQueue' | 'workflowId'>;

/**
 * Starts and finds the workflows of one kind of entity. There is one per entity, with the id `Entity-id`.
 *
 * @typeParam Data the root entity with its relations filled in: inferred from a workflow function, else `DataOf` says it
 * @typeParam S the schema: inferred from a workflow function, else `typeof schema`
 * @example
 * const customers = new StatefulClient<CustomerData>(client, { workflow: 'CustomerWorkflow', taskQueue: 'crm' });
 * const customer = await customers.start({ id: 'c_42', apiUrl: 'https://crm.example.com', apiToken: 'secret:CRM_TOKEN' });
 * console.log(await customer.data());
 */
export class StatefulClient<Data = unknown, S extends Schema = Schema> {
  readonly #client: Client;
  readonly #workflowType: string;
  readonly #taskQueue: string;
  readonly #entityName: string;
  readonly #tokens: TokenOptions;
  /** What a run begins with, as the workflow's function says; nothing where only its type is known. */
  readonly #begins: unknown;

  constructor(
    client: Client,
    { workflow, taskQueue, entityName, ...tokens }: StatefulClientOptions<Data, S>,
  ) {
    this.#client = client;
    this.#tokens = tokens;
    this.#workflowType = typeof workflow === 'string' ? workflow : workflow.name;
    this.#taskQueue = taskQueue;
    this.#begins = typeof workflow === 'string' ? undefined : beginningIn(workflow);
    this.#entityName =
      entityName ?? rootEntityOf(typeof workflow === 'string' ? { name: workflow } : workflow);
  }

  /** The workflow id of an entity. */
  workflowId(id: string): string {
    return `${this.#entityName}-${id}`;
  }

  /** A handle on an entity's workflow, whether or not it runs. */
  get(id: string): StatefulHandle<Data, S> {
    return new StatefulHandle<Data, S>(this.#client, this.workflowId(id), this.#tokens);
  }

  /**
   * Starts the workflow of an entity.
   *
   * @throws InvalidInputError when the input cannot be used; a token in plaintext is never sent
   * @throws WorkflowExecutionAlreadyStartedError when it runs already; use {@link ensure} to take either
   */
  async start(input: StartWith, options: StartOptions = {}): Promise<StatefulHandle<Data, S>> {
    await this.#client.workflow.start(this.#workflowType, this.#startOptions(input, options));
    return this.get(input.id);
  }

  /**
   * Sees to it that the workflow of an entity runs and has just loaded: starts it if need be, in one call
   * with the refresh (update-with-start).
   *
   * @returns its handle and what the load gave; one that failed throws nothing, and `result.outcome` says so
   * @throws InvalidInputError when the input cannot be used
   */
  async ensure(
    input: StartWith,
    options: StartOptions = {},
  ): Promise<{ handle: StatefulHandle<Data, S>; result: RefreshResult }> {
    const handle = this.get(input.id);
    const asked = explained(handle.temporal, () =>
      retried((updateId) =>
        this.#client.workflow.executeUpdateWithStart<WorkflowOf<Data>, RefreshResult, []>('refresh', {
          updateId,
          startWorkflowOperation: new WithStartWorkflowOperation(this.#workflowType, {
            ...this.#startOptions(input, options),
            workflowIdConflictPolicy: 'USE_EXISTING',
          }),
        }),
      ),
    );
    // Where the run ended before the load, the workflow is there: the load of the next run is waited for.
    const result = await asked.catch((error: unknown) => {
      if (error instanceof Error && wasLeft(error.cause)) return handle.refresh();
      throw error;
    });
    return { handle, result };
  }

  /**
   * Has the workflow of an entity load, and starts it if need be, in one call (signal with start). Waits for no more than
   * that Temporal has taken it.
   *
   * @param options `workflowIdReusePolicy: 'REJECT_DUPLICATE'` leaves alone what has run and ended: then Temporal's
   *   WorkflowExecutionAlreadyStartedError says so
   * @throws InvalidInputError when the input cannot be used
   */
  async requestRefresh(
    input: StartWith,
    options: StartOptions = {},
    request: RefreshRequest = {},
  ): Promise<StatefulHandle<Data, S>> {
    await this.#client.workflow.signalWithStart<WorkflowOf<Data>, [RefreshRequest]>(this.#workflowType, {
      ...this.#startOptions(input, options),
      signal: 'refresh',
      signalArgs: [checkRefresh(request)],
    });
    return this.get(input.id);
  }

  #startOptions(given: StartWith, options: StartOptions): WorkflowStartOptions & { args: [StartInput] } {
    const input = this.#sealed(given);
    const { dropped } = checkStart(input, this.#tokens.allowPlaintextTokens ? checkAnyToken : checkReference);
    const [first] = dropped;
    if (first !== undefined) throw first;
    for (const [i, { selector }] of (input.subscriptions ?? []).entries())
      checkSelector(selector, undefined, `subscriptions[${i}].selector`);
    if (input.entityName !== undefined && input.entityName !== this.#entityName) {
      throw new InvalidInputError(
        'entityName',
        `is "${input.entityName}", but this client is for "${this.#entityName}"`,
        'Leave it out, or make a client with that entityName',
      );
    }
    return {
      ...options,
      // Not part of the wire contract: it saves the run a record of its own, and whoever starts one may leave it out.
      args: [{ ...input, entityName: this.#entityName, begins: this.#begins } as StartInput],
      taskQueue: this.#taskQueue,
      workflowId: this.workflowId(input.id),
    };
  }

  #sealed({ apiToken, ...input }: StartWith): StartInput {
    if (apiToken == null) return input;
    const origins = input.apiUrl === undefined ? undefined : [new URL(checkApiUrl(input.apiUrl)).origin];
    const { namespace } = this.#client.options;
    return { ...input, apiToken: referenceFor(apiToken, 'apiToken', this.#tokens, namespace, origins) };
  }
}
