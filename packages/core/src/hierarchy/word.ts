import type { EntityRef } from '../contract/adapter';
import type { Ancestor } from '../contract/hierarchy';
import type { Entities } from '../contract/schema';
import type { Tables } from '../state/json';

/** What somebody says of entities. */
export interface Word {
  readonly set?: Entities;
  /** Fields that went. */
  readonly unset?: Tables<readonly string[]>;
  /** Entities that went. */
  readonly deletes?: readonly EntityRef[];
}

/** What every message between two workflows of a hierarchy has; see `docs/architecture/one-home.md`. */
interface Sent {
  /** The sender's workflow id. */
  readonly from: string;
  /** The link that the message belongs to: what comes by another one is left aside. */
  readonly link: string;
}

/** What is said: contributions from the holder, news from the home. */
export interface Tell extends Sent {
  readonly do: 'tell';
  /** Whether it comes from a child, the home of the portion. */
  readonly as?: 'child';
  /** One more than that of the message before it. */
  readonly number: number;
  /** The number of the last message that the sender has taken. */
  readonly seen: number;
  /** Contributions of sources, by the source. */
  readonly sources?: Readonly<Record<string, Word>>;
  /** What was written; from a home: what is. */
  readonly word?: Word;
  /** A copy of what came into the portion, for a home that has no such fields: it may come from another home. */
  readonly fills?: Word;
  /** Whether the sources say nothing else of the portion. */
  readonly offers?: true;
  /** How the sender shows lists that lost an id with something that was removed. */
  readonly shows?: Word;
  /** Entities of which all fields are given. */
  readonly entire?: readonly EntityRef[];
  /** Whether nothing else is in the portion; then all are entire. */
  readonly whole?: true;
  /** What is to be told entire: some entities, or all. */
  readonly asks?: true | readonly EntityRef[];
  /** Whether the holder has the child pause, where that is another than before. */
  readonly pauses?: boolean;
}

/** What a child begins with. */
export interface Start extends Sent {
  /** The holder's workflow, those above it, and the entities that they are the homes of. */
  readonly ancestry: readonly Ancestor[];
  readonly sources: Readonly<Record<string, Word>>;
  readonly word: Word;
  readonly pauses: boolean;
  readonly isMade: boolean;
}

/** A workflow that runs is told that it has another parent. */
export interface Join extends Sent {
  readonly do: 'join';
  readonly ancestry: readonly Ancestor[];
  readonly pauses: boolean;
  /** Whether the child's root is made from the item; see {@link Link.isMade}. */
  readonly isMade: boolean;
}

/** A child is told that it is no item of the sender any more. */
export interface Leave extends Sent {
  readonly do: 'leave';
}

/** A holder is told that the child knows no such link. */
export interface Stranger extends Sent {
  readonly do: 'stranger';
}

/** A message of one end of a link to the other. */
export type Message = Tell | Join | Leave | Stranger;
