/** HTML's names for the characters of ASCII that have one. */
const ASCII = `amp& apos' ast* bsol\\ colon: comma, commat@ dollar$ equals= excl! grave\` gt> hat^ lbrace{ lbrack[ lcub{
lowbar_ lpar( lsqb[ lt< num# percnt% period. plus+ quest? quot" rbrace} rbrack] rcub} rpar) rsqb] semi; sol/ verbar|
vert|`;

/** Those of the upper half of Latin-1, in its order; large letters share the names of the small ones. */
const LATIN_1 = `nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute
micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest agrave aacute acirc atilde auml aring aelig ccedil
egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml times oslash ugrave uacute
ucirc uuml yacute thorn szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute
icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml`;

/** A name of small letters and digits as a number. */
const numbered = (sum: number, code: number): number => sum * 64 + code - 0x2f;

const numberOf = (name: string): number =>
  [...name].reduce((sum, letter) => numbered(sum, letter.charCodeAt(0)), 0);

const CODES: ReadonlyMap<number, number> = new Map([
  ...ASCII.split(/\s+/).map(
    (entry) => [numberOf(entry.slice(0, -1)), entry.charCodeAt(entry.length - 1)] as const,
  ),
  ...LATIN_1.split(/\s+/).map((name, i) => [numberOf(name), 0xa0 + i] as const),
  [numberOf('euro'), 0x20ac],
]);

/** The longest of the names. */
const LONGEST = 6;

/** The character that HTML gives a name to, which stands in a text from one place to another. */
export function namedCharacter(units: Uint16Array, from: number, to: number): number | undefined {
  if (to - from > LONGEST) return undefined;
  let name = 0;
  for (let i = from; i < to; i++) {
    const code = units[i] as number;
    if (code < 0x30 || code > 0x7a) return undefined;
    name = numbered(name, code);
  }
  return CODES.get(name);
}
