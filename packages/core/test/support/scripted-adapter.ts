import type { Checkpoint, DataSourceAdapter, Fault, FaultKind, LoadContext, Page } from '../../src/index';
import { Gate } from './gate';

/** A fault that the adapter reports as it is told to. */
export class ScriptedFault extends Error {
  constructor(
    readonly kind: FaultKind,
    message = `scripted ${kind}`,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

/** One look at a source, as a test sees it. */
export interface Look {
  readonly apiUrl: string | undefined;
  readonly checkpoint: Checkpoint | undefined;
  /** The secret that the load was given. */
  readonly token: string | undefined;
}

/**
 * A source in memory that a test steers: what it holds, how it fails, and when it answers. Everything a test
 * waits for is an event; nothing sleeps.
 */
export class ScriptedSource {
  /** Thrown by the next loads, one each. */
  readonly faults: Error[] = [];
  /** Called in each load before it answers. */
  onLoad: (ctx: LoadContext) => Promise<void> | void = () => {};
  /** Overrides the one complete page. */
  pages?: (ctx: LoadContext) => Iterable<Page>;
  readonly looks: Look[] = [];
  readonly #gates: Gate[] = [];

  constructor(public records: readonly unknown[]) {}

  /** Holds the next load that nothing holds yet. */
  hold(): Gate {
    const gate = new Gate();
    this.#gates.push(gate);
    return gate;
  }

  async *load(ctx: LoadContext): AsyncIterable<Page> {
    const { apiUrl, checkpoint } = ctx;
    const origin = apiUrl === undefined ? 'memory://' : new URL(apiUrl).origin;
    const credential = await ctx.credential(origin);
    this.looks.push({ apiUrl, checkpoint, token: credential?.secret.reveal() });
    // What the source held when it was asked is what it answers, however long that takes.
    const { records } = this;
    await this.#gates.shift()?.pass(ctx.signal);
    await this.onLoad(ctx);
    ctx.signal.throwIfAborted();
    const fault = this.faults.shift();
    if (fault !== undefined) throw fault;
    if (this.pages !== undefined) yield* this.pages(ctx);
    else yield { records, complete: true };
  }
}

/** The sources of every entity that loads, made when they are first asked for. */
export class ScriptedSources {
  readonly #sources = new Map<string, ScriptedSource>();

  /** The source of one entity's workflow. */
  of(id: string, key: ScriptedKey): ScriptedSource {
    const name = `${id}/${key}`;
    let source = this.#sources.get(name);
    if (source === undefined) this.#sources.set(name, (source = new ScriptedSource(KEYS[key](id))));
    return source;
  }
}

/** What the sources hold when no test said otherwise. */
const KEYS = {
  profile: (id: string): unknown[] => [{ id, name: 'Ada', plan: 'pro' }],
  contacts: (): unknown[] => [
    { id: 'k_1', name: 'Grace' },
    { id: 'k_2', name: 'Edsger' },
  ],
  tickets: (): unknown[] => [],
  comments: (): unknown[] => [],
  ticket: (id: string): unknown[] => [{ id }],
  orders: (id: string): unknown[] => [{ id, phones: ['1', '2'] }],
};
export type ScriptedKey = keyof typeof KEYS;

export interface ScriptedQuery {
  readonly key: ScriptedKey;
}

/** An adapter over sources in memory. */
export function scriptedAdapter(
  sources: ScriptedSources,
  name = 'scripted',
): DataSourceAdapter<ScriptedQuery> {
  return {
    name,
    contractVersion: 1,
    capabilities: {},
    querySchema: {
      '~standard': {
        version: 1,
        vendor: 'test',
        validate: (value) => {
          const { key } = value as ScriptedQuery;
          return key in KEYS
            ? { value: { key } }
            : { issues: [{ message: 'no source of that key', path: ['key'] }] };
        },
      },
    },
    load: ({ key }, ctx) => sources.of(ctx.entity.id, key).load(ctx),
    classify(error): Fault {
      if (error instanceof ScriptedFault)
        return { kind: error.kind, message: error.message, retryAfterMs: error.retryAfterMs };
      return { kind: 'fatal', message: error instanceof Error ? error.message : String(error) };
    },
  };
}
