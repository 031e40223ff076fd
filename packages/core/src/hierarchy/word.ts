import type { Ancestor, Told, Word } from '../contract/hierarchy';

export type { Word };

/** What every message between two workflows of a hierarchy has; see `docs/architecture/one-home.md`. */
interface Sent {
  /** The sender's workflow id. */
  readonly from: string;
  /** The link that the message belongs to: what comes by another one is left aside. */
  readonly link: string;
}

/** What is said: contributions from the holder, news from the home. */
export interface Tell extends Sent, Told {
  readonly do: 'tell';
  /** One more than that of the message before it. */
  readonly number: number;
  /** What was written; from a home: what is. */
  readonly word?: Word;
}

/** What a child begins with. */
export interface Start extends Sent {
  /** The holder's workflow, those above it, and the entities that they are the homes of. */
  readonly ancestry: readonly Ancestor[];
  readonly sources: Readonly<Record<string, Word>>;
  readonly word: Word;
  readonly pauses: boolean;
  readonly isMade: boolean;
  /** The kinds of entity that the holder wants to hear of. @default all */
  readonly wants?: readonly string[];
}

/** A workflow that runs is told that it has another parent. */
export interface Join extends Sent {
  readonly do: 'join';
  readonly ancestry: readonly Ancestor[];
  readonly pauses: boolean;
  /** Whether the child's root is made from the item; see {@link Link.isMade}. */
  readonly isMade: boolean;
  /** The kinds of entity that the holder wants to hear of. @default all */
  readonly wants?: readonly string[];
}

/** A child is told that it is no item of the sender any more. */
export interface Leave extends Sent {
  readonly do: 'leave';
}

/** A holder is told that the child knows no such link. */
export interface Stranger extends Sent {
  readonly do: 'stranger';
}

/** A child asks whether it is one still: the holder has been reset since it said so. */
export interface Ask extends Sent {
  readonly do: 'ask';
}

/** A message of one end of a link to the other. */
export type Message = Tell | Join | Leave | Stranger | Ask;
