const credentials = /([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi;
const secretParameters =
  /([?&][\w.-]*(?:token|secret|password|passwd|signature|credential|auth|api-?_?key)[\w.-]*=)[^&\s"'#]+/gi;

/** Takes credentials out of the URLs in a text: user and password, and query parameters that look like a secret. */
export function withoutCredentials(text: string): string {
  return text.replace(credentials, '$1').replace(secretParameters, '$1***');
}

/**
 * Text from somewhere else, fit for one line of a terminal: without credentials, control characters and line
 * breaks. Workflow ids and error messages may hold escape sequences that a terminal would obey.
 */
export function plainText(text: string): string {
  return (
    withoutCredentials(text)
      // eslint-disable-next-line no-control-regex -- they are what is looked for
      .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, ' ')
      .trim()
  );
}

/** One JSON document of a value, without credentials and without characters that a terminal would obey. */
export function toJson(value: unknown): string {
  const json = JSON.stringify(
    value,
    (_, item: unknown) => (typeof item === 'string' ? withoutCredentials(item) : item),
    2,
  );
  return `${json.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)}\n`;
}
