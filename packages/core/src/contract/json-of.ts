/**
 * What a value is once it has travelled as JSON, and is not changed in place: a `Date` is text (ISO 8601), what has a
 * `toJSON()` is what that gives, and functions are left out. A `bigint`, which JSON cannot hold, is `never`.
 *
 * @typeParam T what it was before, such as what a schema makes of a record
 */
export type JsonOf<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends bigint | LeftOut
      ? never
      : T extends { toJSON(...args: never[]): infer Written }
        ? JsonOf<Written>
        : T extends readonly unknown[]
          ? { readonly [I in keyof T]: JsonOf<T[I]> }
          : { readonly [K in keyof T as T[K] extends LeftOut ? never : K]: JsonOf<T[K]> };

/** What JSON leaves out of an object. */
type LeftOut = symbol | ((...args: never[]) => unknown);
