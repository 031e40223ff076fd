import {
  AFTER,
  AMPERSAND,
  BACKSLASH,
  BEHIND,
  BYTE,
  BYTE_WIDTH,
  ESCAPED,
  FOLDING,
  LARGE,
  LAST,
  NO_ESCAPE,
  PERCENT,
  REACH,
  RING,
  SMALL_U,
  SPACE,
  WIDTH,
  WRITTEN,
  escapeEnding,
  hexIn,
  isBlank,
  isLineBreak,
  isOpener,
  isUnseen,
  mayEnd,
  numberedIn,
  smallOf,
  type Read,
} from './escapes';

/** A text as it reads once every escape in it is undone. */
export interface Unescaped {
  /** In small letters; what else can be written in several ways is one of them, see {@link unescaped}. */
  readonly text: string;
  /** The same with a NUL in place of each character of two bytes, which none else is: it is searched in half the time. */
  readonly narrow: string;
  /** Where in the original the character at an index begins. */
  readonly startOf: (index: number) => number;
  /** Where in the original the character at an index ends. */
  readonly endOf: (index: number) => number;
  /** Whether anything had to be undone. */
  readonly isUndone: boolean;
}

const PLUS = 0x2b;
const LARGE_U = 0x55;

/** Characters that an unescaped text does not hold, and the letters of their escapes, which it holds instead. */
const CONTROLS: ReadonlyMap<number, number> = new Map(
  [...'\t\f\b'].map((control, i) => [control.charCodeAt(0), 'tfb'.charCodeAt(i)]),
);
const TO_UNDO = /[%&\\\n\r\t\f\b\0\u00ad\u0100-\uffff]/;

/**
 * Undoes percent-encoding, the backslashes of JSON and programming languages, HTML's entities and the folding of lines,
 * however they are nested. It reads the text once and takes a time that grows with its length. A secret then reads the
 * same whichever of them it went through.
 *
 * It cannot be turned back, and need not be: letters are small; backslashes, line breaks with the blanks that follow, and
 * what nobody sees are left out; and "+" reads as the space for which it stands in forms.
 */
export function unescaped(text: string): Unescaped {
  if (TO_UNDO.test(text)) return undone(text);
  const read = inSmallLetters(text).replaceAll('+', ' ');
  return {
    text: read,
    narrow: read,
    startOf: (index) => index,
    endOf: (index) => index + 1,
    isUndone: false,
  };
}

/**
 * A text of the same length in small letters, each of which depends on no other one: "İ" would become two, and what "Σ"
 * becomes depends on where it stands.
 */
export const inSmallLetters = (text: string): string =>
  text.replaceAll('İ', 'i').toLowerCase().replaceAll('ς', 'σ');

/** What a character of ASCII reads as, if all that it may be is itself: 0 for any other. */
const ITSELF = Uint8Array.from({ length: 0x80 }, (_, code) => {
  if (code < SPACE || '%&\\'.includes(String.fromCharCode(code))) return 0;
  return code === PLUS ? SPACE : smallOf(code);
});

/** Wider than this a character is only where escapes are nested for its own sake: then it goes on to the next one. */
const WIDEST = 255;

/**
 * Reads character by character. With its last character an escape becomes what it stands for, which may be the last
 * character of another one.
 */
function undone(text: string): Unescaped {
  const size = text.length;
  const given = unitsOf(text);
  const units = new Uint16Array(size);
  const starts = new Uint32Array(size);
  const widths = new Uint8Array(size);
  const marks = new Uint8Array(RING);
  const before: Read = { units, marks };
  let length = 0;
  /** All bits of all characters: whether they are of one byte. */
  let bits = 0;
  /** Where the backslashes before the next character begin, if there are any. */
  let backslash = -1;
  /** Whether one of them was written as an escape that begins with a backslash. */
  let isWritten = false;
  /** Up to this index an escape may be under way, or something else that matters for what comes next. */
  let near = -1;
  /** The last line break is followed by nothing but blanks. */
  let isFolding = false;
  for (let at = 0; at < size; at++) {
    const raw = given[at] as number;
    if (length > near) {
      const itself = raw < 0x80 ? (ITSELF[raw] as number) : isUnseen(raw) ? 0 : smallOf(raw);
      if (itself !== 0) {
        bits |= itself;
        units[length] = itself;
        starts[length] = at;
        widths[length] = 1;
        marks[length++ & LAST] = 0;
        continue;
      }
    }
    let code = smallOf(raw);
    let start = at;
    let mark = raw === LARGE_U ? LARGE : 0;
    // What is escaped most, and would be found below as well, but later.
    const byte = raw === PERCENT ? hexIn(given, at + 1, at + 3) : -1;
    const unit = raw === BACKSLASH && given[at + 1] === SMALL_U ? hexIn(given, at + 2, at + 6) : -1;
    const entity = raw === AMPERSAND ? numberedIn(given, at) : NO_ESCAPE;
    if (entity !== NO_ESCAPE) {
      mark = ESCAPED;
      code = smallOf(Math.floor(entity / WIDTH));
      at += (entity % WIDTH) - 1;
    } else if (byte !== -1) {
      at += 2;
      mark = byte > 0x7f ? ESCAPED | BYTE : ESCAPED;
      code = smallOf(byte);
    } else if (unit !== -1) {
      code = smallOf(unit);
      at += 5;
      mark = isWritten ? ESCAPED | WRITTEN | BEHIND : ESCAPED | WRITTEN;
      if (backslash !== -1) start = backslash;
      backslash = -1;
      isWritten = false;
    }
    for (;;) {
      if (isUnseen(code) && (mark & BYTE) === 0) break;
      if (code === BACKSLASH) {
        if (backslash === -1) backslash = start;
        isWritten ||= (mark & WRITTEN) !== 0;
        near = Math.max(near, length);
        break;
      }
      if (backslash !== -1) {
        start = backslash;
        mark |= isWritten ? BEHIND | AFTER : BEHIND;
        backslash = -1;
        isWritten = false;
      }
      if (isLineBreak(code, mark) || (isFolding && isBlank(code, mark))) {
        isFolding = true;
        near = Math.max(near, length);
        break;
      }
      if (isFolding) mark |= FOLDING;
      isFolding = false;
      if (code === PLUS) code = SPACE;
      else if (code < SPACE && CONTROLS.has(code)) {
        code = CONTROLS.get(code) as number;
        mark |= BEHIND;
      }
      bits |= code;
      units[length] = code;
      starts[length] = start;
      widths[length] = Math.min(at + 1 - start, WIDEST);
      marks[length & LAST] = mark;
      if (isOpener(code, mark)) near = length + REACH;
      if (length++ > near || !mayEnd(code, mark)) break;
      const escape = escapeEnding(before, length - 1);
      if (escape === NO_ESCAPE) break;
      const width = escape % WIDTH;
      length -= width;
      near = length + REACH;
      const first = units[length] as number;
      start = starts[length] as number;
      code = Math.floor(escape / WIDTH);
      const known = marks[length & LAST] as number;
      isFolding = (known & FOLDING) !== 0;
      // Before "%" and "&" a backslash is one before what the escape stands for. Before others it is part of the escape,
      // and one before that counts where it was written in the same way.
      if (first === PERCENT || first === AMPERSAND) mark = ESCAPED | (known & (BEHIND | AFTER));
      else mark = ESCAPED | WRITTEN | (known & AFTER ? BEHIND : 0);
      // What is escaped byte by byte is UTF-8, where it can be.
      if (width === BYTE_WIDTH && first < 0x80 && code > 0x7f) mark |= BYTE;
      else if (code > 0xffff) {
        const high = 0xd800 + ((code - 0x10000) >> 10);
        bits |= high;
        units[length] = high;
        starts[length] = start;
        widths[length] = Math.min(at + 1 - start, WIDEST);
        marks[length++ & LAST] = mark;
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
      } else code = smallOf(code);
    }
  }
  const narrow = narrowed(units.subarray(0, length), bits);
  let wide = bits < 0x100 ? narrow : undefined;
  return {
    get text() {
      return (wide ??= inSmallLetters(Buffer.from(units.buffer, 0, length * 2).toString('utf16le')));
    },
    narrow,
    startOf: (index) => (index < length ? (starts[index] as number) : size),
    endOf: (index) => {
      const width = widths[index] as number;
      if (width < WIDEST) return (starts[index] as number) + width;
      return index + 1 < length ? (starts[index + 1] as number) : size;
    },
    isUndone: true,
  };
}

function unitsOf(text: string): Uint16Array {
  const { buffer, byteOffset, length } = Buffer.from(text, 'utf16le');
  // Short ones share a buffer, in which they may begin at any byte.
  return byteOffset % 2 === 0
    ? new Uint16Array(buffer, byteOffset, length / 2)
    : Uint16Array.from(text, (_, i) => text.charCodeAt(i));
}

function narrowed(units: Uint16Array, bits: number): string {
  if (bits >= 0x100)
    return inSmallLetters(Buffer.from(units.map((code) => (code < 0x100 ? code : 0))).toString('latin1'));
  const text = Buffer.from(units).toString('latin1');
  return bits < 0x80 ? text : inSmallLetters(text);
}
