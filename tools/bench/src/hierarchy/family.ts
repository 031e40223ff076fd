import { isDeepStrictEqual } from 'node:util';
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { tickets, type Ticket } from '../measure/records';
import { until } from '../temporal/until';
import type { WorkerEnvironment } from '../temporal/worker-environment';
import type { ChildReports } from './child-reports';
import { inBatches } from './in-batches';
import { parentHistory, type ParentHistory } from './parent-history';

/** How a family is written. */
export type Kind = 'stateful' | 'by hand';

/** One thing that a family did. */
export interface Timing {
  /** Until the last child has reported, in milliseconds. */
  readonly ms: number;
  /** The same as the times in the parent's history have it. */
  readonly historyMs: number;
  /** The events that it left in the parent's history. */
  readonly events: number;
  /** The runs that the parent has had by then: more than one if it continued as new. */
  readonly runs: number;
}

const firstToken = 'secret:FIRST';
const secondToken = 'secret:SECOND';
const patienceMs = 120_000;
/** So few requests at a time that they do not wait for each other in the worker. */
const batch = 10;

/** A parent and its children, which are timed from outside. The two kinds differ in nothing but their code. */
export class Family {
  readonly #environment: WorkerEnvironment;
  readonly #reports: ChildReports;
  readonly #parent: WorkflowHandle;
  readonly #tickets: readonly Ticket[];
  readonly #childIds: readonly string[];

  private constructor(
    environment: WorkerEnvironment,
    reports: ChildReports,
    parent: WorkflowHandle,
    ofFamily: readonly Ticket[],
  ) {
    this.#environment = environment;
    this.#reports = reports;
    this.#parent = parent;
    this.#tickets = ofFamily;
    this.#childIds = ofFamily.map(({ id }) => `Ticket-${id}`);
  }

  /** Starts the parent, and waits until it waits. @param id no other family has it */
  static async start(
    environment: WorkerEnvironment,
    reports: ChildReports,
    kind: Kind,
    id: string,
    count: number,
  ): Promise<Family> {
    const input = { id, apiToken: firstToken } as const;
    const parent =
      kind === 'stateful'
        ? await environment.startStateful('HierarchyWorkflow', input)
        : await environment.startByHand('hierarchyByHand', input);
    const ofFamily = tickets(count).map((ticket) => ({ ...ticket, id: `${id}-${ticket.id}` }));
    const family = new Family(environment, reports, parent, ofFamily);
    await family.#settled(() => true);
    return family;
  }

  /** Hands the parent its tickets, and waits for a child of each. */
  async startChildren(): Promise<Timing> {
    const before = await this.#history();
    const ms = await this.#reports.time(`begun with ${firstToken}`, this.#childIds, patienceMs, () =>
      this.#parent.signal('data', { tickets: this.#tickets }),
    );
    const after = await this.#settled(({ started }) => started.length >= this.#tickets.length);
    return timing(ms, after.started, after.signalled.get('data'), before, after);
  }

  /** Hands the parent a new token, and waits until each child has it. */
  async giveToken(): Promise<Timing> {
    const before = await this.#history();
    const ms = await this.#reports.time(`given ${secondToken}`, this.#childIds, patienceMs, () =>
      this.#parent.signal('apiToken', secondToken),
    );
    const after = await this.#settled(
      ({ delivered }) => delivered.length >= before.delivered.length + this.#tickets.length,
    );
    return timing(ms, after.delivered, after.signalled.get('apiToken'), before, after);
  }

  /** Checks that one child was started for each ticket, and that it answers a query with what it was given. */
  async check(query: 'data' | 'apiToken'): Promise<void> {
    const { started } = await this.#history();
    if (started.length !== this.#tickets.length)
      throw new Error(`${started.length} children were started for ${this.#tickets.length} tickets.`);
    await this.#eachChild(async (child, i) => {
      const answer = await child.query<object>(query);
      const [actual, expected] =
        query === 'data'
          ? [answer, this.#tickets[i]]
          : [(answer as { reference: string }).reference, secondToken];
      if (!isDeepStrictEqual(actual, expected))
        throw new Error(`${child.workflowId} answers the query ${query} with ${JSON.stringify(answer)}.`);
    });
  }

  /** Ends all of them, the parent first: it must not start again what was ended. */
  async end(): Promise<void> {
    await terminate(this.#parent);
    await this.#eachChild(terminate);
  }

  #eachChild(act: (child: WorkflowHandle, i: number) => Promise<unknown>): Promise<void> {
    const { workflow } = this.#environment.client;
    return inBatches([...this.#childIds.entries()], batch, ([i, id]) => act(workflow.getHandle(id), i));
  }

  #history(): Promise<ParentHistory> {
    return parentHistory(this.#environment.client, this.#parent.workflowId);
  }

  /** Waits until nothing is under way, so that it is not counted to what comes next. */
  async #settled(isDone: (history: ParentHistory) => boolean): Promise<ParentHistory> {
    let history = await this.#history();
    const look = async (): Promise<boolean> => {
      history = await this.#history();
      return history.isSettled && isDone(history);
    };
    await until(`${this.#parent.workflowId} to settle`, patienceMs, look, 100);
    return history;
  }
}

function timing(
  ms: number,
  times: readonly number[],
  signalledAt: number | undefined,
  before: ParentHistory,
  after: ParentHistory,
): Timing {
  if (signalledAt === undefined) throw new Error('The parent was not sent its signal.');
  return {
    ms,
    historyMs: Math.max(...times) - signalledAt,
    events: after.events - before.events,
    runs: after.runs,
  };
}

async function terminate(handle: WorkflowHandle): Promise<void> {
  try {
    await handle.terminate();
  } catch (error) {
    // Whoever ended by itself meanwhile need not be ended.
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
