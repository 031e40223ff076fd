import { namedCharacter } from './html-names';

export const BACKSLASH = 0x5c;
export const SPACE = 0x20;
const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SMALL_N = 0x6e;
const SMALL_R = 0x72;
const SMALL_T = 0x74;

/** The small letter of one that can be part of an escape, or that {@link inSmallLetters} takes long for. */
export function smallOf(code: number): number {
  if (code < 0x130) return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  // Those whose small letter has one byte.
  if (code === 0x130) return 0x69;
  if (code === 0x178) return 0xff;
  if (code === 0x1e9e) return 0xdf;
  return code === 0x212a ? 0x6b : code === 0x212b ? 0xe5 : code;
}

/** What has been read of a text, in small letters. */
export interface Read {
  readonly units: Uint16Array;
  /** What is known of each of the last characters: {@link BEHIND} and so on. */
  readonly marks: Uint8Array;
}

/** The character stood behind a backslash: letters and digits then may begin an escape. */
export const BEHIND = 1;
/** The character is one byte of a longer one in UTF-8. */
export const BYTE = 2;
/** The character was a large letter: behind a backslash, `U` has eight digits. */
export const LARGE = 4;
/** The character was written as an escape that begins with a backslash. */
export const WRITTEN = 8;
/** The character stood behind a backslash that was {@link WRITTEN}. */
export const AFTER = 16;
/** Only blanks stand between the character and a line break. */
export const FOLDING = 32;
/** The character was written as an escape. */
export const ESCAPED = 64;

/** The longest escape, in characters. */
export const REACH = 10;
/** Of so many characters at the end of what has been read, the marks are known: more than an escape has. */
export const RING = 32;
export const LAST = RING - 1;
/** Larger than {@link REACH}: an escape and its width go into one number. */
export const WIDTH = 16;
export const NO_ESCAPE = -1;
/** The width of an escape of a byte, without the backslash: `%2f`, `x2f`, `057`. */
export const BYTE_WIDTH = 3;

export const PERCENT = 0x25;
export const AMPERSAND = 0x26;
const HASH = 0x23;
const SEMICOLON = 0x3b;
const OPENING = 0x7b;
const CLOSING = 0x7d;
export const SMALL_U = 0x75;
const SMALL_X = 0x78;

/** What is there and not seen: the other half of each character in UTF-16, and what may break a word. */
export function isUnseen(code: number): boolean {
  if (code < 0x200b) return code === 0 || code === 0xad;
  return code <= 0x200d || code === 0x2060 || code === 0xfeff;
}

export function isLineBreak(code: number, mark: number): boolean {
  if (code === LINE_FEED || code === RETURN) return true;
  return (mark & BEHIND) !== 0 && (code === SMALL_N || code === SMALL_R);
}

export function isBlank(code: number, mark: number): boolean {
  return code === SPACE || code === TAB || (code === SMALL_T && (mark & BEHIND) !== 0);
}

/** Whether an escape may begin with a character. */
export function isOpener(code: number, mark: number): boolean {
  if (code === PERCENT || code === AMPERSAND || (mark & BYTE) !== 0) return true;
  return (mark & BEHIND) !== 0 && (code === SMALL_U || code === SMALL_X || isOctal(code));
}

/** Whether an escape may end with a character. */
export function mayEnd(code: number, mark: number): boolean {
  return code === SEMICOLON || code === CLOSING || (mark & BYTE) !== 0 || hexOf(code) !== -1;
}

/**
 * The escape that ends with a character: `%2f`, `%u002f`, `\u002f`, `\u{2f}`, `\U0000002f`, `\x2f`, `\057`, `&#47;`,
 * `&sol;`, or the bytes of a character in UTF-8.
 *
 * @returns the code point it stands for × {@link WIDTH} + how many characters it has; {@link NO_ESCAPE} where none ends
 */
export function escapeEnding(read: Read, last: number): number {
  const { units, marks } = read;
  const code = units[last] as number;
  if (code === SEMICOLON) return entityEnding(read, last);
  if (code === CLOSING) return bracedEnding(read, last);
  if ((marks[last & LAST] as number) & BYTE) return characterEnding(read, last);
  if (last < 2) return NO_ESCAPE;
  const second = units[last - 1] as number;
  const third = units[last - 2] as number;
  if (third === PERCENT || (third === SMALL_X && isBehind(read, last - 2))) {
    const byte = hexValue(read, last - 1, last + 1, last - 2);
    return byte === -1 ? NO_ESCAPE : byte * WIDTH + BYTE_WIDTH;
  }
  if (third <= 0x33 && isOctal(third) && isBehind(read, last - 2)) {
    const isEnd = isOctal(second) && isOctal(code) && continues(read, last - 1, last - 2);
    const byte = (third - 0x30) * 64 + (second - 0x30) * 8 + code - 0x30;
    return isEnd && continues(read, last, last - 2) ? byte * WIDTH + BYTE_WIDTH : NO_ESCAPE;
  }
  if (last >= 4 && units[last - 4] === SMALL_U) {
    const isAfterPercent = !isBehind(read, last - 4);
    if (isAfterPercent && (last < 5 || units[last - 5] !== PERCENT)) return NO_ESCAPE;
    const unit = hexValue(read, last - 3, last + 1, last - 4);
    const isHalf = ((marks[(last - 4) & LAST] as number) & LARGE) !== 0 && unit <= 0x10;
    return unit === -1 || isHalf ? NO_ESCAPE : unit * WIDTH + (isAfterPercent ? 6 : 5);
  }
  if (last >= 8 && units[last - 8] === SMALL_U && isBehind(read, last - 8)) {
    const point =
      (marks[(last - 8) & LAST] as number) & LARGE ? hexValue(read, last - 7, last + 1, last - 8) : -1;
    return point === -1 || point > 0x10ffff ? NO_ESCAPE : point * WIDTH + 9;
  }
  return NO_ESCAPE;
}

const isBehind = ({ marks }: Read, index: number): boolean =>
  ((marks[index & LAST] as number) & BEHIND) !== 0;

const isOctal = (code: number): boolean => code >= 0x30 && code <= 0x37;

/** The value of a digit in small letters, or -1. */
function hexOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

/** The value of the digits from one place to another, in letters of any size, or -1. */
export function hexIn(given: Uint16Array, from: number, to: number): number {
  if (to > given.length) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = hexOf(smallOf(given[i] as number));
    if (digit === -1) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** The numbered entity, such as `&#47;`, that begins at a place: its character × {@link WIDTH} + how long it is. */
export function numberedIn(given: Uint16Array, at: number): number {
  if (given[at + 1] !== HASH) return NO_ESCAPE;
  const isHex = smallOf(given[at + 2] ?? 0) === SMALL_X;
  const base = isHex ? 16 : 10;
  const first = at + (isHex ? 3 : 2);
  let code = 0;
  for (let i = first; i < at + REACH && i < given.length; i++) {
    const sign = given[i] as number;
    if (sign === SEMICOLON)
      return i > first && code > 0 && code <= 0xffff ? code * WIDTH + i + 1 - at : NO_ESCAPE;
    const digit = hexOf(smallOf(sign));
    if (digit === -1 || digit >= base) return NO_ESCAPE;
    code = code * base + digit;
  }
  return NO_ESCAPE;
}

/**
 * Whether a character may go on an escape: nobody puts a backslash within one, or writes its end as another one and not
 * its beginning.
 */
function continues({ marks }: Read, index: number, first: number): boolean {
  const mark = marks[index & LAST] as number;
  return (
    (mark & BEHIND) === 0 && ((mark & ESCAPED) === 0 || ((marks[first & LAST] as number) & ESCAPED) !== 0)
  );
}

/** The value of the digits from one place to another that go on an escape, or -1. */
function hexValue(read: Read, from: number, to: number, first: number): number {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = continues(read, i, first) ? hexOf(read.units[i] as number) : -1;
    if (digit === -1) return -1;
    value = value * 16 + digit;
  }
  return value;
}

/** `\u{…}` */
function bracedEnding(read: Read, last: number): number {
  const { units } = read;
  let first = last - 1;
  while (first > 0 && first > last - REACH && units[first] !== OPENING) first--;
  if (units[first] !== OPENING || last - first < 2 || first === 0) return NO_ESCAPE;
  if (units[first - 1] !== SMALL_U || !isBehind(read, first - 1)) return NO_ESCAPE;
  if (!continues(read, first, first - 1) || !continues(read, last, first - 1)) return NO_ESCAPE;
  const point = hexValue(read, first + 1, last, first - 1);
  return point === -1 || point > 0x10ffff ? NO_ESCAPE : point * WIDTH + last - first + 2;
}

function entityEnding(read: Read, last: number): number {
  const { units } = read;
  let first = last - 1;
  while (first > 0 && first > last - REACH && units[first] !== AMPERSAND) first--;
  for (let i = first + 1; i <= last; i++) if (!continues(read, i, first)) return NO_ESCAPE;
  if (units[first] !== AMPERSAND || last - first < 2) return NO_ESCAPE;
  const code =
    units[first + 1] === HASH
      ? numberedEntity(units, first + 2, last)
      : namedCharacter(units, first + 1, last);
  return code === undefined ? NO_ESCAPE : code * WIDTH + last - first + 1;
}

function numberedEntity(units: Uint16Array, from: number, to: number): number | undefined {
  const base = units[from] === SMALL_X ? 16 : 10;
  let code = 0;
  for (let i = base === 16 ? from + 1 : from; i < to; i++) {
    const digit = hexOf(units[i] as number);
    if (digit === -1 || digit >= base) return undefined;
    code = code * base + digit;
  }
  return code > 0 && code <= 0x10ffff ? code : undefined;
}

/** A character of several bytes, each of them percent-encoded. */
function characterEnding({ units, marks }: Read, last: number): number {
  let code = 0;
  for (let width = 1; width <= 4 && width <= last + 1; width++) {
    const byte = units[last - width + 1] as number;
    if (((marks[(last - width + 1) & LAST] as number) & BYTE) === 0) return NO_ESCAPE;
    if ((byte & 0xc0) === 0x80) {
      code += (byte & 0x3f) << (6 * (width - 1));
      continue;
    }
    const expected = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    if (expected !== width) return NO_ESCAPE;
    code += (byte & (0x7f >> width)) << (6 * (width - 1));
    return code <= 0x10ffff ? code * WIDTH + width : NO_ESCAPE;
  }
  return NO_ESCAPE;
}
