/** What Temporal takes at most, less what is around it. */
export const MOST_PAYLOAD = 1_900_000;

/** About how large a signal without data is. */
export const CONTROL_BYTES = 500;

/** Why something is not sent: were it, the workflow task would fail again and again. */
export const tooLarge = (bytes: number): Error =>
  new Error(
    `What is to be sent is ${bytes} bytes, and Temporal takes ${MOST_PAYLOAD}. Hold less in one entity, or have the child load it by itself.`,
  );

/** How many bytes something is as JSON; only about, where that is certainly less than Temporal takes. */
export function sizeOf(value: unknown): number {
  const text = JSON.stringify(value);
  return text.length * 3 < MOST_PAYLOAD ? text.length : new TextEncoder().encode(text).length;
}
