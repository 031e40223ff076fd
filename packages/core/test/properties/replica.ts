import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { expect } from 'vitest';
import type { DataSourceAdapter, Page } from '../../src/index';
import type { LoadRequest, LoadResult, PartResult, WholeResult } from '../../src/contract/load';
import { type Fields, reachableSchema } from '../../src/contract/schema';
import type { ChangeSet } from '../../src/contract/wire';
import { memorySnapshots, registryActivities, createRegistry, type SnapshotStore } from '../../src/worker';
import type { LoadActivity } from '../../src/worker/load-activity';
import { isEmpty } from '../../src/state/change-set';
import { own } from '../../src/state/json';
import { EntityState } from '../../src/state/entity-state';
import { type Content, type FieldMap, ordered, same } from './model';
import { ROOT, schema, type SourceName, SOURCES, type Upstream } from './world';

/** How an upstream answers one load. */
export interface Answer {
  readonly upstream: Upstream;
  /** Only that many records, and no proof that they are all. */
  readonly first?: number;
  /** Breaks off after that many records. */
  readonly breaksAfter?: number;
}

class Broken extends Error {}

/** A store that holds nothing: every load that brings something brings everything. */
const forgetful: SnapshotStore = { has: () => false, get: () => undefined, set: () => {} };

/** A worker: the real activities over an upstream, with snapshots of its own. */
export class Worker {
  readonly #environment = new MockActivityEnvironment(undefined, {
    // The loads that break off are meant to; what they say is looked at, and not logged.
    logger: new DefaultLogger('ERROR'),
  });
  readonly #load: LoadActivity;
  #answer?: Answer;

  constructor(snapshots: SnapshotStore, maxResultBytes = 1_000_000) {
    const adapter: DataSourceAdapter = {
      name: 'world',
      contractVersion: 1,
      capabilities: {},
      querySchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
      load: () => this.#pages(),
      classify: (error) => ({
        kind: error instanceof Broken ? 'transient' : 'fatal',
        message: String(error),
      }),
    };
    const activities = registryActivities(createRegistry([adapter]), { snapshots, maxResultBytes });
    this.#load = activities['world.loadData'] as unknown as LoadActivity;
  }

  /** What travels is JSON, there and back. */
  async load(request: LoadRequest, answer: Answer): Promise<LoadResult> {
    this.#answer = answer;
    const result = await this.#environment.run(
      this.#load,
      JSON.parse(JSON.stringify(request)) as LoadRequest,
    );
    return JSON.parse(JSON.stringify(result)) as LoadResult;
  }

  async *#pages(): AsyncIterable<Page> {
    const { upstream, first, breaksAfter } = this.#answer as Answer;
    const records = upstream.records().slice(0, first);
    const half = Math.ceil(records.length / 2);
    yield { records: records.slice(0, breaksAfter ?? half), complete: false };
    if (breaksAfter !== undefined) throw new Broken('broke off');
    yield { records: records.slice(half), complete: first === undefined };
  }
}

/** A fleet: one worker that forgets at once, or three that remember little, one of them in many parts. */
export const fleets = {
  snapshots: (): Worker[] => [new Worker(forgetful)],
  deltas: (): Worker[] => {
    const shared = memorySnapshots({ maxBytes: 8_000 });
    return [new Worker(shared), new Worker(memorySnapshots({ maxBytes: 5_000 }), 400), new Worker(shared)];
  },
};

/** What one workflow does with its loads, as its loader does it, over the real entity state. */
export class Replica {
  state = new EntityState(ROOT, schema);
  /** How many loads brought what. */
  readonly outcomes = { unchanged: 0, delta: 0, snapshot: 0 };
  readonly #workers: readonly Worker[];
  readonly #checkpoints = new Map<SourceName, LoadRequest['checkpoint']>();
  #now = 0;

  constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** Loads a source, without taking in what comes. */
  async look(answer: Answer, worker: number): Promise<WholeResult> {
    const { source } = answer.upstream;
    const into = SOURCES[source];
    const request: LoadRequest = {
      source,
      query: {},
      entity: ROOT,
      schema: reachableSchema(schema, ROOT.name, into),
      ...(into !== undefined && { into }),
      checkpoint: this.#checkpoints.get(source),
    };
    const on = this.#workers[worker % this.#workers.length] as Worker;
    const first = await on.load(request, answer);
    return first.outcome === 'part' ? this.#collect(on, request, answer, first) : first;
  }

  /** Loads a source and takes in what comes. @returns what changed */
  async load(answer: Answer, worker: number): Promise<ChangeSet | undefined> {
    const result = await this.look(answer, worker);
    this.outcomes[result.outcome]++;
    const { source } = answer.upstream;
    const changes = result.outcome === 'unchanged' ? undefined : this.#integrate(source, result);
    if (result.outcome === 'snapshot')
      expect(isEmpty(this.#integrate(source, result)), 'taken in twice').toBe(true);
    if (result.checkpoint !== undefined) this.#checkpoints.set(source, result.checkpoint);
    return changes;
  }

  /** Continues as new: what is carried travels as JSON. */
  continueAsNew(): void {
    const [entities, views] = JSON.parse(
      JSON.stringify([this.state.store.entities, this.state.carryViews()]),
    ) as [EntityState['store']['entities'], ReturnType<EntityState['carryViews']>];
    this.state = new EntityState(ROOT, schema, entities, views);
  }

  /** The state, as the model writes it. */
  get content(): Content {
    return contentOf(this.state);
  }

  /** Runs a change; what it says it changed must be what changed, and nothing else may be touched. */
  async changing(change: () => Promise<ChangeSet | undefined> | ChangeSet): Promise<ChangeSet | undefined> {
    const before = this.content;
    const held = new Map(eachOf(this.state));
    const changes = await change();
    expectSame(applied(changes, before), this.content, 'the change set says what changed');
    const wrong = [...eachOf(this.state)].filter(([key, fields]) => {
      const was = held.get(key);
      const [name = '', id = ''] = key.split('/');
      const touched = changes !== undefined && own(changes.upserts[name], id) !== undefined;
      return was !== undefined && (touched ? same(fields, was) : fields !== was);
    });
    if (wrong.length > 0) expect(wrong, 'touched without a change, or changed in silence').toEqual([]);
    return changes;
  }

  /** Collects a result that travels in parts, as the workflow does. */
  async #collect(
    on: Worker,
    request: LoadRequest,
    answer: Answer,
    { digest, of, text }: PartResult,
  ): Promise<WholeResult> {
    const texts = [text];
    while (texts.length < of) {
      const part = { digest, index: texts.length };
      const next = await on.load({ ...request, part }, answer);
      expect(next, 'the next part').toMatchObject({ outcome: 'part', ...part, of });
      texts.push((next as PartResult).text);
    }
    return JSON.parse(texts.join('')) as WholeResult;
  }

  #integrate(source: SourceName, result: Exclude<WholeResult, { outcome: 'unchanged' }>): ChangeSet {
    const options = { now: ++this.#now, maxDeleteRatio: 1, minDeleteCount: 0 };
    const taken = this.state.integrate(source, result, options);
    if ('refused' in taken) throw new Error('the breaker is open');
    return taken.changes;
  }
}

function* eachOf({ store }: EntityState): Iterable<[string, Fields]> {
  for (const [name, entities] of Object.entries(store.entities))
    for (const [id, fields] of Object.entries(entities)) yield [`${name}/${id}`, fields];
}

const fieldMaps = new WeakMap<Fields, FieldMap>();

/** A state as the model writes it. An entity that did not change is the same map as before. */
export function contentOf(state: EntityState): Content {
  const content: Content = new Map();
  for (const [key, fields] of eachOf(state)) {
    let map = fieldMaps.get(fields);
    if (map === undefined) fieldMaps.set(fields, (map = new Map(Object.entries(fields))));
    content.set(key, map);
  }
  return content;
}

/** A content with a change set made to it. */
export function applied(changes: ChangeSet | undefined, content: Content): Content {
  const after: Content = new Map(content);
  for (const { name, id } of changes?.deletes ?? []) after.delete(`${name}/${id}`);
  for (const [name, entities] of Object.entries(changes?.upserts ?? {})) {
    for (const [id, fields] of Object.entries(entities)) {
      const key = `${name}/${id}`;
      const unset = own(own(changes?.unset, name), id) ?? [];
      const kept = [...(after.get(key) ?? [])].filter(([field]) => !unset.includes(field));
      after.set(key, new Map([...kept, ...Object.entries(fields)]));
    }
  }
  return after;
}

/** Asserts that two contents are equal; shows the lines that differ. */
export function expectSame(found: Content, expected: Content, what: string): void {
  const differs =
    found.size !== expected.size ||
    [...expected].some(([key, fields]) => {
      const one = found.get(key);
      return one === undefined || textOf(one) !== textOf(fields);
    });
  // Comparing text is cheap; what the assertion does is not.
  if (differs) expect(written(found), what).toEqual(written(expected));
}

const texts = new WeakMap<FieldMap, string>();

/** An entity as text. */
function textOf(fields: FieldMap): string {
  let text = texts.get(fields);
  if (text === undefined)
    texts.set(
      fields,
      (text = [...fields]
        .map(([field, value]) => `${field} = ${ordered(value)}`)
        .toSorted()
        .join('\n')),
    );
  return text;
}

/** A content as lines that can be read when they differ. */
function written(content: Content): string[] {
  return [...content]
    .flatMap(([key, fields]) => [key, ...textOf(fields).split('\n')].map((line) => `${key}: ${line}`))
    .toSorted();
}
