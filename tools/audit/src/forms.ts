/** A way in which a piece of a secret can be written. */
export interface Form {
  readonly name: 'letters' | 'hex' | 'base64';
  /** In small letters, unless it is base64. */
  readonly text: string;
}

/** A shorter run of letters may stand anywhere by chance. */
const SHORTEST = 8;

/**
 * What is looked for of a secret: its runs of letters and digits. Signs are written differently by each encoding; a
 * letter is one in all of them but three: hex, base64, and its number, which {@link readNumbers} reads. So a secret is
 * found however it is written, also if only a part of it was left.
 */
export function formsOf(value: string): Form[] {
  const pieces = value.match(new RegExp(`[A-Za-z0-9]{${SHORTEST},}`, 'g')) ?? [];
  if (pieces.length === 0) throw new Error('A canary without a piece to look for proves nothing.');
  return pieces.flatMap((piece): Form[] => [
    { name: 'letters', text: piece.toLowerCase() },
    { name: 'hex', text: Buffer.from(piece).toString('hex') },
    // Where it begins within a group of three bytes makes it another text.
    ...[0, 1, 2].map((offset): Form => ({ name: 'base64', text: withinBase64(piece, offset) })),
  ]);
}

/** What of the base64 of a text is the same whatever stands before and after it. */
function withinBase64(text: string, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)]);
  return padded.toString('base64').slice(Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6));
}

/** Reads characters that are written as numbers: `%63`, `\u0063`, `\x63`, `&#99;`, `&#x63;`, also escaped twice. */
export function readNumbers(text: string): string {
  const once = text.replace(
    /%(?:25)*([0-9a-f]{2})|\\+u00([0-9a-f]{2})|\\+x([0-9a-f]{2})|&(?:amp;)*#x0*([0-9a-f]{2});|&(?:amp;)*#0*(\d{2,3});/gi,
    (_, percent?: string, unicode?: string, byte?: string, hex?: string, decimal?: string) => {
      const sixteen = percent ?? unicode ?? byte ?? hex;
      return String.fromCharCode(sixteen === undefined ? Number(decimal) : Number.parseInt(sixteen, 16));
    },
  );
  return once;
}
