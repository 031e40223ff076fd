import type { FakeSources } from './fake-adapter';
import type { Fake } from './fake-source';

/** Part of a record, however deep: what a source gives need not be all that the workflow holds. */
export type Part<T> = unknown extends T
  ? object
  : T extends object
    ? { readonly [K in keyof T]?: Part<T[K]> }
    : T;

/** What a source gives that has the name of one of the root entity's relations, or else the root entity itself. A list that the data's type does not name is not checked. */
export type RecordsOf<Data, Name> = Name extends keyof Data
  ? NonNullable<Data[Name]> extends readonly (infer Item extends object)[]
    ? readonly Part<Item>[]
    : NonNullable<Data[Name]> extends readonly unknown[]
      ? Part<Data>
      : NonNullable<Data[Name]> extends object
        ? Part<NonNullable<Data[Name]>>
        : Part<Data>
  : Part<Data> | readonly object[];

/**
 * What stands in for the sources of a class: by the names and of the types that it has, where these are known to the compiler.
 */
export type FakesOf<Data, Sources> = unknown extends Sources
  ? FakeSources
  : string extends keyof Sources
    ? FakeSources
    : { readonly [Name in keyof Sources]?: Fake<RecordsOf<Data, Name>> };
