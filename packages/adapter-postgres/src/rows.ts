import { setField } from '@stateful-workflow/core';
import type { PgField } from './pg-types';
import { PostgresFault } from './postgres-fault';

/** Columns that the adapter adds to a statement for itself begin so. */
export const OWN = '~';

/** Makes records of rows. */
export interface RowShape {
  /** The record of a row. */
  record(row: readonly unknown[]): Record<string, unknown>;
  /** The value of a column that is not part of records, if there is such a column. */
  own(row: readonly unknown[], name: string): unknown;
}

/**
 * Learns from the columns of a result how its rows become records: a column `a.b` is the field `b` of an object `a`,
 * which is `null` where all of its fields are, as those of an outer join are that found nothing.
 *
 * @param hidden a column that is not part of records besides those that the adapter has added
 * @throws PostgresFault `invalid` when two columns have one name, or one would be the prototype of an object
 */
export function rowShape(fields: readonly Pick<PgField, 'name'>[], hidden?: string): RowShape {
  const columns = fields.map(({ name }, index) => ({ name, index, path: name.split('.') }));
  const byName = new Map(columns.map(({ name, index }) => [name, index]));
  const isOwn = (name: string): boolean => name.startsWith(OWN) || name === hidden;
  const shown = columns.filter(({ name }) => !isOwn(name));
  refuseTwins(shown.map(({ name }) => name));
  const plain = shown.filter(({ path }) => path.length === 1 || path.includes(''));
  const names = plain.map(({ name }) => name);
  const indexes = plain.map(({ index }) => index);
  const objects = objectsOf(shown.filter((column) => !plain.includes(column)));
  return {
    own: (row, name) => {
      const index = byName.get(name);
      return index === undefined ? undefined : row[index];
    },
    record: (row) => {
      const record: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) record[names[i] as string] = row[indexes[i] as number];
      for (const [name, object] of objects) setField(record, name, objectIn(row, object));
      return record;
    },
  };
}

/** An object within records: of each field the column that gives it, or the object that it is. */
type Nested = Map<string, number | Nested>;

function objectsOf(columns: readonly { readonly path: readonly string[]; readonly index: number }[]) {
  const objects = new Map<string, Nested>();
  for (const { path, index } of columns) {
    let object: Nested = objects;
    for (const name of path.slice(0, -1)) {
      const known = object.get(name) ?? new Map();
      object.set(name, known);
      object = known as Nested;
    }
    object.set(path.at(-1) as string, index);
  }
  return objects;
}

/** The object that a row gives: `null` where all of its fields are. */
function objectIn(row: readonly unknown[], nested: Nested): Record<string, unknown> | null {
  const object: Record<string, unknown> = {};
  let isFound = false;
  for (const [name, at] of nested) {
    const value = typeof at === 'number' ? row[at] : objectIn(row, at);
    isFound ||= value !== null;
    setField(object, name, value);
  }
  return isFound ? object : null;
}

function refuseTwins(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      throw new PostgresFault(
        'invalid',
        `Two columns of the source are named "${name}". Give one of them another name with AS.`,
      );
    // Such a field could be kept, but code that copies the record field by field would set the prototype with it.
    if (name.split('.').includes('__proto__'))
      throw new PostgresFault(
        'invalid',
        `The column "${name}" names the prototype of an object, which no field may. Give it another name with AS.`,
      );
    seen.add(name);
  }
  for (const name of names)
    for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1))
      if (seen.has(name.slice(0, dot)))
        throw new PostgresFault(
          'invalid',
          `The column "${name}" is a field of "${name.slice(0, dot)}", which is a column as well. Rename one of them with AS.`,
        );
}
