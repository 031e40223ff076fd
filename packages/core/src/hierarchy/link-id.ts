import { hashOf } from '../state/hash';

/** What {@link hashOf} gives. */
const HASH = /^[\da-z]{1,11}$/;

/**
 * The id of a link: the first run of the workflow that makes it, and how many links that run made before.
 *
 * @param run its id, or a short one
 */
export const linkId = (run: string, count: number): string => `${run}#${count}`;

/** The id of a run, made short: Temporal's are long, and this one stands in every message. */
export const short = (runId: string): string => (HASH.test(runId) ? runId : hashOf(runId));

/** Whether a link was made by a workflow whose first run this is. */
export const isOfRun = (id: string, runId: string): boolean => runOf(id) === short(runId);

/** Whether a link was made before another one, by the same run. */
export const isEarlier = (id: string, than: string): boolean =>
  runOf(id) === runOf(than) && countOf(id) < countOf(than);

const runOf = (id: string): string => short(id.slice(0, id.lastIndexOf('#')));

const countOf = (id: string): number => Number(id.slice(id.lastIndexOf('#') + 1));
