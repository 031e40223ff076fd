/** The text that no refusal may repeat; it stands for a secret that somebody sent by mistake. */
export const CANARY = 'tok-CANARY-3f9c1e7a5b';

/** Something that must be refused, and the field that the refusal has to name. */
export interface Malformed {
  readonly what: string;
  readonly payload: unknown;
  /** The second argument, where there is one. */
  readonly envelope?: unknown;
  readonly field: string;
}

export const HUGE = CANARY.repeat(5_000);

/** JSON as a client in another language may send it: `__proto__` is a key like any other. */
export const json = (text: string): unknown => JSON.parse(text);

/** An object of objects, so deep that naive recursion ends in a stack overflow. */
export function deep(levels: number): unknown {
  let value: unknown = CANARY;
  for (let i = 0; i < levels; i++) value = { a: value };
  return value;
}

/** Values that are no object. */
export const NO_OBJECTS: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['null', null],
  ['a text', CANARY],
  ['an empty text', ''],
  ['a number', 42],
  ['true', true],
  ['a list', [CANARY]],
  ['a list of lists', [[], [[]]]],
];

export const noObject = (field: string): Malformed[] =>
  NO_OBJECTS.map(([what, payload]) => ({ what, payload, field }));
