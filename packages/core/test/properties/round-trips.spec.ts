import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Patch } from '../../src/contract/load';
import type { Entities, Json } from '../../src/contract/schema';
import type { ChangeSet } from '../../src/contract/wire';
import { ChangeLog } from '../../src/state/change-log';
import { diffEntities } from '../../src/state/diff';
import { applySplice, spliceOf } from '../../src/state/splice';
import { EntityState } from '../../src/state/entity-state';
import { own } from '../../src/state/json';
import { SourceView } from '../../src/state/source-view';
import { cut } from '../../src/worker/parts';
import { canonical } from '../../src/worker/canonical';
import { ordered } from './model';
import { applied, contentOf, expectSame } from './replica';
import { seed, settings } from './seed';
import { ROOT, schema } from './world';

const key = fc.constantFrom('id', 'name', 'constructor', '__proto__', 'contacts', 'tickets', 'boss');
const json = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
const ids = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__'));

/** An object from pairs, in which `__proto__` is a key like any other, as in parsed JSON. */
const object = <T>(entries: readonly (readonly [string, T])[]): Record<string, T> =>
  Object.fromEntries(entries);
const fields = fc
  .array(fc.tuple(key, fc.oneof(json, ids as fc.Arbitrary<Json>)), { maxLength: 4 })
  .map(object);
const entities: fc.Arbitrary<Entities> = fc
  .array(
    fc.tuple(
      fc.constantFrom('Customer', 'Contact', 'Ticket'),
      fc
        .array(fc.tuple(fc.constantFrom('c_1', 'k_1', 'constructor', '__proto__'), fields), { maxLength: 4 })
        .map(object),
    ),
    { maxLength: 3 },
  )
  .map(object);

/** A patch made to entities, the plain way. */
function patched(before: Entities, { set, unset, splice, deletes }: Patch): Entities {
  const after = new Map(
    Object.entries(before).map(([name, table]) => [name, new Map(Object.entries(table))]),
  );
  const change = (name: string, id: string, changes: (fields: Map<string, Json>) => void): void => {
    const table = after.get(name) ?? new Map<string, Entities[string][string]>();
    const next = new Map(Object.entries(table.get(id) ?? {}));
    changes(next);
    after.set(name, table.set(id, Object.fromEntries(next)));
  };
  for (const [name, table] of Object.entries(set ?? {}))
    for (const [id, given] of Object.entries(table))
      change(name, id, (next) => Object.entries(given).forEach(([field, value]) => next.set(field, value)));
  for (const [name, table] of Object.entries(splice ?? {}))
    for (const [id, edits] of Object.entries(table))
      change(name, id, (next) =>
        Object.entries(edits).forEach(([field, edit]) =>
          next.set(field, applySplice(next.get(field) as readonly Json[], edit)),
        ),
      );
  for (const [name, table] of Object.entries(unset ?? {}))
    for (const [id, gone] of Object.entries(table))
      change(name, id, (next) => gone.forEach((field) => next.delete(field)));
  for (const [name, gone] of Object.entries(deletes ?? {}))
    for (const id of gone) after.get(name)?.delete(id);
  return Object.fromEntries([...after].map(([name, table]) => [name, Object.fromEntries(table)]));
}

/** Entities as text; a table that is empty is as good as none. */
const text = (content: Entities): string =>
  ordered(Object.fromEntries(Object.entries(content).filter(([, table]) => Object.keys(table).length > 0)));

describe(`there and back, at random (FC_SEED=${seed})`, () => {
  it('a diff turns one content into the other, also after it travelled', () => {
    fc.assert(
      fc.property(entities, entities, (before, after) => {
        const patch = diffEntities(before, after, schema, true);
        const travelled = JSON.parse(JSON.stringify(patch ?? {})) as Patch;
        expect(text(patched(before, travelled))).toBe(text(after));
        expect(patch === undefined).toBe(text(before) === text(after));
      }),
      settings(3_000),
    );
  });

  it('a diff of parts turns one into both', () => {
    fc.assert(
      fc.property(entities, entities, (before, after) => {
        const patch = diffEntities(before, after, schema, false) ?? {};
        const both = patched(before, JSON.parse(JSON.stringify(patch)) as Patch);
        for (const [name, table] of Object.entries(after))
          for (const [id, given] of Object.entries(table))
            expect(ordered(own(own(both, name), id))).toBe(ordered(given));
        for (const [name, table] of Object.entries(before))
          for (const id of Object.keys(table)) expect(own(own(both, name), id)).toBeDefined();
      }),
      settings(1_000),
    );
  });

  it('a splice turns one list into the other, and touches only what lies between', () => {
    fc.assert(
      fc.property(
        fc.array(json),
        fc.array(json),
        fc.array(json),
        fc.array(json),
        (head, one, other, tail) => {
          const [before, after] = [
            [...head, ...one, ...tail],
            [...head, ...other, ...tail],
          ];
          const [start, remove, insert] = spliceOf(before, after);
          expect(ordered(applySplice(before, [start, remove, insert]))).toBe(ordered(after));
          expect(remove).toBeLessThanOrEqual(one.length);
          expect(insert.length).toBeLessThanOrEqual(other.length);
        },
      ),
      settings(3_000),
    );
  });

  it('equal contents have one digest, whatever the order of their keys', () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== 'object' || value === null) return value;
      return object(
        Object.entries(value)
          .toReversed()
          .map(([field, inner]) => [field, shuffled(inner)] as const),
      );
    };
    fc.assert(
      fc.property(entities, entities, (one, other) => {
        expect(canonical(shuffled(one) as Entities)).toEqual(canonical(one));
        expect(canonical(one).digest === canonical(other).digest).toBe(ordered(one) === ordered(other));
      }),
      settings(1_000),
    );
  });

  it('text that is cut in parts adds up, and no part is too large', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 4, max: 50 }),
        (whole, most) => {
          const { of } = cut(whole, most, 0);
          const parts = Array.from({ length: of }, (_, index) => cut(whole, most, index).text);
          expect(parts.join('')).toBe(whole);
          for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThanOrEqual(most);
        },
      ),
      settings(1_000),
    );
  });

  /** What signals do: sets, replacements and removals of a few contacts. */
  const change = fc.oneof(
    fc.record({
      id: fc.constantFrom('k_1', 'k_2', 'constructor'),
      fields: fc
        .array(fc.tuple(fc.constantFrom('name', 'plan', 'constructor'), json), { maxLength: 3 })
        .map(object),
      strategy: fc.constantFrom('$merge' as const, '$set' as const, '$replace' as const),
    }),
    fc.record({ id: fc.constantFrom('k_1', 'k_2', 'constructor') }),
  );

  it('change sets that are merged change what they change one after another', () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(8), (changes, known) => {
        const state = new EntityState(ROOT, schema);
        let before = contentOf(state);
        let log = new ChangeLog();
        changes.forEach((one, i) => {
          const made =
            'fields' in one
              ? state.update({
                  entityName: 'Contact',
                  updates: { Contact: object([[one.id, one.fields]]) },
                  strategy: one.strategy,
                })
              : state.delete({ entityName: 'Contact', deletions: { Contact: [one.id] } });
          // Whoever hears of the changes may have known some entities before.
          if (i < known) before = contentOf(state);
          else log.add(made);
          // Now and then, they wait through a continue-as-new.
          if (i % 3 === 0) log = new ChangeLog(JSON.parse(JSON.stringify(log.changes)) as ChangeSet);
        });
        expectSame(applied(log.changes, before), contentOf(state), 'all at once');
      }),
      settings(3_000),
    );
  });

  it('a view that travelled knows what it knew', () => {
    const given = fc.record({
      id: fc.constantFrom('k_1', 'k_2', '__proto__'),
      fields,
      local: fields,
      at: fc.nat(2),
    });
    fc.assert(
      fc.property(fc.array(given, { maxLength: 6 }), (all) => {
        const view = new SourceView();
        const held = new Map<string, Record<string, Json>>();
        for (const { id, fields, local, at } of all) {
          view.give('Contact', id, Object.keys(fields), at);
          view.keepBase('Contact', id, fields, local);
          held.set(id, local);
        }
        const back = SourceView.from(
          JSON.parse(JSON.stringify(view.carry())) as ReturnType<SourceView['carry']>,
        );
        expect(ordered(back.carry())).toBe(ordered(view.carry()));
        for (const [id, local] of held)
          expect(ordered(back.fields('Contact', id, local))).toBe(ordered(view.fields('Contact', id, local)));
      }),
      settings(1_000),
    );
  });
});
