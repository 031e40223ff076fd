/** Where something stands in what was given. Only errors read it, so it may be put together when they do. */
export type Place = string | (() => string);

/** A place as text. */
export const textOf = (place: Place): string => (typeof place === 'string' ? place : place());

/** Goes through each of several values, or the one, with its place: to be read before the next one's turn. */
export function forEachGiven(
  given: unknown,
  place: Place,
  visit: (value: unknown, place: Place) => void,
): void {
  if (!Array.isArray(given)) return visit(given, place);
  let i = 0;
  // One for all of them: to make one for each costs a reload a quarter of its time.
  const at = (): string => `${textOf(place)}[${i}]`;
  for (; i < given.length; i++) visit(given[i], at);
}
