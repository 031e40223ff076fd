import type { Used } from '../fleet/usage';

/**
 * So many Actions may be more than those that a step is about: a look may be counted by one counter and not yet by the
 * other, and once a minute a feed shows what it has delivered.
 */
export const uncertain = 3;

/** What a fleet has used, for a reader of the tour. */
export function shownUse({ lists, own, actions, detail }: Used): string {
  const requests = `${lists} looks of the feed, ${lists + own} requests`;
  return actions === undefined
    ? `${requests}; this server does not tell what Actions it counts`
    : `${requests}, ${actions} Actions (${detail})`;
}
