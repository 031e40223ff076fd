import { describe, expect, it } from 'vitest';
import type { ChangeSet } from '../contract/wire';
import { isEmpty, NO_CHANGES, sizeOf } from './change-set';

const changes = (given: Partial<ChangeSet>): ChangeSet => ({ ...NO_CHANGES, ...given });
const ref = (id: string): { name: string; id: string } => ({ name: 'Contact', id });

describe('sizeOf and isEmpty', () => {
  it('count entities, not fields', () => {
    const some = changes({
      upserts: { Contact: { k_1: { a: 1, b: 2 }, k_2: {} }, Account: { a: {} } },
      deletes: [ref('k_3')],
    });
    expect(sizeOf(some)).toEqual({ upserted: 3, deleted: 1 });
    expect(isEmpty(some)).toBe(false);
    expect(isEmpty(changes({ deletes: [ref('k_3')] }))).toBe(false);
    expect(isEmpty(NO_CHANGES)).toBe(true);
  });
});
