import { isDeepStrictEqual } from 'node:util';
import type { Entities, EntityChange, FieldChange } from '../api/types';

/** What differs between two states of a workflow: the entities that came, changed and went, and their fields. */
export function differenceOf(before: Entities, after: Entities): EntityChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => {
    const old = own(before, name) ?? {};
    const now = own(after, name) ?? {};
    const ids = new Set([...Object.keys(old), ...Object.keys(now)]);
    return [...ids].flatMap((id): EntityChange[] => {
      const [was, is] = [own(old, id), own(now, id)];
      const fields = fieldsOf(was ?? {}, is ?? {});
      const kind = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
      return kind === 'changed' && fields.length === 0 ? [] : [{ name, id, kind, fields }];
    });
  });
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(before: Fields, after: Fields): FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names]
    .filter((field) => !isDeepStrictEqual(own(before, field), own(after, field)))
    .map((field) => ({
      field,
      ...(Object.hasOwn(before, field) && { before: before[field] }),
      ...(Object.hasOwn(after, field) && { after: after[field] }),
    }));
}

/** What a table has under a name, and not what every object has. */
const own = <T>(table: Readonly<Record<string, T>>, name: string): T | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;
