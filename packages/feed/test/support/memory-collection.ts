import type { DataSourceAdapter, Fault, LoadContext, Page } from '@stateful-workflow/core';
import type { MemoryQuery } from '../workflows/memory';

/** A record of the collection. */
export interface Row {
  readonly [field: string]: unknown;
  readonly id: string;
}

/** Where an incremental load goes on. */
interface MemoryCursor {
  readonly version?: number;
  /** In the middle of a load: how many rows were read. */
  readonly at?: number;
  /** What the load was to have read, when it began. */
  readonly until?: number;
}

class Gone extends Error {}

/** A collection in memory that a test changes, with the adapter that reads it: whole, or what changed. */
export class MemoryCollection {
  /** Rows by id, and the version at which each changed; a row that went is undefined. */
  readonly #rows = new Map<string, { row: Row | undefined; version: number }>();
  #version = 0;
  /** Loads of the whole collection, of what changed, and of single rows. */
  readonly asked = { whole: 0, changes: 0, rows: 0, pages: 0 };
  /** Called before each page of a list is given. */
  onPage: (page: number, ctx: LoadContext) => Promise<void> | void = () => {};
  /** Called before a single row is given. */
  onRow: (id: string) => Promise<void> | void = () => {};
  /** Whether lists say that they are complete. */
  isComplete = true;
  /** Other records that lists hold. */
  strays: readonly unknown[] = [];
  pageSize = 50;

  get rows(): ReadonlyMap<string, Row> {
    const rows = new Map<string, Row>();
    for (const [id, { row }] of this.#rows) if (row) rows.set(id, row);
    return rows;
  }

  set(...rows: readonly Row[]): void {
    for (const row of rows) this.#rows.set(row.id, { row, version: ++this.#version });
  }

  remove(...ids: readonly string[]): void {
    for (const id of ids) this.#rows.set(id, { row: undefined, version: ++this.#version });
  }

  /** Adds as many rows, with ids from a prefix. */
  fill(count: number, prefix = 'c'): string[] {
    const ids = Array.from({ length: count }, (_, i) => `${prefix}_${i}`);
    this.set(...ids.map((id) => ({ id, name: `Customer ${id}`, visits: 0 })));
    return ids;
  }

  /** Those that wait for a hint. */
  readonly waiting = new Set<() => void>();

  /** Says that a look is worth it. */
  hint(): void {
    for (const tell of this.waiting) tell();
    this.waiting.clear();
  }

  adapter(name = 'memory'): DataSourceAdapter<MemoryQuery, MemoryCursor> {
    return {
      name,
      contractVersion: 1,
      capabilities: { incremental: true, deletes: 'explicit', watch: true },
      hasHints: ({ hints }) => hints === true,
      waitForHint: () => new Promise<void>((tell) => this.waiting.add(tell)),
      querySchema: {
        '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as MemoryQuery }) },
      },
      load: (query, ctx) => (query.list ? this.#list(query, ctx) : this.#row(ctx)),
      classify: (error): Fault => ({
        kind: error instanceof Gone ? 'gone' : 'transient',
        message: String(error),
      }),
    };
  }

  async *#row(ctx: LoadContext<MemoryCursor>): AsyncGenerator<Page<MemoryCursor>> {
    this.asked.rows++;
    const { row } = this.#rows.get(ctx.entity.id) ?? {};
    await this.onRow(ctx.entity.id);
    if (!row) throw new Gone(`there is no ${ctx.entity.id}`);
    yield { records: [row], complete: true };
  }

  async *#list(
    { explicit, whole }: MemoryQuery,
    ctx: LoadContext<MemoryCursor>,
  ): AsyncGenerator<Page<MemoryCursor>> {
    const { version: since } = ctx.checkpoint?.cursor ?? {};
    const isWhole = since === undefined || whole === true;
    this.asked[isWhole ? 'whole' : 'changes']++;
    const { at = 0, until = this.#version } = ctx.resumeFrom ?? {};
    const all = [...this.#rows].filter(([, { version }]) => isWhole || version > since);
    const cursor = { version: until };
    for (let from = at; ; from += this.pageSize) {
      this.asked.pages++;
      const page = all.slice(from, from + this.pageSize);
      const isLast = from + this.pageSize >= all.length;
      if (!isLast) ctx.heartbeat({ at: from + this.pageSize, until });
      await this.onPage(from / this.pageSize, ctx);
      ctx.signal.throwIfAborted();
      yield {
        records: [
          ...page.flatMap(([id]) => this.#rows.get(id)?.row ?? []),
          ...(isLast && isWhole ? this.strays : []),
        ],
        ...(explicit && { removed: page.filter(([, { row }]) => !row).map(([id]) => ({ id })) }),
        ...(isLast && { cursor }),
        complete: isLast && isWhole && this.isComplete,
      };
      if (isLast) return;
    }
  }
}
