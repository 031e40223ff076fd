import type { EntityRef } from '../contract/adapter';
import type { Envelope, Word } from '../contract/hierarchy';
import type { Fields } from '../contract/schema';
import { inner } from '../state/json';
import { getOrAdd, keys } from '../state/objects';
import { sizeOf } from './size';
import { entitiesIn, Speech, wordsOf } from './speech';
import type { Tell } from './word';

/** Most bytes of one signal, unless a single entity has more. */
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
    // An entity that is too large goes in a part of its own, so that it holds no other back.
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

function join(atoms: readonly Atom[]): Content {
  const words = new Map<Atom['place'], Speech>();
  const bySource = new Map<string, Speech>();
  for (const { place, source, ref, set, unset = [] } of atoms) {
    const speech =
      place === 'sources'
        ? getOrAdd(bySource, source, () => new Speech())
        : getOrAdd(words, place, () => new Speech());
    if (!set) speech.deletes.push(ref);
    else inner(speech.set, ref.name)[ref.id] = set;
    if (unset.length > 0) inner(speech.unset, ref.name)[ref.id] = [...unset];
  }
  return {
    word: words.get('word')?.word,
    sources: bySource.size > 0 ? wordsOf(bySource) : undefined,
    shows: words.get('shows')?.word,
    fills: words.get('fills')?.word,
  };
}

/** Parts of a message, until all of it has come. */
interface Some {
  readonly link: string;
  readonly number: number;
  readonly tells: readonly Tell[];
}

/** An {@link Assembly} as it travels through continue-as-new. */
export type CarriedAssembly = readonly (readonly [from: string, parts: Some])[];

/**
 * Puts the parts of messages together. They come in order; one that is missing is as if the whole message was. Of each
 * link there is one message at most of which some has come: nothing is kept of links that there are not any more.
 */
export class Assembly {
  readonly #isLinked: (tell: Tell) => boolean;
  /** Absent while nothing is on its way. */
  #some?: Map<string, Some>;

  /** @param isLinked whether a message comes by a link that there is */
  constructor(isLinked: (tell: Tell) => boolean, carried: CarriedAssembly = []) {
    this.#isLinked = isLinked;
    if (carried.length > 0) this.#some = new Map(carried);
  }

  /** @returns the whole message, once it is there; of a link that there is not, what came */
  take(tell: Tell, part: Envelope['part']): Tell | undefined {
    if (!part || !this.#isLinked(tell)) return tell;
    const { from, link, number } = tell;
    const [index, count] = part;
    const some = (this.#some ??= new Map<string, Some>());
    const known = some.get(from);
    const before = known?.link === link && known.number === number ? known.tells : [];
    if (index !== before.length) return undefined;
    if (index === 0) this.#tidy();
    const tells = [...before, tell];
    if (tells.length < count) {
      some.set(from, { link, number, tells });
      return undefined;
    }
    some.delete(from);
    return { ...tell, ...join(tells.flatMap((one) => [...atomsOf(one)])) };
  }

  /** For continue-as-new; nothing when nothing is on its way. */
  carry(): CarriedAssembly | undefined {
    this.#tidy();
    return this.#some?.size ? [...this.#some] : undefined;
  }

  #tidy(): void {
    for (const [from, { tells }] of this.#some ?? [])
      if (!tells.every((tell) => this.#isLinked(tell))) this.#some?.delete(from);
  }
}
