import { parse } from 'lossless-json';

/** A run of digits so long that it may be more than a number holds, or an exponent. */
const MAY_LOSE = /\d{16}|\d[eE]|\d\.\d{12}/;

/** Reads JSON; a number that would lose digits becomes text. */
export function parseExactJson(text: string): unknown {
  if (!MAY_LOSE.test(text)) return JSON.parse(text);
  return parse(text, undefined, { parseNumber: exactNumber });
}

function exactNumber(text: string): unknown {
  const number = Number(text);
  return Number.isFinite(number) && sameValue(text, number) ? number : text;
}

/** Whether a number, as it is written, is the decimal text: `1.0`, `1e2` and `100` are one value. */
function sameValue(text: string, number: number): boolean {
  return digitsOf(text) === digitsOf(String(number));
}

/** A decimal number in one form: sign, digits without zeros at either end, and the power of ten. */
function digitsOf(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${power}`;
}
