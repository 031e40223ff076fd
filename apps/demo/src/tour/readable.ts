/**
 * A message of Temporal's API as JSON with every payload decoded: bytes become the text that they hold, so that
 * it can be searched.
 */
export function readable(message: unknown): string {
  return toJson(message, 'utf8');
}

/** A message of Temporal's API as JSON with payloads in base64: what Temporal's own tools export. */
export function exported(message: unknown): string {
  return toJson(message, 'base64');
}

function toJson(message: unknown, encoding: 'utf8' | 'base64'): string {
  const text = JSON.stringify(message, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString(encoding);
    // What JSON.stringify makes of a Buffer before it asks.
    if (isBufferJson(value)) return Buffer.from(value.data).toString(encoding);
    return typeof value === 'bigint' ? value.toString() : value;
  }) as string | undefined;
  return text ?? '';
}

function isBufferJson(value: unknown): value is { readonly data: readonly number[] } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    value.type === 'Buffer' &&
    'data' in value &&
    Array.isArray(value.data)
  );
}
