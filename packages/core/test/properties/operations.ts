import fc from 'fast-check';
import type { Json } from '../../src/contract/schema';
import { FIELDS, IDS, type Name, RELATIONS, ROOT, type SourceName, SOURCES, type Upstream } from './world';

/** One entity of the few there are. */
interface Entity {
  readonly name: Name;
  readonly id: string;
}

/** What can happen upstream. */
export type UpstreamChange =
  | { readonly do: 'set'; readonly entity: Entity; readonly field: string; readonly value: Json }
  | { readonly do: 'unset'; readonly entity: Entity; readonly field: string }
  | {
      readonly do: 'relate';
      readonly entity: Entity;
      readonly field: string;
      readonly to: string | readonly string[] | null;
    }
  | { readonly do: 'drop'; readonly entity: Entity }
  | { readonly do: 'list'; readonly ids: readonly string[] }
  | { readonly do: 'nest'; readonly nests: boolean };

/** What can happen in a run of the model test. */
export type Operation =
  | { readonly kind: 'upstream'; readonly source: SourceName; readonly change: UpstreamChange }
  | { readonly kind: 'load'; readonly source: SourceName; readonly worker: number }
  | { readonly kind: 'again'; readonly source: SourceName; readonly worker: number }
  | { readonly kind: 'lost'; readonly source: SourceName; readonly worker: number }
  | { readonly kind: 'some'; readonly source: SourceName; readonly worker: number; readonly first: number }
  | { readonly kind: 'broken'; readonly source: SourceName; readonly worker: number; readonly after: number }
  | {
      readonly kind: 'update';
      readonly entity: Entity;
      readonly fields: Readonly<Record<string, Json>>;
      readonly strategy: '$merge' | '$set' | '$replace';
    }
  | { readonly kind: 'delete'; readonly entity: Entity }
  | { readonly kind: 'continue' };

const scalar = fc.constantFrom<Json>('a', 'b', 0, 1, true, null);
const structured = fc.constantFrom<Json>(
  [],
  ['a'],
  ['a', 'b'],
  {},
  { x: 1 },
  { x: { y: [1] } },
  { y: 2, constructor: 'a' },
);
const value: fc.Arbitrary<Json> = fc.oneof(scalar, structured);
const source = fc.constantFrom(...(Object.keys(SOURCES) as SourceName[]));
const entity: fc.Arbitrary<Entity> = fc.constantFrom(
  ...(Object.entries(IDS) as [Name, string[]][]).flatMap(([name, ids]) => ids.map((id) => ({ name, id }))),
);
/** Some are met more often than others: what meets nothing tests nothing. */
const likely: fc.Arbitrary<Entity> = fc.oneof(
  entity,
  fc.constantFrom({ name: 'Customer' as const, id: 'c_1' }, { name: 'Contact' as const, id: 'k_1' }),
);
const field = fc.constantFrom(...FIELDS);
const idsOf = (name: Name): fc.Arbitrary<string[]> => fc.shuffledSubarray([...IDS[name]]);

const relate: fc.Arbitrary<UpstreamChange> = fc
  .constantFrom(...RELATIONS)
  .chain(({ name, field, target, list }) =>
    fc.record({
      do: fc.constant('relate' as const),
      entity: fc.constantFrom(...IDS[name].map((id) => ({ name, id }))),
      field: fc.constant(field),
      to: list ? idsOf(target) : fc.constantFrom(null, ...IDS[target]),
    }),
  );

const upstreamChange: fc.Arbitrary<UpstreamChange> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('set' as const), entity: likely, field, value }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('set' as const),
      entity: likely,
      field: fc.constant('meta'),
      value: structured,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unset' as const), entity, field }) },
  { weight: 4, arbitrary: relate },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), entity }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('list' as const), ids: fc.constant([] as string[]) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('nest' as const), nests: fc.boolean() }) },
);

const upstream: fc.Arbitrary<Operation> = fc.tuple(source, upstreamChange).chain(([from, change]) => {
  const made = (what: UpstreamChange): Operation => ({ kind: 'upstream', source: from, change: what });
  if (change.do !== 'list') return fc.constant(made(change));
  const into: Name = from === 'tickets' ? 'Ticket' : 'Contact';
  return idsOf(into).map((ids) => made({ do: 'list', ids }));
});

const localFields: fc.Arbitrary<Record<string, Json>> = fc.oneof(
  fc.dictionary(field, value, { maxKeys: 2 }),
  structured.map((meta) => ({ meta })),
);
const update: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant('update' as const),
    entity: likely,
    fields: localFields,
    strategy: fc.constantFrom('$merge' as const, '$set' as const, '$replace' as const),
  }),
  fc.constantFrom(...RELATIONS).chain(({ name, field, target, list }) =>
    fc.record({
      kind: fc.constant('update' as const),
      entity: fc.constantFrom(...IDS[name].map((id) => ({ name, id }))),
      fields: (list ? idsOf(target) : fc.constantFrom(null, ...IDS[target])).map((to) => ({ [field]: to })),
      strategy: fc.constantFrom('$merge' as const, '$set' as const),
    }),
  ),
);

const worker = fc.nat(2);
const loading = <K extends 'load' | 'again' | 'lost'>(kind: K): fc.Arbitrary<Operation> =>
  fc.record({ kind: fc.constant(kind), source, worker }) as fc.Arbitrary<Operation>;

/** Upstream changes and loads; with `local`, also what signals do to the state. */
export const operation = (local: boolean): fc.Arbitrary<Operation> =>
  fc.oneof(
    { weight: 12, arbitrary: upstream },
    { weight: 8, arbitrary: loading('load') },
    { weight: 1, arbitrary: loading('again') },
    { weight: 1, arbitrary: loading('lost') },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('broken' as const), source, worker, after: fc.nat(2) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'continue' as const }) },
    ...(local
      ? [
          { weight: 4, arbitrary: update },
          { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), entity }) },
          {
            weight: 1,
            arbitrary: fc.record({ kind: fc.constant('some' as const), source, worker, first: fc.nat(3) }),
          },
        ]
      : []),
  );

/** Makes a change to an upstream. */
export function changeUpstream(upstream: Upstream, change: UpstreamChange): void {
  const isRoot = (name: string, id: string): boolean => name === ROOT.name && id === ROOT.id;
  switch (change.do) {
    case 'set':
      return upstream.set(change.entity.name, change.entity.id, change.field, change.value);
    case 'unset':
      return upstream.unset(change.entity.name, change.entity.id, change.field);
    case 'relate': {
      const { name, id } = change.entity;
      // The list that a source fills is made of its records.
      if (isRoot(name, id) && SOURCES[upstream.source] === change.field) return;
      return upstream.set(name, id, change.field, change.to);
    }
    case 'drop':
      if (!isRoot(change.entity.name, change.entity.id))
        upstream.entities.delete(`${change.entity.name}/${change.entity.id}`);
      return;
    case 'list':
      upstream.list = change.ids;
      return;
    case 'nest':
      upstream.nests = change.nests;
      return;
  }
}
