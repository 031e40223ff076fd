import { serverTime } from '../instant';

/**
 * When a load began by the clock of the server that answered it, at the latest: nothing that the load read can have
 * changed in the future of that.
 *
 * @param date the `Date` header of an answer that has just come
 * @param startedAt when the load began by the worker's clock, in milliseconds since 1970
 */
export function serverStart(date: string | undefined, startedAt: number): number {
  const now = Date.now();
  return serverTime(date, now) - Math.max(0, now - startedAt);
}
