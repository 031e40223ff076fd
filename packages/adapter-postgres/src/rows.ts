import type { FieldDef } from 'pg';
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
 * @throws PostgresFault `invalid` when two columns have one name
 */
export function rowShape(fields: readonly FieldDef[], hidden?: string): RowShape {
  const columns = fields.map(({ name }, index) => ({ name, index, path: name.split('.') }));
  const byName = new Map(columns.map(({ name, index }) => [name, index]));
  const isOwn = (name: string): boolean => name.startsWith(OWN) || name === hidden;
  const shown = columns.filter(({ name }) => !isOwn(name));
  refuseTwins(shown.map(({ name }) => name));
  const plain = shown.filter(({ path }) => path.length === 1 || path.includes(''));
  const nested = shown.filter((column) => !plain.includes(column));
  const names = plain.map(({ name }) => name);
  const indexes = plain.map(({ index }) => index);
  return {
    own: (row, name) => {
      const index = byName.get(name);
      return index === undefined ? undefined : row[index];
    },
    record: (row) => {
      const record: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) record[names[i] as string] = row[indexes[i] as number];
      for (const { path, index } of nested) nest(record, path, row[index]);
      return record;
    },
  };
}

function refuseTwins(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    // Also what an object's setter would swallow.
    if (name === '__proto__' || seen.has(name))
      throw new PostgresFault(
        'invalid',
        `Two columns of the source are named "${name}", or no field can have that name. Give it another with AS.`,
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

function nest(record: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    record[first] = value;
    return;
  }
  if (value === null) {
    // It stays null until a field has a value.
    if (!Object.hasOwn(record, first)) record[first] = null;
    else if (record[first] !== null) nest(record[first] as Record<string, unknown>, rest, value);
    return;
  }
  record[first] ??= {};
  nest(record[first] as Record<string, unknown>, rest, value);
}
