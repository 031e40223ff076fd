/** How an end of a link is: the first three of a holder, the others of a home. */
export type LinkState = 'apart' | 'joining' | 'joined' | 'owing' | 'telling' | 'left';

/** What happens to an end of a link. */
export type LinkEvent =
  /** A child began with the portion. */
  | 'start'
  /** The child's id runs already. */
  | 'attach'
  /** News with the whole portion have come. */
  | 'whole'
  /** The child knows no such link. */
  | 'stranger'
  /** A parent that this workflow runs for already joins, or a link has a gap. */
  | 'owe'
  /** The whole portion was sent. */
  | 'told'
  /** The holder lets the child go. */
  | 'leave'
  /** The other end is there no more. */
  | 'gone';

/** What becomes of an end of a link; what is not in it has no effect. */
export const TRANSITIONS: Readonly<Record<LinkState, Partial<Readonly<Record<LinkEvent, LinkState>>>>> = {
  apart: { start: 'joined', attach: 'joining' },
  joining: { whole: 'joined', stranger: 'joining', leave: 'apart', gone: 'apart' },
  joined: { stranger: 'joining', leave: 'apart', gone: 'apart' },
  telling: { owe: 'owing', leave: 'left', gone: 'left' },
  owing: { told: 'telling', owe: 'owing', leave: 'left', gone: 'left' },
  left: {},
};
