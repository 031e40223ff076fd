/** A way in which a secret can be written. */
export interface Form {
  readonly name: string;
  readonly text: string;
}

/** Every way that is looked for. */
export function formsOf(value: string): Form[] {
  const bytes = Buffer.from(value);
  const url = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  const hex = bytes.toString('hex');
  const forms: Form[] = [
    { name: 'plain', text: value },
    { name: 'JSON', text: json },
    { name: 'JSON in JSON', text: JSON.stringify(json).slice(1, -1) },
    { name: 'URL', text: url },
    { name: 'URL, small letters', text: url.replace(/%../g, (code) => code.toLowerCase()) },
    { name: 'form', text: new URLSearchParams({ v: value }).toString().slice(2) },
    { name: 'hex', text: hex },
    { name: 'hex, large letters', text: hex.toUpperCase() },
    { name: 'HTML', text: value.replaceAll('&', '&amp;').replaceAll('"', '&quot;') },
  ];
  // In the middle of something longer, base64 depends on where in a group of three bytes it begins.
  for (const offset of [0, 1, 2]) {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const text = padded
      .toString('base64')
      .slice(Math.ceil((offset * 8) / 6), Math.floor((padded.length * 8) / 6));
    forms.push({ name: `base64, offset ${offset}`, text });
    forms.push({ name: `base64url, offset ${offset}`, text: text.replaceAll('+', '-').replaceAll('/', '_') });
  }
  return forms;
}
