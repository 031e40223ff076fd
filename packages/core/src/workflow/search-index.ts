import {
  ActivityFailure,
  log,
  proxyActivities,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import {
  CREATE_SEARCH_ATTRIBUTES,
  KNOWS_SEARCH_ATTRIBUTES,
  SEARCH_ATTRIBUTES,
  type SearchAttributeActivities,
} from '../contract/search-attributes';
import { messageOf } from '../hierarchy/follow';
import { lookAside } from '../hierarchy/look';
import { has } from '../base/patches';
import type { Session } from './session';

const { [KNOWS_SEARCH_ATTRIBUTES]: knowsThem } = proxyActivities<SearchAttributeActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '5 minutes',
  summary: 'whether the server knows the search attributes',
});

/** What is wrong where the server does not know the search attributes. */
const UNKNOWN = `The class has searchAttributes, and this namespace does not know StatefulStatus and StatefulEntity, so the workflow is not listed by them. Create them, and the next run sets them: ${CREATE_SEARCH_ATTRIBUTES}`;

const unasked = (error: unknown): string =>
  `The class has searchAttributes, and the server could not be asked whether it knows StatefulStatus and StatefulEntity: ${messageOf(error instanceof ActivityFailure ? (error.cause ?? error) : error)}. Have the worker be allowed to list workflows, and the next run asks again.`;

/**
 * Keeps the search attributes of a workflow whose class wants that as the workflow is. Each upsert is billed, so there is one only
 * when the status has changed. A server that does not know an attribute would fail the workflow's tasks for ever: so it
 * is asked first, once in the life of a workflow, which has the attributes from then on through all its runs.
 */
export class SearchIndex {
  readonly #session: Session;
  #isAsked = false;
  #isKnown = false;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Has the server know what the workflow is doing. To be called before it waits. */
  tell(): void {
    if (this.#session.ending || !has('searchAttributes')) return;
    const { typedSearchAttributes: known } = workflowInfo();
    if (this.#isKnown || known.get(SEARCH_ATTRIBUTES.entity) !== undefined) this.#upsert();
    else if (!this.#isAsked) this.#ask();
  }

  #upsert(): void {
    const { status, root } = this.#session;
    const { typedSearchAttributes: known } = workflowInfo();
    const wanted = [
      { key: SEARCH_ATTRIBUTES.status, value: status },
      { key: SEARCH_ATTRIBUTES.entity, value: root.name },
    ].filter(({ key, value }) => known.get(key) !== value);
    if (wanted.length > 0) upsertSearchAttributes(wanted);
  }

  #ask(): void {
    this.#isAsked = true;
    lookAside(
      async () => {
        this.#isKnown = await knowsThem();
        if (this.#isKnown) this.tell();
        else this.#lack(UNKNOWN);
      },
      (error) => this.#lack(unasked(error)),
    );
  }

  /** @param why what is wrong, for a person */
  #lack(why: string): void {
    this.#session.unindexed = why;
    log.warn(why);
    this.#session.show();
  }
}
