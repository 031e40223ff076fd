import { isDeeper, MAX_LEVELS } from './nesting';

/** What may be a number that does not survive as one: 16 digits or more, or an exponent of three. Also within strings. */
const MAY_LOSE = /(?:^|[:,[])\s*(-?\d(?:[\d.]{15}|[\d.]*[eE][-+]?\d{3})[-+\w.]*)/g;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y;
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/;
/** So many significant digits every number keeps. */
const KEPT_DIGITS = 15;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * Reads JSON without losing digits: a number that JavaScript would round becomes its text, digit by digit, and so
 * does a whole number beyond ±2⁵³ with 16 significant digits or more. Everything else is read as `JSON.parse` reads it. Text
 * without such numbers costs one search, and what is written out in 16 digits and survives, such as a coordinate, little
 * more.
 *
 * @param refuse what of what no workflow can hold is an error: more than 100 `'levels'` of lists and objects, or, with
 *   `true`, a number like `1e400` as well, which JavaScript takes for infinite. @default false: such a number becomes
 *   its text
 * @throws SyntaxError for what is not JSON, which quotes it; RangeError, whose message says what the JSON is or has and
 *   quotes nothing
 *
 * @example
 * parseExactJson('[9007199254740993, 0.1, 12.50]'); // → ['9007199254740993', 0.1, 12.5]
 */
export function parseExactJson(
  text: string,
  { refuse = false }: { readonly refuse?: boolean | 'levels' } = {},
): unknown {
  // Before anything else: what follows relies on the text being JSON.
  const value: unknown = JSON.parse(text);
  if (refuse !== false && isDeeper(value, MAX_LEVELS))
    throw new RangeError(`is nested more than ${MAX_LEVELS} levels deep. Have it sent flatter`);
  if (!mayLose(text)) return value;
  const quoted = quoteNumbers(text, refuse === true);
  return quoted === text ? value : (JSON.parse(quoted) as unknown);
}

function mayLose(text: string): boolean {
  // Not by `matchAll`, which copies the expression for each text, and each line of NDJSON is one.
  MAY_LOSE.lastIndex = 0;
  for (let found = MAY_LOSE.exec(text); found !== null; found = MAY_LOSE.exec(text))
    if (!isKept(found[1] ?? '')) return true;
  return false;
}

/** The JSON with quotes around each number that would lose digits. */
function quoteNumbers(text: string, refuse: boolean): string {
  let out = '';
  let copied = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === MINUS || (code >= ZERO && code <= NINE)) {
      NUMBER.lastIndex = i;
      const [token = ''] = NUMBER.exec(text) ?? [];
      if (refuse && !Number.isFinite(Number(token)) && /[eE]/.test(token))
        throw new RangeError('holds a number that is larger than any that can be read. Have it sent as text');
      if (!isKept(token)) {
        out += `${text.slice(copied, i)}"${token}"`;
        copied = i + token.length;
      }
      i += token.length - 1;
    }
  }
  return out + text.slice(copied);
}

/** Where the string that begins at a quote ends. */
function endOfString(text: string, start: number): number {
  let end = start + 1;
  while (text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1;
  return end;
}

/** Whether a number can be read as one: `1.0`, `1e2` and `100` are written differently and lose nothing. */
function isKept(token: string): boolean {
  if (token.length <= KEPT_DIGITS && !/[eE]/.test(token)) return true;
  const number = Number(token);
  // As most are, by far.
  if (String(number) === token && (Number.isSafeInteger(number) || !Number.isInteger(number))) return true;
  if (!Number.isFinite(number)) return false;
  const { digits, form } = decimal(token);
  const isWhole = !/[.eE]/.test(token);
  if (isWhole && digits > KEPT_DIGITS && !Number.isSafeInteger(number)) return false;
  return form === decimal(String(number)).form;
}

/** A decimal number: how many significant digits it has, and one form for all ways to write it. */
function decimal(text: string): { readonly digits: number; readonly form: string } {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return { digits: 0, form: '0' };
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return { digits: significant.length, form: `${sign}${significant}e${power}` };
}
