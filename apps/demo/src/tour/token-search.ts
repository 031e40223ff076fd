/** A text that a token must not be in, with its name for the report. */
export interface Place {
  readonly name: string;
  readonly text: string;
}

/** A token that was found. */
export interface Find {
  readonly place: string;
  /** How it was written there. */
  readonly form: string;
}

/**
 * Looks for a secret in texts: as it is, and in base64, hex and percent encoding.
 *
 * @returns what was found, never the secret itself
 */
export function findSecret(secret: string, places: readonly Place[]): Find[] {
  const forms = Object.entries(formsOf(secret));
  return places.flatMap(({ name, text }) => {
    const folded = text.toLowerCase();
    return forms
      .filter(([form, needles]) =>
        needles.some((needle) =>
          // Base64 tells letters apart, and so do secrets; hex and percent encoding do not.
          form === 'hex' || form === 'percent encoding' ? folded.includes(needle) : text.includes(needle),
        ),
      )
      .map(([form]) => ({ place: name, form }));
  });
}

/** A secret as it may be written, by form. */
export function formsOf(secret: string): Readonly<Record<string, readonly string[]>> {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  return {
    plain: [secret, JSON.stringify(secret).slice(1, -1)],
    base64: [0, 1, 2].flatMap((offset) => withinBase64(bytes, offset)),
    hex: [hex],
    'percent encoding': [encodeURIComponent(secret).toLowerCase(), hex.replace(/../g, '%$&')],
  };
}

/** Base64 of some bytes that stand at an offset within others: only what does not depend on the others. */
function withinBase64(bytes: Buffer, offset: number): string[] {
  const text = Buffer.concat([Buffer.alloc(offset), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const start = Math.ceil((offset * 8) / 6);
  const end = Math.floor(((offset + bytes.length) * 8) / 6);
  const sure = text.slice(start, end);
  return [sure, sure.replaceAll('+', '-').replaceAll('/', '_')];
}
