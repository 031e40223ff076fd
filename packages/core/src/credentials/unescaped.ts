/** A text as it reads once every escape in it is undone. */
export interface Unescaped {
  /** In small letters; what else can be written in several ways is one of them, see {@link unescaped}. */
  readonly text: string;
  /** Where in the original the character at an index begins; after the last one, where it ends. */
  readonly startOf: (index: number) => number;
  /** Whether anything had to be undone. */
  readonly isUndone: boolean;
}

const BACKSLASH = 0x5c;
const PLUS = 0x2b;
const SPACE = 0x20;

/** Characters that an unescaped text does not hold, and the letters of their escapes, which it holds instead. */
const CONTROLS: ReadonlyMap<number, number> = new Map(
  [...'\n\r\t\f\b'].map((control, i) => [control.charCodeAt(0), 'nrtfb'.charCodeAt(i)]),
);
const TO_UNDO = /[%&\\\n\r\t\f\bİ]/;

/**
 * Undoes percent-encoding, the backslashes of JSON and JavaScript, and HTML's entities, however they are nested. It
 * reads the text once and takes a time that grows with its length. A secret then reads the same whichever of them it
 * went through.
 *
 * It cannot be turned back, and need not be: letters are small, backslashes are left out, a line break reads as the
 * `n` of its escape, and "+" as the space for which it stands in forms.
 */
export function unescaped(text: string): Unescaped {
  if (TO_UNDO.test(text)) return read(text);
  return { text: inSmallLetters(text).replaceAll('+', ' '), startOf: (index) => index, isUndone: false };
}

/**
 * A text of the same length in small letters, each of which depends on no other one: "İ" would become two, and what "Σ"
 * becomes depends on where it stands.
 */
export const inSmallLetters = (text: string): string =>
  text.replaceAll('İ', 'i').toLowerCase().replaceAll('ς', 'σ');

/**
 * Reads character by character. With its last character an escape becomes what it stands for, which may be the last
 * character of another one.
 */
function read(text: string): Unescaped {
  const size = text.length;
  const units = new Uint16Array(size);
  const starts = new Uint32Array(size);
  const marks = new Uint8Array(size);
  const before: Read = { units, marks };
  let length = 0;
  /** Where the backslashes before the next character begin, if there are any. */
  let backslash = -1;
  /** The last character that may begin an escape. */
  let opener = -REACH;
  for (let at = 0; at < size; at++) {
    let code = smallOf(text.charCodeAt(at));
    let start = at;
    let mark = 0;
    for (;;) {
      if (code === BACKSLASH) {
        if (backslash === -1) backslash = start;
        break;
      }
      if (backslash !== -1) {
        start = backslash;
        mark |= BEHIND;
        backslash = -1;
      }
      if (code === PLUS) code = SPACE;
      else if (code < SPACE) code = CONTROLS.get(code) ?? code;
      units[length] = code;
      starts[length] = start;
      marks[length] = mark;
      if (isOpener(code, mark)) opener = length;
      if (length++ - opener > REACH) break;
      const escape = escapeEnding(before, length - 1);
      if (escape === NO_ESCAPE) break;
      opener = length -= escape % WIDTH;
      const first = units[length] as number;
      start = starts[length] as number;
      code = Math.floor(escape / WIDTH);
      // The backslash of \u and \x is part of the escape; before any other it is one before what that stands for.
      mark = first === SMALL_U || first === SMALL_X ? 0 : (marks[length] as number) & BEHIND;
      // What is escaped byte by byte is UTF-8, where it can be.
      if ((first === PERCENT || first === SMALL_X) && code > 0x7f) mark |= BYTE;
      else if (code > 0xffff) {
        units[length] = 0xd800 + ((code - 0x10000) >> 10);
        starts[length] = start;
        marks[length++] = mark;
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
      } else code = smallOf(code);
    }
  }
  const end = backslash === -1 ? size : backslash;
  return {
    text: inSmallLetters(Buffer.from(units.buffer, 0, length * 2).toString('utf16le')),
    startOf: (index) => (index < length ? (starts[index] as number) : end),
    isUndone: true,
  };
}

/** The small letter of one that can be part of an escape, or that {@link inSmallLetters} takes long for. */
const smallOf = (code: number): number =>
  code >= 0x41 && code <= 0x5a ? code + 0x20 : code === 0x130 ? 0x69 : code;

/** What has been read of a text, in small letters. */
interface Read {
  readonly units: Uint16Array;
  /** What is known of each character: {@link BEHIND}, {@link BYTE}. */
  readonly marks: Uint8Array;
}

/** The character stood behind a backslash: `u` and `x` then begin an escape. */
const BEHIND = 1;
/** The character is one byte of a longer one in UTF-8. */
const BYTE = 2;

/** The longest escape, in characters. */
const REACH = 10;
/** Larger than {@link REACH}: an escape and its width go into one number. */
const WIDTH = 16;
const NO_ESCAPE = -1;

const PERCENT = 0x25;
const AMPERSAND = 0x26;
const HASH = 0x23;
const SEMICOLON = 0x3b;
const SMALL_U = 0x75;
const SMALL_X = 0x78;

/** Whether an escape may begin with a character. */
const isOpener = (code: number, mark: number): boolean =>
  code === PERCENT ||
  code === AMPERSAND ||
  (mark !== 0 && (code === SMALL_U || code === SMALL_X || mark >= BYTE));

/**
 * The escape that ends with a character: `%2f`, `\u002f`, `\x2f`, `&#47;`, `&sol;`, or the bytes of a character in
 * UTF-8.
 *
 * @returns the code point it stands for × {@link WIDTH} + how many characters it has; {@link NO_ESCAPE} where none ends
 */
function escapeEnding(read: Read, last: number): number {
  const { units, marks } = read;
  const code = units[last] as number;
  if (code === SEMICOLON) return entityEnding(units, last);
  if ((marks[last] as number) & BYTE) return characterEnding(read, last);
  const low = hexOf(code);
  if (low === -1 || last < 2) return NO_ESCAPE;
  const high = hexOf(units[last - 1] as number);
  if (high === -1) return NO_ESCAPE;
  const byte = high * 16 + low;
  const third = units[last - 2] as number;
  if (third === PERCENT || (third === SMALL_X && isBehind(read, last - 2))) return byte * WIDTH + 3;
  if (last < 4 || units[last - 4] !== SMALL_U || !isBehind(read, last - 4)) return NO_ESCAPE;
  const rest = hexOf(units[last - 3] as number) * 16 + hexOf(third);
  return rest < 0 || hexOf(third) === -1 ? NO_ESCAPE : (rest * 256 + byte) * WIDTH + 5;
}

const isBehind = ({ marks }: Read, index: number): boolean => ((marks[index] as number) & BEHIND) !== 0;

/** The value of a digit in small letters, or -1. */
function hexOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
}

/** HTML's names for the characters of ASCII that have one. */
const NAMES = `amp& apos' ast* bsol\\ colon: comma, commat@ dollar$ equals= excl! grave\` gt> hat^ lbrace{ lbrack[ lcub{
lowbar_ lpar( lsqb[ lt< num# percnt% period. plus+ quest? quot" rbrace} rbrack] rcub} rpar) rsqb] semi; sol/ verbar|
vert|`;

/** The longest of the names. */
const LONGEST_NAME = 6;

/** A name of small letters as a number. */
const numbered = (sum: number, letter: number): number => sum * 32 + letter - 0x60;

const NAMED: ReadonlyMap<number, number> = new Map(
  NAMES.split(/\s+/).map((entry) => {
    const name = entry.slice(0, -1);
    return [
      [...name].reduce((sum, letter) => numbered(sum, letter.charCodeAt(0)), 0),
      entry.charCodeAt(name.length),
    ];
  }),
);

function entityEnding(units: Uint16Array, last: number): number {
  let first = last - 1;
  while (first >= 0 && first > last - REACH && units[first] !== AMPERSAND) first--;
  if (units[first] !== AMPERSAND || last - first < 2) return NO_ESCAPE;
  const code =
    units[first + 1] === HASH ? numberedEntity(units, first + 2, last) : namedEntity(units, first + 1, last);
  return code === undefined ? NO_ESCAPE : code * WIDTH + last - first + 1;
}

function namedEntity(units: Uint16Array, from: number, to: number): number | undefined {
  if (to - from > LONGEST_NAME) return undefined;
  let name = 0;
  for (let i = from; i < to; i++) {
    const letter = units[i] as number;
    if (letter < 0x61 || letter > 0x7a) return undefined;
    name = numbered(name, letter);
  }
  return NAMED.get(name);
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
    if (((marks[last - width + 1] as number) & BYTE) === 0) return NO_ESCAPE;
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
