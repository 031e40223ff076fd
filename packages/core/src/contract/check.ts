import { InvalidInputError } from './errors';
import { MAX_ID } from './names';

/**
 * Gives back what is right with a value, or throws an InvalidInputError that names the field and never repeats
 * the value: it may be a secret. The check of a payload is put together from those of its parts.
 */
export interface Check<T> {
  (value: unknown, field: string): T;
  /** What errors show. That of an object is put together from those of its fields that have one. */
  readonly example?: string;
}

/** The check of an object. Where it is the payload itself, its fields go by their own names. */
export interface ShapeCheck<T> extends Check<T> {
  (value: unknown, field?: string): T;
}

/** The checks of all the fields that an object can have. */
export type Shape<T> = { readonly [K in keyof T]-?: Check<T[K]> };

/** A check with an example of what passes, for the errors of lists and tables of it. */
export const showing = <C extends object>(example: string | undefined, check: C) =>
  Object.assign(check, { example });

/** A value that passes a test. The error reads `FIELD: is not WHAT. Give one such as EXAMPLE.` */
export const matching = <T>(what: string, example: string, test: (value: unknown) => boolean): Check<T> =>
  showing(example, (value: unknown, field: string) => {
    if (test(value)) return value as T;
    throw new InvalidInputError(field, `is not ${what}`, `Give one such as ${example}`);
  });

/** A whole number from 1. */
export const wholeNumber = (example: string): Check<number> =>
  matching('a whole number from 1', example, (value) => Number.isInteger(value) && Number(value) > 0);

/** A text that passes a test and is no longer than an id. */
export const text = (what: string, example: string, test: (text: string) => boolean): Check<string> =>
  matching(
    what,
    `"${example}"`,
    (value) => typeof value === 'string' && value.length <= MAX_ID && test(value),
  );

/** One of a few texts. */
export const oneOf = <T extends string>(...texts: readonly T[]): Check<T> =>
  matching(`one of "${texts.join('", "')}"`, `"${texts[0]}"`, (value) => texts.includes(value as T));

/**
 * A value that may be left out. Null is as good as nothing: other languages send it.
 *
 * @param example for a field that is shown although it may be left out
 */
export const optional = <T>(check: Check<T>, example?: string): Check<T | undefined> =>
  showing(example, (value: unknown, field: string) => (value == null ? undefined : check(value, field)));

/** An object, whatever is in it. */
export const object = <T = Readonly<Record<string, unknown>>>(example: string): Check<T> =>
  matching(
    'an object',
    example,
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  );

/**
 * An object, and every field of it that is known. Others are left out, and so are those without a value.
 *
 * @param payload what the object is called where it is the payload itself
 */
export const shape = <T extends object>(fields: Shape<T>, payload = ''): ShapeCheck<T> => {
  const names = Object.keys(fields) as (keyof T & string)[];
  const shown = names.flatMap((name) => (fields[name].example ? `${name}: ${fields[name].example}` : []));
  const whole = object<{ readonly [K in keyof T]?: unknown }>(`{ ${shown.join(', ')} }`);
  return showing(whole.example, (value: unknown, field?: string) => {
    const given = whole(value, field ?? payload);
    const taken: Partial<T> = {};
    for (const name of names) {
      const part = fields[name](given[name], field === undefined ? name : `${field}.${name}`);
      if (part !== undefined) taken[name] = part;
    }
    return taken as T;
  });
};

/** A list, and each item of it. */
export const listOf = <T>(check: Check<T>): Check<readonly T[]> => {
  const list = matching<readonly unknown[]>('a list', `[${check.example}]`, Array.isArray);
  return showing(list.example, (value: unknown, field: string) =>
    list(value, field).map((item, i) => check(item, `${field}[${i}]`)),
  );
};

/** An object as a table, each key and each value of it. It is given back as it is: it may be large. */
export const tableOf = <T>(
  checkKey: Check<string>,
  check: Check<T>,
): Check<{ readonly [key: string]: T }> => {
  const table = object<{ readonly [key: string]: T }>(`{ ${checkKey.example}: ${check.example} }`);
  return showing(table.example, (value: unknown, field: string) => {
    const given = table(value, field);
    for (const key of Object.keys(given)) check(given[key], `${field}.${checkKey(key, field).slice(0, 80)}`);
    return given;
  });
};
