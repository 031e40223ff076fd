import type { Checkpoint, DataSourceAdapter, Fault, FaultKind, LoadContext, Page } from '../../src/index';

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
  readonly key: string;
  readonly apiUrl: string | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly attempt: number;
}

/**
 * A source in memory that a test steers: what it holds, how it fails, and when it answers. Everything a test
 * waits for is an event; nothing sleeps.
 */
export class ScriptedSource {
  records: readonly unknown[] = [];
  /** Thrown by the next loads, one each. */
  readonly faults: Error[] = [];
  /** Called in each load before it answers. */
  onLoad: (ctx: LoadContext) => Promise<void> | void = () => {};
  /** Overrides the one complete page. */
  pages?: (ctx: LoadContext) => Iterable<Page>;
  readonly looks: Look[] = [];
}

export interface ScriptedQuery {
  readonly key: string;
}

/** An adapter over sources in memory, by the key that a query names. */
export function scriptedAdapter(
  sources: Record<string, ScriptedSource>,
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
          const key = (value as ScriptedQuery | undefined)?.key;
          return typeof key === 'string' && key in sources
            ? { value: { key } }
            : { issues: [{ message: `no source of that key`, path: ['key'] }] };
        },
      },
    },
    async *load({ key }, ctx) {
      const source = sources[key] as ScriptedSource;
      const look = { key, apiUrl: ctx.apiUrl, checkpoint: ctx.checkpoint, attempt: source.looks.length + 1 };
      source.looks.push(look);
      await source.onLoad(ctx);
      ctx.signal.throwIfAborted();
      const fault = source.faults.shift();
      if (fault !== undefined) throw fault;
      if (source.pages !== undefined) yield* source.pages(ctx);
      else yield { records: source.records, complete: true };
    },
    classify(error): Fault {
      if (error instanceof ScriptedFault)
        return { kind: error.kind, message: error.message, retryAfterMs: error.retryAfterMs };
      return { kind: 'fatal', message: error instanceof Error ? error.message : String(error) };
    },
  };
}
