/** What is asked of objects everywhere, under names that a minifier can shorten: `Object.keys` it cannot. */
export const { entries, fromEntries, hasOwn, keys, values } = Object;

/** The value at a key of a map, made and put there when there is none. */
export function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
