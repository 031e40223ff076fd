import { InvalidInputError } from '@stateful-workflow/core';
import { type HttpAnswer, HttpError, type Onward } from '@stateful-workflow/http';
import type { Progress } from './rest-cursor';
import type { RestQuery } from './rest-query';

/** What servers answer for a page that is not there. */
const MISSING: ReadonlySet<number> = new Set([400, 404, 410, 416, 422]);

/** What the page before said of the one that is asked for. */
export type Said = Onward<unknown>['says'];

/**
 * Tells whether an answer that is an error means that a numbered list has no such page. It may only where the page
 * before did not promise it, and where the source says so; or where that page itself says that it is the last, or as
 * many records came as there are said to be, and the next one is not there.
 */
export class PastTheEnd {
  readonly #statuses: readonly number[];
  #isOver: boolean;
  says: Said | undefined;

  constructor({ pagination }: RestQuery, progress: Progress | undefined) {
    this.#statuses =
      pagination !== undefined && 'endStatus' in pagination ? [pagination.endStatus ?? []].flat() : [];
    this.#isOver = progress?.unsure === 'over';
    this.says = progress && (progress.unsure === undefined ? 'more' : 'nothing');
  }

  /**
   * A page came, and said whether there is another.
   *
   * @param isOver whether something on it says that it is the last, besides the sign that the source names
   */
  saw(says: Said, isOver: boolean): void {
    this.#isOver = isOver;
    this.says = says;
  }

  /** What an attempt that goes on has to know. */
  get progress(): Pick<Progress, 'unsure'> {
    return this.says === 'nothing' ? { unsure: this.#isOver ? 'over' : true } : {};
  }

  /** Which statuses are no error for the next page. */
  accept({ emptyAs = [] }: RestQuery): ((status: number) => boolean) | undefined {
    const statuses = [...this.#ends, ...([emptyAs].flat().includes('no content') ? [204] : [])];
    return statuses.length === 0 ? undefined : (status) => statuses.includes(status);
  }

  isEnd({ status }: HttpAnswer): boolean {
    return this.#ends.includes(status);
  }

  get #ends(): readonly number[] {
    if (this.says !== 'nothing') return [];
    return this.#isOver ? [404, ...this.#statuses] : this.#statuses;
  }
}

/**
 * An answer; or the error that it is, which says what can be done where a page was asked for that may not be there.
 *
 * @param says what the page before said
 */
export async function explained(answer: Promise<HttpAnswer>, says: Said | undefined): Promise<HttpAnswer> {
  try {
    return await answer;
  } catch (error) {
    if (says !== 'nothing' || !(error instanceof HttpError) || error.failure.type !== 'status') throw error;
    const { status } = error.failure;
    if (!MISSING.has(status)) throw error;
    throw new InvalidInputError(
      'pagination.endStatus',
      `the page after the last one that came is answered with ${status}, which may mean that the list is over or that it is broken (${error.message})`,
      `If it is how the API says that there are no more pages, set endStatus: ${status}; or name what says it, such as hasMore or total`,
    );
  }
}
