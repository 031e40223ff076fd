import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import type { Kin } from './kin';
import { Link } from './link';
import type { CarriedLink } from './link-options';
import type { Outgoing } from './outgoing';
import type { CarriedPauses } from './pauses';
import type { Message } from './word';

/** The links of an exchange as they travel through continue-as-new, and what those are still to be told that have none. */
export interface CarriedLinks {
  readonly above: readonly (readonly [
    peer: string,
    ancestry: readonly Ancestor[],
    options: { readonly isMade?: boolean; readonly wants?: readonly string[] },
    CarriedLink,
  ])[];
  readonly below: readonly (readonly [peer: string, item: EntityRef, isMade: boolean, CarriedLink])[];
  readonly leaving: readonly (readonly [peer: string, CarriedLink])[];
  readonly strangers: readonly (readonly [peer: string, Message])[];
}

/** An `Exchange` as it travels through continue-as-new. */
export interface CarriedExchange extends CarriedLinks {
  /** How many links were made so far. */
  readonly count: number;
  readonly pauses: CarriedPauses;
  /** Parents that have yet to say what their sources give. */
  readonly unheard?: readonly string[];
}

export const carriedLinks = ({ above, below }: Kin, { leaving, strangers }: Outgoing): CarriedLinks => ({
  above: [...above].map(([peer, link]) => {
    const { ancestry, isMade, wants } = link;
    return [peer, ancestry, { isMade, wants }, link.carry()];
  }),
  below: [...below].map(([peer, { link, item, made }]) => [peer, item, !!made, link.carry()]),
  leaving: leaving.map((link) => [link.peer, link.carry()]),
  strangers: [...strangers],
});

/** Makes the links to parents of the run before, and what is still to be told to those that have none. */
export function restoreLinks(carried: CarriedLinks, self: string, kin: Kin, outgoing: Outgoing): void {
  for (const [peer, ancestry, options, link] of carried.above)
    kin.above.set(peer, new Link({ self, peer, ancestry, ...options }, link.state, link));
  for (const [peer, link] of carried.leaving)
    outgoing.leaving.push(new Link({ self, peer, ancestry: [] }, link.state, link));
  for (const [peer, message] of carried.strangers) outgoing.strangers.set(peer, message);
}
