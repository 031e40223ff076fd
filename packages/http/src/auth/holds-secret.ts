/** Shorter texts stand anywhere by chance. */
const MIN_ENCODED = 8;

/** How often a text may have been encoded on top of itself. */
const MAX_LAYERS = 5;

/**
 * Whether a text, such as a URL, holds a secret: as it is, in capitals or small letters, percent- or form-encoded any number of times,
 * in hex or in base64, alone or with something around it. Not a search for every spelling: it looks for what servers do
 * to an address that they send on.
 */
export function holdsSecret(text: string, secrets: Iterable<string>): boolean {
  const texts = layersOf(text);
  for (const secret of secrets)
    for (const form of formsOf(secret)) if (texts.some((layer) => layer.includes(form))) return true;
  return false;
}

/** A text and what it is once it is decoded, and again. */
function layersOf(url: string): readonly string[] {
  const texts = new Set<string>();
  let text = url;
  for (let layer = 0; layer <= MAX_LAYERS; layer += 1) {
    texts.add(comparable(text));
    const decoded = percentDecoded(text);
    if (decoded === text) break;
    text = decoded;
  }
  return [...texts];
}

function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  // What of its base64 is the same whatever stands before and after it.
  const within = [0, 1, 2].map((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const end = Math.floor((padded.length * 8) / 6);
    return padded.toString('base64').slice(Math.ceil((offset * 8) / 6), end);
  });
  const encoded = [bytes.toString('hex'), ...within].filter((form) => form.length >= MIN_ENCODED);
  return [secret, ...encoded].map(comparable).filter((form) => form !== '');
}

/**
 * Without what servers change: case, blanks and the plus that stands for one, and, as that is in one alphabet of base64,
 * the hyphen that is there in the other.
 */
const comparable = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s+-]/g, '')
    .replaceAll('_', '/');
