import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangeSet } from '../../src/contract/wire';
import { Model, normalize, ordered } from './model';
import { changeUpstream, type Operation, operation } from './operations';
import { expectSame, fleets, Replica } from './replica';
import { seed, settings } from './seed';
import { ROOT, type SourceName, SOURCES, Upstream } from './world';

/** Far more than they take; a machine that is busy with other things takes its time. */
const TIMEOUT = 180_000;

/** Counts what the tests of this file did; the last one looks. */
const done = { operations: 0, unchanged: 0, delta: 0, snapshot: 0 };

/** One workflow, three times: as the model has it, always from snapshots, and from deltas wherever possible. */
class Run {
  readonly upstreams = Object.fromEntries(
    Object.keys(SOURCES).map((name) => [name, new Upstream(name as SourceName)]),
  ) as Record<SourceName, Upstream>;
  readonly model = new Model();
  readonly snapshots = new Replica(fleets.snapshots());
  readonly deltas = new Replica(fleets.deltas());
  readonly loaded = new Set<SourceName>();

  async step(operation: Operation): Promise<void> {
    done.operations++;
    switch (operation.kind) {
      case 'upstream':
        return changeUpstream(this.upstreams[operation.source], operation.change);
      case 'again':
        await this.load(operation.source, operation.worker);
        return this.load(operation.source, operation.worker + 1, true);
      case 'load':
        return this.load(operation.source, operation.worker);
      case 'lost':
        // The worker loaded, and nobody heard of it.
        await this.deltas.look({ upstream: this.upstreams[operation.source] }, operation.worker);
        return;
      case 'some': {
        const upstream = this.upstreams[operation.source];
        // The root is one record, and given whole or not at all.
        if (upstream.source === 'profile') return;
        const answer = { upstream, first: operation.first };
        this.model.loadSome(
          upstream.source,
          normalize(upstream.source, upstream.records().slice(0, operation.first)),
        );
        return this.both((replica) => replica.load(answer, operation.worker));
      }
      case 'broken': {
        const answer = { upstream: this.upstreams[operation.source], breaksAfter: operation.after };
        const broken = expect(this.deltas.look(answer, operation.worker)).rejects;
        await broken.toMatchObject({ type: 'fault.transient', nonRetryable: false });
        return;
      }
      case 'update': {
        const { entity, fields, strategy } = operation;
        this.model.update(`${entity.name}/${entity.id}`, fields, strategy);
        const updates = { [entity.name]: { [entity.id]: fields } };
        return this.both((replica) => replica.state.update({ entityName: entity.name, updates, strategy }));
      }
      case 'delete': {
        const { name, id } = operation.entity;
        if (name === ROOT.name && id === ROOT.id) return;
        this.model.remove(`${name}/${id}`);
        return this.both((replica) =>
          replica.state.delete({ entityName: name, deletions: { [name]: [id] } }),
        );
      }
      case 'continue':
        this.deltas.continueAsNew();
        return;
    }
  }

  async load(source: SourceName, worker: number, again = false): Promise<void> {
    const upstream = this.upstreams[source];
    this.loaded.add(source);
    this.model.load(source, normalize(source, upstream.records()));
    await this.both(async (replica) => {
      const changes = await replica.load({ upstream }, worker);
      if (again) expect(changes, 'the same load again').toBeUndefined();
      return changes;
    });
  }

  /** Does the same to both replicas; they must come to the same, and say the same of it. */
  async both(change: (replica: Replica) => Promise<ChangeSet | undefined> | ChangeSet): Promise<void> {
    const said = [
      await this.snapshots.changing(() => change(this.snapshots)),
      await this.deltas.changing(() => change(this.deltas)),
    ].map((changes) => ({
      ...changes,
      deletes: changes?.deletes.map(({ name, id }) => `${name}/${id}`).toSorted() ?? [],
      unset: Object.entries(changes?.unset ?? {})
        .flatMap(([name, table]) =>
          Object.entries(table).map(([id, gone]) => `${name}/${id} ${gone.toSorted().join()}`),
        )
        .toSorted(),
    }));
    if (ordered(said[0]) !== ordered(said[1])) expect(said[1]).toEqual(said[0]);
    this.check();
  }

  check(): void {
    expectSame(this.snapshots.content, this.model.state, 'from snapshots');
    expectSame(this.deltas.content, this.model.state, 'from deltas');
    const [one, other] = [this.snapshots, this.deltas].map(({ state }) =>
      [...this.model.state.keys()].map((key) => {
        const [name = '', id = ''] = key.split('/');
        return `${key} ${state
          .provenance(name, id)
          .map(({ source }) => source)
          .toSorted()
          .join()}`;
      }),
    );
    if (String(one) !== String(other)) expect(other, 'who gave what').toEqual(one);
  }

  end(): void {
    for (const { outcomes } of [this.snapshots, this.deltas]) {
      done.unchanged += outcomes.unchanged;
      done.delta += outcomes.delta;
      done.snapshot += outcomes.snapshot;
    }
  }
}

async function runs(operations: readonly Operation[]): Promise<Run> {
  const run = new Run();
  for (const operation of operations) await run.step(operation);
  run.end();
  return run;
}

const sequence = (local: boolean): fc.Arbitrary<Operation[]> =>
  fc.array(operation(local), { minLength: 1, maxLength: 120, size: 'max' });

describe(`state and sources, at random (FC_SEED=${seed})`, () => {
  it(
    'the state is what the model says, from snapshots as from deltas, whatever is done to it',
    async () => {
      await fc.assert(
        fc.asyncProperty(sequence(true), async (operations) => void (await runs(operations))),
        settings(320),
      );
    },
    TIMEOUT,
  );

  it(
    'without local changes, the state is what the sources hold',
    async () => {
      await fc.assert(
        fc.asyncProperty(sequence(false), async (operations) => {
          const run = await runs(operations);
          // After one more load of each, whatever was lost on the way.
          for (const source of run.loaded) await run.load(source, 0);
          const held = [...run.loaded].map((source) => normalize(source, run.upstreams[source].records()));
          const keys = new Set(held.flatMap((content) => [...content.keys()]));
          const root = `${ROOT.name}/${ROOT.id}`;
          expect([...run.deltas.content.keys()].filter((key) => key !== root).toSorted()).toEqual(
            [...keys].filter((key) => key !== root).toSorted(),
          );
          for (const [key, fields] of run.deltas.content) {
            const given = held.flatMap((content) => content.get(key) ?? []);
            for (const [field, value] of fields)
              expect(given.map((entity) => entity.get(field))).toContainEqual(value);
            for (const field of given.flatMap((entity) => [...entity.keys()]))
              expect(fields.has(field)).toBe(true);
          }
        }),
        settings(120),
      );
    },
    TIMEOUT,
  );

  it('of two others that give a field, the one that gave anything first gives it, and nothing is no gift', async () => {
    const contact = { name: 'Contact', id: 'k_1' } as const;
    const set = (source: SourceName, value: string): Operation => ({
      kind: 'upstream',
      source,
      change: { do: 'set', entity: contact, field: 'plan', value },
    });
    const load = (source: SourceName): Operation => ({ kind: 'load', source, worker: 0 });
    await runs([
      { kind: 'some', source: 'contacts', worker: 0, first: 0 },
      load('tickets'),
      set('contacts', 'a'),
      load('contacts'),
      set('profile', 'b'),
      {
        kind: 'upstream',
        source: 'profile',
        change: { do: 'relate', entity: ROOT, field: 'boss', to: contact.id },
      },
      load('profile'),
      { kind: 'upstream', source: 'profile', change: { do: 'unset', entity: contact, field: 'plan' } },
      load('profile'),
    ]);
  });

  it('that was at least 20,000 operations, and loads of every kind', () => {
    expect(done.operations).toBeGreaterThanOrEqual(20_000);
    expect(done.unchanged).toBeGreaterThan(500);
    expect(done.delta).toBeGreaterThan(500);
    expect(done.snapshot).toBeGreaterThan(500);
  });
});
