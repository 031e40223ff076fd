import type { Secret } from '../contract/secret';
import { formsOf, type Needle, SHORTEST_SECRET, SHORTEST_WORD } from './secret-forms';
import { inSmallLetters, type Unescaped, unescaped } from './unescaped';

/** Where in a text a secret stands. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What stands where a secret was. */
export const SHOWN = '[secret]';

/** So much of a text is looked at at a time, in characters: what is kept besides it takes seven times its bytes. */
const WINDOW = 1 << 20;
/** The longest that a secret can get by being escaped, in characters; two windows have so much in common. */
const LONGEST = 1 << 16;

/**
 * Removes secrets from text that is about to leave the worker, in whatever form (`secret-forms.ts`) and however
 * escaped (`unescaped.ts`), and user names and passwords from URLs. The second net: text is not supposed to hold one in
 * the first place. Takes a time that grows with the length of the text and the number of secrets.
 *
 * @param longest how many characters are looked at and given; what is cut off is cut after the secrets are out, so that
 *   no half of one is left. @default all
 */
export function redact(text: string, secrets: Iterable<Secret>, longest = Infinity): string {
  // A secret that begins before the cut ends within what is looked at.
  const seen = text.length > longest ? text.slice(0, longest + LONGEST) : text;
  const spans = merged([...findSecrets(seen, secrets, true), ...userInfo(seen)]);
  if (text.length <= longest) return replaced(text, spans, () => SHOWN);
  const shown = spans.filter(({ start }) => start < longest);
  const end = Math.max(longest, shown.at(-1)?.end ?? 0);
  // Half of a surrogate pair is no character.
  const cut = seen.slice(0, end).replace(/[\ud800-\udbff]$/, '');
  return `${replaced(cut, shown, () => SHOWN)}… (${text.length} characters)`;
}

/** A text with something else where secrets stand. */
export function replaced(text: string, spans: readonly Span[], by: (text: string) => string): string {
  if (spans.length === 0) return text;
  let clean = '';
  let at = 0;
  for (const span of spans) {
    clean += text.slice(at, span.start) + by(text.slice(span.start, span.end));
    at = span.end;
  }
  return clean + text.slice(at);
}

/**
 * Where secrets stand in a text, in order; what overlaps is one span.
 *
 * @param words whether secrets too short to tell from data count as well, where they stand alone
 */
export function findSecrets(text: string, secrets: Iterable<Secret>, words: boolean): Span[] {
  const shortest = words ? SHORTEST_WORD : SHORTEST_SECRET;
  const wanted = [...secrets].filter((secret) => secret.reveal().length >= shortest);
  if (wanted.length === 0) return [];
  const found: Span[] = [];
  for (let from = 0; from === 0 || from + LONGEST < text.length; from += WINDOW) {
    const window = new Window(text.slice(from, from + WINDOW + LONGEST), from);
    for (const secret of wanted) {
      window.find(secret, found);
      if (words) window.findPieces(secret, found);
    }
  }
  return merged(found);
}

/**
 * Whether a text holds one of several secrets, however written. For adapters and authentication schemes that are about to
 * send a text elsewhere, such as a URL that an API gave; what a worker says is searched by the worker.
 *
 * @param words whether secrets of four to seven characters count as well, where they stand alone. @default true
 */
export const holdsSecret = (text: string, secrets: Iterable<Secret>, words = true): boolean =>
  findSecrets(text, secrets, words).length > 0;

/** A part of a text, and where it begins. */
class Window {
  readonly #text: string;
  readonly #from: number;
  /** In small letters; only where something had to be undone. */
  readonly #lower: string;
  readonly #unescaped: Unescaped;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#from = from;
    this.#unescaped = unescaped(text);
    this.#lower = this.#unescaped.isUndone ? inSmallLetters(text) : '';
  }

  find(secret: Secret, found: Span[]): void {
    const forms = formsOf(secret);
    const value = secret.reveal();
    const isShort = value.length < SHORTEST_SECRET;
    const add = (start: number, end: number): void => {
      if (isShort && (isPartOfWord(this.#text[start - 1]) || isPartOfWord(this.#text[end]))) return;
      // Backslashes count with what they stand before, but not these.
      const last = value.endsWith('\\') ? this.#behindBackslashes(end) : end;
      push(found, this.#from + start, this.#from + last);
    };
    const { startOf, endOf, isUndone } = this.#unescaped;
    for (const needle of forms.unescaped)
      for (const at of placesOf(needle.text, this.#textFor(needle))) {
        const next = at + needle.text.length;
        const start = needle.opens ? (at === 0 ? 0 : endOf(at - 1)) : startOf(at);
        add(start, needle.closes ? startOf(next) : endOf(next - 1));
      }
    if (!isUndone) return;
    for (const form of forms.plain) for (const at of placesOf(form, this.#lower)) add(at, at + form.length);
    for (const needle of forms.unescaped) if (needle.core !== needle.text) this.#findCores(needle, add);
  }

  #textFor({ isNarrow }: Needle): string {
    return isNarrow ? this.#unescaped.narrow : this.#unescaped.text;
  }

  /**
   * Finds the beginning and the end of a secret where somebody else has cut the rest: a third of it at least, and no
   * word, since secrets of passwords' kind begin with some.
   */
  findPieces(secret: Secret, found: Span[]): void {
    const [needle] = formsOf(secret).unescaped;
    if (needle === undefined) return;
    const whole = needle.text;
    const length = Math.max(SHORTEST_SECRET, Math.ceil(whole.length / 3));
    if (whole.length <= length) return;
    const { startOf, endOf } = this.#unescaped;
    const text = this.#textFor(needle);
    const add = (from: number, to: number): void =>
      push(found, this.#from + startOf(from), this.#from + endOf(to - 1));
    const head = whole.slice(0, length);
    if (!isWord(head))
      for (const at of placesOf(head, text)) {
        let more = length;
        while (more < whole.length && whole[more] === text[at + more]) more++;
        add(at, at + more);
      }
    const tail = whole.slice(-length);
    if (!isWord(tail))
      for (const at of placesOf(tail, text)) {
        let more = 0;
        while (more < whole.length - length && whole.at(-length - more - 1) === text[at - more - 1]) more++;
        add(at - more, at + length);
      }
  }

  /** Finds a form of which an escape beside it has swallowed a part. */
  #findCores(needle: Needle, add: (start: number, end: number) => void): void {
    const { text: whole, core, before, after } = needle;
    const { startOf, endOf } = this.#unescaped;
    const text = this.#textFor(needle);
    let tries = MOST_TRIES;
    for (const at of placesOf(core, text)) {
      if (text.startsWith(whole, at - before.length)) continue;
      const start = startOf(at);
      const end = endOf(at + core.length - 1);
      // Of what nobody wrote but to be slow, more is taken out than needs be.
      const isTried = tries-- > 0;
      const left = isTried ? this.#leftOf(start, endOf(at) - 1, before) : before.length * LONGEST_ESCAPE;
      const right = isTried ? this.#lengthAfter(end, after) : after.length * LONGEST_ESCAPE;
      if (left !== undefined && right !== undefined)
        add(Math.max(0, start - left), Math.min(this.#text.length, end + right));
    }
  }

  /**
   * How much of what stands before a core belongs to it. What was swallowed may read as a backslash, which counts with
   * the character that follows.
   */
  #leftOf(start: number, itself: number, before: string): number | undefined {
    const beforeItself = itself > start ? this.#lengthBefore(itself, before) : undefined;
    return this.#lengthBefore(start, before) ?? (beforeItself && beforeItself - (itself - start));
  }

  /** How many characters before a place read as a text. */
  #lengthBefore(place: number, text: string): number | undefined {
    // The longest: what is left of an escape without its beginning may read the same.
    for (let length = Math.min(place, text.length * LONGEST_ESCAPE); length >= text.length; length--)
      if (unescaped(this.#text.slice(place - length, place)).text === text) return length;
    return undefined;
  }

  /** How many characters from a place on read as a text. */
  #lengthAfter(place: number, text: string): number | undefined {
    for (let length = text.length * LONGEST_ESCAPE; length >= text.length; length--)
      if (unescaped(this.#text.slice(place, place + length)).text === text) return length;
    return undefined;
  }

  #behindBackslashes(place: number): number {
    BACKSLASHES.lastIndex = place;
    return BACKSLASHES.test(this.#text) ? BACKSLASHES.lastIndex : place;
  }
}

/** So often it is looked for what exactly stands beside the core of a secret. */
const MOST_TRIES = 16;
/** The longest that one character gets, with a backslash before it: `\U0000005c\U0000002f`. */
const LONGEST_ESCAPE = 20;
const BACKSLASHES =
  /(?:\\|%(?:25)*(?:u00)?5c|&(?:amp;)*(?:#0*92|#x0*5c|bsol);|(?<=\\)(?:u(?:0000)?005c|u\{0*5c\}|x5c|134))+/iy;

/** Adds a span; one that begins where the last one ends goes on with that. */
function push(found: Span[], start: number, end: number): void {
  const last = found.at(-1);
  if (last?.end === start) found[found.length - 1] = { start: last.start, end };
  else found.push({ start, end });
}

function* placesOf(needle: string, text: string): Iterable<number> {
  for (let at = text.indexOf(needle); at !== -1; at = text.indexOf(needle, at + needle.length)) yield at;
}

const isWord = (text: string): boolean => /^\p{L}+$/u.test(text);

const isPartOfWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character);

function merged(spans: Span[]): Span[] {
  spans.sort((a, b) => a.start - b.start || b.end - a.end);
  const apart: Span[] = [];
  for (const span of spans) {
    const last = apart.at(-1);
    if (last === undefined || span.start >= last.end) apart.push(span);
    else if (span.end > last.end) apart[apart.length - 1] = { ...last, end: span.end };
  }
  return apart;
}

const USER_INFO = /(?::(?:\\*\/){2}|%3a%2f%2f)((?:[^\s/?#\\%]|%(?!2f|3f|23)[0-9a-f]{2})+)(?:@|%40)/gi;

/** `user:password` in any URL, whoever put it there, and also where its slashes are escaped. */
function userInfo(text: string): Span[] {
  return [...text.matchAll(USER_INFO)].map((match) => {
    const [whole, info = ''] = match;
    const end = match.index + whole.length - (whole.endsWith('@') ? 1 : 3);
    return { start: end - info.length, end };
  });
}
