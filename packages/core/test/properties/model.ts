import type { Json } from '../../src/contract/schema';
import { type Name, relationOf, ROOT, schema, type SourceName, SOURCES } from './world';

/** Fields by name, in a map: no key is special in one. Not changed in place. */
export type FieldMap = Map<string, Json>;
/** Entities by `name/id`. */
export type Content = Map<string, FieldMap>;

/** Whether two values are written the same. Records here are small, and written with their keys in order. */
export const same = (a: unknown, b: unknown): boolean => ordered(a) === ordered(b);

/** Values are not changed in place: each is written once. */
const known = new WeakMap<object, string>();

/** JSON with sorted keys. */
export function ordered(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  let text = known.get(value);
  if (text === undefined) {
    text = Array.isArray(value)
      ? `[${value.map(ordered).join()}]`
      : `{${Object.entries(value)
          .filter(([, inner]) => inner !== undefined)
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, inner]) => `${JSON.stringify(key)}:${ordered(inner)}`)
          .join()}}`;
    known.set(value, text);
  }
  return text;
}

/** What records hold, normalized the plain way: what is nested first, then the record's own fields over it. */
export function normalize(source: SourceName, records: readonly Record<string, Json>[]): Content {
  const content: Content = new Map();
  const into = SOURCES[source];
  const idOf = (name: Name, { id, region, ref }: Record<string, Json>): string =>
    name === 'Account' ? `${region as string}:${(ref as { no: number }).no}` : (id as string);
  const take = (name: Name, record: Record<string, Json>): string => {
    const id = idOf(name, record);
    const fields = Object.entries(record).map(([field, value]): [string, Json] => {
      const relation = relationOf(name, field);
      if (relation === undefined || value === null) return [field, value];
      const refer = (item: Json): string =>
        typeof item === 'string' ? item : take(relation.target, item as Record<string, Json>);
      return [field, relation.list ? [...new Set((value as Json[]).map(refer))] : refer(value)];
    });
    const key = `${name}/${id}`;
    content.set(key, new Map([...(content.get(key) ?? []), ...fields]));
    return id;
  };
  if (into === undefined) for (const record of records) take(ROOT.name, record);
  else {
    const ids = records.map((record) => take(into === 'contacts' ? 'Contact' : 'Ticket', record));
    const key = `${ROOT.name}/${ROOT.id}`;
    content.set(key, new Map([...(content.get(key) ?? []), [into, [...new Set(ids)]]]));
  }
  return content;
}

/**
 * What the state of a workflow should be, kept the plain way: a full copy of what each source last gave, and
 * rules written out without any cleverness. The real thing keeps differences, patches and identity instead.
 */
export class Model {
  readonly state: Content = new Map();
  readonly #given = new Map<SourceName, Content>();

  /** A source gave all that it holds. */
  load(source: SourceName, after: Content): void {
    const before = this.#given.get(source) ?? new Map<string, FieldMap>();
    const gone = [...before.keys()].filter((key) => !after.has(key));
    this.#take(source, before, after);
    const removed = gone.filter((key) => {
      if (!this.state.has(key)) return false;
      const kept = key === `${ROOT.name}/${ROOT.id}` || this.#others(source).some((other) => other.has(key));
      if (kept) this.#write(source, key, before.get(key), new Map());
      else this.state.delete(key);
      return !kept;
    });
    this.#given.set(source, after);
    this.#dropReferences(removed, (key, field) =>
      [...this.#given.values()].some((content) =>
        same(content.get(key)?.get(field), this.state.get(key)?.get(field)),
      ),
    );
  }

  /** A source gave some of what it holds: nothing goes, and its list grows. */
  loadSome(source: SourceName, some: Content): void {
    const before = this.#given.get(source) ?? new Map<string, FieldMap>();
    const given: Content = new Map(some);
    const into = SOURCES[source];
    const root = `${ROOT.name}/${ROOT.id}`;
    if (into !== undefined) {
      const rest = new Map(given.get(root));
      const ids = (rest.get(into) ?? []) as string[];
      const list = (before.get(root)?.get(into) ?? []) as string[];
      rest.delete(into);
      // The root itself can be among the records: then its other fields count, and the list is the source's.
      const nested = rest.size > 0;
      const kept = nested ? rest : new Map(before.get(root));
      if (list.length > 0 || ids.length > 0 || before.get(root)?.has(into))
        kept.set(into, [...new Set([...list, ...ids])]);
      if (kept.size > 0) given.set(root, kept);
      else given.delete(root);
    }
    // Of two others that give a field, the one that gave anything first counts: who gives nothing is not the first.
    if (given.size === 0 && !this.#given.has(source)) return;
    this.#take(source, before, given);
    this.#given.set(source, new Map([...before, ...given]));
  }

  update(
    key: string,
    fields: Readonly<Record<string, Json>>,
    strategy: '$merge' | '$set' | '$replace',
  ): void {
    const held = this.state.get(key);
    const next: FieldMap = new Map(strategy === '$replace' ? [] : held);
    for (const [field, value] of Object.entries(fields))
      next.set(field, strategy === '$merge' ? merged(held?.get(field), value) : value);
    this.state.set(key, next);
  }

  remove(key: string): void {
    if (this.state.delete(key)) this.#dropReferences([key], () => false);
  }

  #take(source: SourceName, before: Content, after: Content): void {
    for (const [key, fields] of after) {
      const was = before.get(key);
      const changes =
        was === undefined ||
        [...fields].some(([field, value]) => !same(was.get(field), value)) ||
        [...was.keys()].some((field) => !fields.has(field));
      if (changes) this.#write(source, key, was, fields);
    }
  }

  /** A source changed an entity: what it changed is written over whatever stands there. */
  #write(source: SourceName, key: string, was: FieldMap | undefined, fields: FieldMap): void {
    const held = this.state.get(key);
    // Locally removed: it comes back as the source has it.
    const next: FieldMap = new Map(held ?? was);
    for (const [field, value] of fields)
      if (!same(was?.get(field), value) || !was?.has(field)) next.set(field, value);
    for (const field of was?.keys() ?? []) {
      if (fields.has(field)) continue;
      const other = this.#others(source).find((content) => content.get(key)?.has(field));
      if (other === undefined) next.delete(field);
      else next.set(field, other.get(key)?.get(field) as Json);
    }
    this.state.set(key, next);
  }

  #others(source: SourceName): Content[] {
    return [...this.#given].filter(([name]) => name !== source).map(([, content]) => content);
  }

  #dropReferences(removed: readonly string[], keeps: (key: string, field: string) => boolean): void {
    for (const [key, fields] of this.state) {
      const name = key.split('/')[0] as Name;
      if (!Object.hasOwn(schema, name)) continue;
      for (const [field, value] of fields) {
        const relation = relationOf(name, field);
        if (relation === undefined || value === null) continue;
        const isGone = (id: Json): boolean => removed.includes(`${relation.target}/${id as string}`);
        if (![value].flat().some(isGone) || keeps(key, field)) continue;
        const left = relation.list ? (value as Json[]).filter((id) => !isGone(id)) : null;
        this.state.set(key, new Map([...(this.state.get(key) ?? []), [field, left]]));
      }
    }
  }
}

function merged(held: Json | undefined, given: Json): Json {
  const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
    typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isObject(held) || !isObject(given)) return given;
  const keys = [...new Set([...Object.keys(held), ...Object.keys(given)])];
  return Object.fromEntries(
    keys.map((key) => [
      key,
      Object.hasOwn(given, key)
        ? merged(Object.hasOwn(held, key) ? held[key] : undefined, given[key] as Json)
        : (held[key] as Json),
    ]),
  );
}
