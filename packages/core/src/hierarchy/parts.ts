import type { EntityRef } from '../contract/adapter';
import type { Envelope, Word } from '../contract/hierarchy';
import type { Fields } from '../contract/schema';
import { inner, table } from '../state/json';
import { keys } from '../state/objects';
import { sizeOf } from './size';
import { entitiesIn } from './speech';
import type { Tell } from './word';

/** One payload is at most this large, unless one entity is. */
const MOST_BYTES = 256_000;

/** What of a message may be large. */
export type Content = Pick<Tell, 'word' | 'sources' | 'shows' | 'fills'>;

/** A part of what is told, and what it is about where that is one entity. */
export interface Part {
  readonly content: Content;
  readonly ref?: EntityRef;
}

/** What a message says of one entity, in one place. */
interface Atom {
  readonly place: 'word' | 'shows' | 'fills' | 'sources';
  readonly source: string;
  readonly ref: EntityRef;
  readonly set?: Fields;
  readonly unset?: readonly string[];
}

/** Cuts what is too large for one signal between entities. */
export function split(content: Content): Part[] {
  if (sizeOf(content) <= MOST_BYTES) return [{ content }];
  const parts: Part[] = [];
  let some: Atom[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (some.length > 0) parts.push({ content: join(some), ref: some[0]?.ref });
    [some, bytes] = [[], 0];
  };
  for (const atom of atomsOf(content)) {
    const size = sizeOf(atom);
    // One that is too large takes no other with it.
    if (bytes + size > MOST_BYTES) flush();
    some.push(atom);
    bytes += size;
  }
  flush();
  return parts;
}

function* atomsOf({ word, sources = {}, shows, fills }: Content): IterableIterator<Atom> {
  for (const source of keys(sources)) yield* atomsIn(sources[source], 'sources', source);
  yield* atomsIn(word, 'word');
  yield* atomsIn(shows, 'shows');
  yield* atomsIn(fills, 'fills');
}

function* atomsIn(word: Word = {}, place: Atom['place'], source = ''): IterableIterator<Atom> {
  for (const ref of word.deletes ?? []) yield { place, source, ref };
  for (const [ref, set, unset] of entitiesIn(word)) yield { place, source, ref, set, unset };
}

/** A word that is put together. */
const emptyWord = () => ({
  set: table<Record<string, Fields>>(),
  unset: table<Record<string, readonly string[]>>(),
  deletes: [] as EntityRef[],
});

function join(atoms: readonly Atom[]): Content {
  const content: { -readonly [K in keyof Content]: Content[K] } = {};
  const words = new Map<string, ReturnType<typeof emptyWord>>();
  for (const { place, source, ref, set, unset = [] } of atoms) {
    const key = `${place} ${source}`;
    const word = words.get(key) ?? emptyWord();
    words.set(key, word);
    if (!set) word.deletes.push(ref);
    else inner(word.set, ref.name)[ref.id] = set;
    if (unset.length > 0) inner(word.unset, ref.name)[ref.id] = unset;
    if (place === 'sources') content.sources = { ...content.sources, [source]: word };
    else content[place] = word;
  }
  return content;
}

/** Parts of a message, until all of it has come. */
interface Some {
  readonly link: string;
  readonly number: number;
  readonly tells: readonly Tell[];
}

/** An {@link Assembly} as it travels through continue-as-new. */
export type CarriedAssembly = readonly (readonly [from: string, parts: Some])[];

/** Puts the parts of messages together. They come in order; one that is missing is as if the whole message was. */
export class Assembly {
  readonly #some: Map<string, Some>;

  constructor(carried: CarriedAssembly = []) {
    this.#some = new Map(carried);
  }

  /** @returns the whole message, once it is there */
  take(tell: Tell, part: Envelope['part']): Tell | undefined {
    if (!part) return tell;
    const { from, link, number } = tell;
    const [index, count] = part;
    const known = this.#some.get(from);
    const before = known?.link === link && known.number === number ? known.tells : [];
    if (index !== before.length) return undefined;
    const tells = [...before, tell];
    if (tells.length < count) {
      this.#some.set(from, { link, number, tells });
      return undefined;
    }
    this.#some.delete(from);
    return { ...tell, ...join(tells.flatMap((one) => [...atomsOf(one)])) };
  }

  /** For continue-as-new; nothing when nothing is on its way. */
  carry(): CarriedAssembly | undefined {
    return this.#some.size > 0 ? [...this.#some] : undefined;
  }
}
