import type { Ancestor } from '../contract/hierarchy';
import type { Asked } from './asks';
import type { LinkState } from './link-state';
import type { CarriedOutbox } from './outbox';
import type { CarriedUnseen } from './unseen';
import type { Message } from './word';

/** What a link is to. */
export interface LinkOptions {
  readonly self: string;
  /** From the top of the hierarchy to the holder. */
  readonly ancestry: readonly Ancestor[];
  /** The workflow at the other end. */
  readonly peer: string;
  /** Whether the child's root is made from the item: then neither is a copy of the other. */
  readonly isMade?: boolean;
  /** The kinds of entity that the other end wants to hear of. @default all */
  readonly wants?: readonly string[];
}

/** A `Link` as it travels through continue-as-new; of thousands most have nothing but their numbers. */
export interface CarriedLink {
  readonly id: string;
  readonly state: LinkState;
  readonly numbers: readonly [sent: number, taken: number];
  readonly waiting?: CarriedOutbox;
  readonly unseen?: CarriedUnseen;
  readonly asks?: Asked;
  readonly offers?: true;
  readonly pauses?: true;
  /** What the other end was told last of {@link pauses}; `null` where it may have heard something else since. */
  readonly toldPause?: true | null;
  readonly controls?: readonly Message[];
}
