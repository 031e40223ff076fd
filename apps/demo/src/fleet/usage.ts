import {
  type Actions,
  actionsBetween,
  actionsOf,
  type Crm,
  shownActions,
  type TemporalService,
  totalOf,
} from '@stateful-workflow/dev-services';

/** A query is an Action as well. Here only those who watch the fleet ask any. */
const QUERY = 'grpc_QueryWorkflow';

/** What a fleet has used of its CRM and of Temporal. */
export interface Used {
  /** Requests for the list: each is a look of the feed, or a page of its first. */
  readonly lists: number;
  /** Requests for one customer: looks of its own workflow. */
  readonly own: number;
  /** Actions that Temporal has counted, without queries; nothing on a server that is not ours, which does not tell. */
  readonly actions: number | undefined;
  /** They by their type. */
  readonly detail: string;
}

/** Counts what a fleet uses, from one time to the next. */
export class Usage {
  readonly #crm: Crm;
  readonly #server: Pick<TemporalService, 'metricsUrl' | 'namespace'>;
  #before: { readonly lists: number; readonly own: number; readonly actions: Actions } = {
    lists: 0,
    own: 0,
    actions: new Map(),
  };

  constructor(crm: Crm, server: Pick<TemporalService, 'metricsUrl' | 'namespace'>) {
    this.#crm = crm;
    this.#server = server;
  }

  /** How often the list was asked for so far. */
  get lists(): number {
    return this.#reads((path) => path === '/customers');
  }

  /** What was used since the last time that this was asked. Takes three seconds: Temporal tells a bit late what it counts. */
  async sinceLast(): Promise<Used> {
    const isTold = this.#server.metricsUrl !== undefined;
    const counted = new Map(isTold ? await actionsOf(this.#server) : []);
    counted.delete(QUERY);
    const now = { lists: this.lists, own: this.#reads((path) => path !== '/customers'), actions: counted };
    const before = this.#before;
    this.#before = now;
    const actions = actionsBetween(before.actions, counted);
    return {
      lists: now.lists - before.lists,
      own: now.own - before.own,
      actions: isTold ? totalOf(actions) : undefined,
      detail: shownActions(actions),
    };
  }

  #reads(of: (path: string) => boolean): number {
    return this.#crm.requests.filter(({ method, path }) => method === 'GET' && of(path)).length;
  }
}
