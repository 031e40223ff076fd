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

function undone(text: string): Unescaped {
  const reading = new Reading(text);
  reading.readAll();
  const { units, starts, widths, length, bits } = reading;
  const size = text.length;
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

/**
 * Reads a text character by character. With its last character an escape becomes what it stands for, which may be the
 * last character of another one.
 */
class Reading {
  readonly units: Uint16Array<ArrayBuffer>;
  readonly starts: Uint32Array;
  readonly widths: Uint8Array;
  /** How many characters have been read. */
  length = 0;
  /** All bits of all characters: whether they are of one byte. */
  bits = 0;
  readonly #given: Uint16Array;
  readonly #marks = new Uint8Array(RING);
  readonly #before: Read;
  /** The character in hand: what it reads as, where in the given text it begins and ends, and what is known of it. */
  #code = 0;
  #start = 0;
  #end = 0;
  #mark = 0;
  /** Where the backslashes before the character in hand begin, if there are any. */
  #backslash = -1;
  /** Whether one of them was written as an escape that begins with a backslash. */
  #isWritten = false;
  /** Up to this index an escape may be under way, or something else that matters for what comes next. */
  #near = -1;
  /** The last line break is followed by nothing but blanks. */
  #isFolding = false;

  constructor(text: string) {
    const size = text.length;
    this.#given = unitsOf(text);
    this.units = new Uint16Array(size);
    this.starts = new Uint32Array(size);
    this.widths = new Uint8Array(size);
    this.#before = { units: this.units, marks: this.#marks };
  }

  readAll(): void {
    const size = this.#given.length;
    for (let at = this.#readPlain(0); at < size; at = this.#readPlain(at)) {
      this.#takeUp(at);
      while (this.#put() && this.#becomesAnother());
      at = this.#end + 1;
    }
  }

  /** Reads on as long as no escape can be under way. @returns where the first character is that may be of one */
  #readPlain(from: number): number {
    const { units, starts, widths } = this;
    const given = this.#given;
    const marks = this.#marks;
    const near = this.#near;
    const size = given.length;
    let { length, bits } = this;
    let at = from;
    for (; at < size && length > near; at++) {
      const raw = given[at] as number;
      const itself = raw < 0x80 ? (ITSELF[raw] as number) : isUnseen(raw) ? 0 : smallOf(raw);
      if (itself === 0) break;
      bits |= itself;
      units[length] = itself;
      starts[length] = at;
      widths[length] = 1;
      marks[length++ & LAST] = 0;
    }
    this.length = length;
    this.bits = bits;
    return at;
  }

  /** Takes up a character, or at once the escape that begins with it, if it is one of those that are written most. */
  #takeUp(at: number): void {
    const given = this.#given;
    const raw = given[at] as number;
    this.#code = smallOf(raw);
    this.#start = this.#end = at;
    this.#mark = raw === LARGE_U ? LARGE : 0;
    if (raw === AMPERSAND) {
      const entity = numberedIn(given, at);
      if (entity === NO_ESCAPE) return;
      this.#code = smallOf(Math.floor(entity / WIDTH));
      this.#end = at + (entity % WIDTH) - 1;
      this.#mark = ESCAPED;
    } else if (raw === PERCENT) {
      const byte = hexIn(given, at + 1, at + 3);
      if (byte === -1) return;
      this.#code = smallOf(byte);
      this.#end = at + 2;
      this.#mark = byte > 0x7f ? ESCAPED | BYTE : ESCAPED;
    } else if (raw === BACKSLASH && given[at + 1] === SMALL_U) {
      const unit = hexIn(given, at + 2, at + 6);
      if (unit === -1) return;
      this.#code = smallOf(unit);
      this.#end = at + 5;
      this.#mark = this.#isWritten ? ESCAPED | WRITTEN | BEHIND : ESCAPED | WRITTEN;
      if (this.#backslash !== -1) this.#start = this.#backslash;
      this.#forgetBackslashes();
    }
  }

  /** Puts the character in hand behind the others, or leaves it out. @returns whether an escape may end with it */
  #put(): boolean {
    let code = this.#code;
    let mark = this.#mark;
    if (isUnseen(code) && (mark & BYTE) === 0) return false;
    if (code === BACKSLASH) {
      if (this.#backslash === -1) this.#backslash = this.#start;
      this.#isWritten ||= (mark & WRITTEN) !== 0;
      this.#near = Math.max(this.#near, this.length);
      return false;
    }
    if (this.#backslash !== -1) {
      this.#start = this.#backslash;
      mark |= this.#isWritten ? BEHIND | AFTER : BEHIND;
      this.#forgetBackslashes();
    }
    if (isLineBreak(code, mark) || (this.#isFolding && isBlank(code, mark))) {
      this.#isFolding = true;
      this.#near = Math.max(this.#near, this.length);
      return false;
    }
    if (this.#isFolding) mark |= FOLDING;
    this.#isFolding = false;
    if (code === PLUS) code = SPACE;
    else if (code < SPACE && CONTROLS.has(code)) {
      code = CONTROLS.get(code) as number;
      mark |= BEHIND;
    }
    const index = this.length;
    this.#append(code, mark);
    if (isOpener(code, mark)) this.#near = index + REACH;
    return index <= this.#near && mayEnd(code, mark);
  }

  /** Takes back the characters of an escape that has ended, for what it stands for. @returns whether one has */
  #becomesAnother(): boolean {
    const escape = escapeEnding(this.#before, this.length - 1);
    if (escape === NO_ESCAPE) return false;
    const width = escape % WIDTH;
    this.length -= width;
    this.#near = this.length + REACH;
    const first = this.units[this.length] as number;
    this.#start = this.starts[this.length] as number;
    const code = Math.floor(escape / WIDTH);
    const known = this.#marks[this.length & LAST] as number;
    this.#isFolding = (known & FOLDING) !== 0;
    // Before "%" and "&" a backslash is one before what the escape stands for. Before others it is part of the escape,
    // and one before that counts where it was written in the same way.
    if (first === PERCENT || first === AMPERSAND) this.#mark = ESCAPED | (known & (BEHIND | AFTER));
    else this.#mark = ESCAPED | WRITTEN | (known & AFTER ? BEHIND : 0);
    // What is escaped byte by byte is UTF-8, where it can be.
    if (width === BYTE_WIDTH && first < 0x80 && code > 0x7f) {
      this.#mark |= BYTE;
      this.#code = code;
    } else if (code > 0xffff) {
      this.#append(0xd800 + ((code - 0x10000) >> 10), this.#mark);
      this.#code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    } else this.#code = smallOf(code);
    return true;
  }

  #append(code: number, mark: number): void {
    const { length } = this;
    this.bits |= code;
    this.units[length] = code;
    this.starts[length] = this.#start;
    this.widths[length] = Math.min(this.#end + 1 - this.#start, WIDEST);
    this.#marks[length & LAST] = mark;
    this.length = length + 1;
  }

  #forgetBackslashes(): void {
    this.#backslash = -1;
    this.#isWritten = false;
  }
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
