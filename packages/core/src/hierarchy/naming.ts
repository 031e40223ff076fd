import type { EntityRef } from '../contract/adapter';
import type { Word } from '../contract/hierarchy';
import { type Fields, type Schema } from '../contract/schema';
import { forEach, inner, table, type Tables } from '../state/json';
import { entries, fromEntries, hasOwn } from '../state/objects';
import { isSame } from '../state/refs';
import type { Tell } from './word';

/** What of a message names entities. */
type Naming = Pick<Tell, 'word' | 'sources' | 'shows' | 'fills' | 'edits' | 'entire' | 'asks' | 'kinds'>;

/** Which of a table's or a list's entities stay, and how they are called. */
type Rename = (ref: EntityRef) => EntityRef | undefined;

/** A message in which one entity goes by another name: a child may call its item otherwise than its parent does. */
export function renamed<T extends Naming>(said: T, from: EntityRef, to: EntityRef): T {
  if (isSame(from, to)) return said;
  const kinds = said.kinds?.includes(from.name) ? [...said.kinds, to.name] : said.kinds;
  return { ...named(said, (ref) => (isSame(ref, from) ? to : ref)), kinds };
}

/** A message without what is none of a workflow's business, because its schema does not have it. */
export const known = <T extends Naming>(said: T, schema: Schema): T =>
  named(said, (ref) => (hasOwn(schema, ref.name) ? ref : undefined));

/** The same of words by their sources. */
export const sourcesNamed = (
  sources: Readonly<Record<string, Word>>,
  rename: Rename,
): Readonly<Record<string, Word>> =>
  fromEntries(entries(sources).map(([source, word]) => [source, wordNamed(word, rename)]));

export function wordNamed({ set, unset, deletes }: Word, rename: Rename): Word {
  return {
    set: set && tablesNamed<Fields>(set, rename),
    unset: unset && tablesNamed(unset, rename),
    deletes: deletes && refsNamed(deletes, rename),
  };
}

function named<T extends Naming>(said: T, rename: Rename): T {
  const { word, sources, shows, fills, edits, entire, asks } = said;
  return {
    ...said,
    word: word && wordNamed(word, rename),
    sources: sources && sourcesNamed(sources, rename),
    shows: shows && wordNamed(shows, rename),
    fills: fills && wordNamed(fills, rename),
    edits: edits && tablesNamed(edits, rename),
    entire: entire && refsNamed(entire, rename),
    asks: asks && asks !== true ? refsNamed(asks, rename) : asks,
  };
}

const refsNamed = (refs: readonly EntityRef[], rename: Rename): EntityRef[] =>
  refs.flatMap((ref) => rename(ref) ?? []);

function tablesNamed<T>(tables: Tables<T>, rename: Rename): Tables<T> {
  const result = table<Record<string, T>>();
  forEach(tables, (name, id, value) => {
    const ref = rename({ name, id });
    if (ref) inner(result, ref.name)[ref.id] = value;
  });
  return result;
}
