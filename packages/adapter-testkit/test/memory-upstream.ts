import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AdapterCapabilities,
  type DataSourceAdapter,
  type LoadContext,
  type Page,
  type FaultKind,
  StatefulWorkflowError,
} from '@stateful-workflow/core';
import type { Failure, Subject, TestRecord, Upstream } from '../src/index';

/** A query of the adapter for memory. */
export interface MemoryQuery {
  readonly table: 'records';
  readonly changes?: true;
  readonly numbers?: true;
  readonly unpaged?: true;
}

/** Where a load got to, or the time of the last change that is known. */
export type MemoryCursor = number;

/** The one thing that an adapter does wrong. */
export type Flaw =
  | 'announces what it lacks'
  | 'asks for a credential'
  | 'asks for no credential'
  | 'asks for something else when it goes on'
  | 'believes that a page is all'
  | 'calls a broken sweep complete'
  | 'calls everything transient'
  | 'forgets late arrivals'
  | 'forgets removals'
  | 'forgets changes before the wait'
  | 'forgets ties'
  | 'hears no change'
  | 'hides that its list moves'
  | 'hears no signal'
  | 'hears no signal while it waits'
  | 'hints without a reason'
  | 'holds everything in memory'
  | 'is led into the future'
  | 'keeps the first credential'
  | 'leaves a timer'
  | 'loses the last page'
  | 'never says unchanged'
  | 'reads on by position'
  | 'resumes too far on'
  | 'rounds numbers'
  | 'says the token'
  | 'takes a short page for the last'
  | 'takes any query'
  | 'tells of validators without the capability';

const PAGE_SIZE = 5;
const LATENESS = 3;
/** No record has changed after it. */
const NOW = 1_000_000;

class MemoryError extends Error {
  constructor(
    readonly kind: FaultKind,
    message: string,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

const FAILURES: { readonly [name: string]: Failure } = {
  'breaks off': { kind: 'transient', midPage: true },
  'is busy': { kind: 'throttled', retryAfterMs: 5_000 },
  'knows nobody': { kind: 'unauthorized' },
  'does not understand': { kind: 'invalid' },
  'has it no more': { kind: 'gone' },
  'is broken': { kind: 'fatal' },
};

/** What an adapter keeps from load to load. */
interface Kept {
  /** The token of each connection, by identity: nobody gets a connection that another's token opened. */
  readonly connections: Map<string, string>;
  /** The version of the source that the last load saw. */
  seen: number;
}

interface Row extends TestRecord {
  readonly at: number;
}

/** A source in memory and its adapter: right in all, or wrong in one thing, to try the suite on. */
export function memorySubject(
  flaw?: Flaw,
  lacks: Pick<AdapterCapabilities, 'credentials' | 'pages'> = {},
): Subject<MemoryQuery, MemoryCursor> {
  const capabilities: AdapterCapabilities = {
    incremental: true,
    validators: flaw !== 'tells of validators without the capability',
    deletes: 'explicit',
    watch: true,
    ...lacks,
  };
  return { name: 'memory', capabilities, start: async () => new MemoryUpstream(capabilities, flaw) };
}

class MemoryUpstream implements Upstream<MemoryQuery, MemoryCursor> {
  readonly query: MemoryQuery = { table: 'records' };
  readonly unpagedQuery: MemoryQuery | undefined = { table: 'records', unpaged: true };
  readonly conditionalQuery: MemoryQuery = { table: 'records' };
  readonly incremental = {
    query: { table: 'records', changes: true } as const,
    lateness: LATENESS,
    ahead: 2 * NOW,
  };
  readonly numbers = {
    query: { table: 'records', numbers: true } as const,
    put: async (numbers: readonly string[]): Promise<void> => void (this.#numbers = numbers),
  };
  readonly invalidQueries = [[{ tabel: 'records' }, 'table']] as const;
  readonly failures: { readonly [name: string]: Failure };
  readonly withoutFault: Upstream['withoutFault'];
  readonly origins: readonly string[] | undefined;
  readonly pageSize: number | undefined;
  readonly #capabilities: AdapterCapabilities;
  readonly #flaw: Flaw | undefined;
  readonly #arrivals = new EventEmitter();
  readonly #changes = new EventEmitter();
  readonly #rows = new Map<string, Row>();
  readonly #gone = new Set<string>();
  #numbers: readonly string[] = [];
  #accepted = 'memory-token-0';
  #requests = 0;
  #version = 0;
  #cap: number;
  #trouble: { readonly meet: (signal: AbortSignal) => Promise<void>; left: number } | undefined;

  constructor(capabilities: AdapterCapabilities, flaw: Flaw | undefined) {
    this.#capabilities = capabilities;
    this.#flaw = flaw;
    this.#cap = this.#most;
    if (capabilities.credentials === false) {
      const kept = Object.entries(FAILURES).filter(([, { kind }]) => kind !== 'unauthorized');
      this.failures = Object.fromEntries(kept);
      this.withoutFault = { unauthorized: 'Anybody may read it.' };
      this.token = this.revoke = undefined;
    } else {
      this.failures = FAILURES;
      this.origins = ['memory://here'];
    }
    if (capabilities.pages !== false) this.pageSize = PAGE_SIZE;
    else this.unpagedQuery = undefined;
  }

  get #most(): number {
    return this.#capabilities.pages === false ? Infinity : PAGE_SIZE;
  }

  adapter({ timeoutMs = 30_000 }: { timeoutMs?: number }): DataSourceAdapter<MemoryQuery, MemoryCursor> {
    const flaw = this.#flaw;
    const kept: Kept = { connections: new Map(), seen: 0 };
    return {
      name: 'memory',
      contractVersion: 1,
      capabilities: this.#capabilities,
      querySchema: {
        '~standard': {
          version: 1,
          vendor: 'memory',
          validate: (value) =>
            flaw === 'takes any query' || (value as MemoryQuery | undefined)?.table === 'records'
              ? { value: value as MemoryQuery }
              : { issues: [{ message: 'must be "records"', path: ['table'] }] },
        },
      },
      load: (query, context) => this.#load(query, context, timeoutMs, kept),
      ...(flaw !== 'announces what it lacks' && {
        waitForHint: (_, context) => this.#wait(context, timeoutMs, kept),
      }),
      classify: (error) => {
        if (flaw === 'calls everything transient') return { kind: 'transient', message: 'Something.' };
        if (error instanceof MemoryError) {
          const { kind, message, retryAfterMs } = error;
          return { kind, message, retryAfterMs };
        }
        const isCredential = error instanceof StatefulWorkflowError && error.code.startsWith('CREDENTIAL');
        return { kind: isCredential ? 'unauthorized' : 'fatal', message: 'It failed.' };
      },
    };
  }

  async *#load(
    query: MemoryQuery,
    context: LoadContext<MemoryCursor>,
    timeoutMs: number,
    kept: Kept,
  ): AsyncGenerator<Page<MemoryCursor>> {
    const flaw = this.#flaw;
    const { checkpoint, signal } = context;
    signal.throwIfAborted();
    const token = flaw === 'asks for no credential' ? this.#accepted : await this.#connect(context, kept);
    kept.seen = this.#version;
    const etag = `"${this.#version}"`;
    const since = query.changes ? checkpoint?.cursor : undefined;
    const lag = flaw === 'forgets late arrivals' ? 0 : LATENESS;
    const from = since === undefined ? -Infinity : since - lag;
    const isNew = ({ at }: Row): boolean => (flaw === 'forgets ties' ? at > from + lag : at >= from);
    const resumed = context.resumeFrom ?? 0;
    const isOther = flaw === 'asks for something else when it goes on' && resumed > 0 && since !== undefined;
    const held: unknown[] = [];
    let last: string | undefined;
    if (flaw === 'leaves a timer') setTimeout(() => {}, 30_000);
    for (let start = resumed === 0 ? 0 : flaw === 'resumes too far on' ? resumed + PAGE_SIZE : resumed; ;) {
      if (flaw === 'hears no signal') await this.#request(token, new AbortController().signal, timeoutMs);
      else await this.#request(token, signal, timeoutMs);
      if (!query.changes && checkpoint?.validators?.etag === etag && flaw !== 'never says unchanged') {
        yield { records: [], unchanged: true, validators: { etag }, complete: false };
        return;
      }
      if (query.numbers) {
        const numbers = this.#numbers.map((digits) => (flaw === 'rounds numbers' ? Number(digits) : digits));
        yield { records: numbers.map((number, id) => ({ id, number })), complete: true };
        return;
      }
      const rows = [...this.#rows.values()]
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .filter(isOther ? ({ at }) => at > from + resumed : isNew);
      const isFirst = start === 0;
      if (query.unpaged && rows.length > this.#cap && flaw !== 'believes that a page is all')
        throw new MemoryError('invalid', 'There are more records than one page holds.');
      // What changed is read on after the last record, which nothing that comes or goes moves.
      const after = rows.findIndex(({ id }) => last !== undefined && id > last);
      const position = last === undefined || !query.changes ? start : after < 0 ? rows.length : after;
      const page = rows.slice(position, position + this.#cap);
      if (flaw !== 'reads on by position') last = page.at(-1)?.id;
      // As over a wire: what is given is not what the source holds.
      const records = page.map(({ id, name }) => ({ id, name: Buffer.from(name).toString() }));
      if (flaw === 'holds everything in memory') held.push(records);
      start = position + page.length;
      const isLast =
        query.unpaged === true ||
        start >= rows.length ||
        (flaw === 'takes a short page for the last' && page.length < PAGE_SIZE);
      if (isLast && flaw === 'loses the last page' && !isFirst) records.pop();
      context.heartbeat(start);
      const past = rows.filter(({ at }) => at <= NOW || flaw === 'is led into the future');
      const newest = past.reduce((max, { at }) => Math.max(max, at), since ?? 0);
      yield {
        records,
        complete: (isLast || flaw === 'calls a broken sweep complete') && since === undefined,
        ...(isLast &&
          since === undefined &&
          !isFirst &&
          flaw !== 'hides that its list moves' && { drifts: true as const }),
        ...(isLast && !query.changes && { validators: { etag } }),
        ...(isLast &&
          query.changes && {
            cursor: newest,
            ...(flaw !== 'forgets removals' && { removed: this.#removed }),
          }),
      };
      if (flaw !== 'hears no signal') signal.throwIfAborted();
      if (isLast) break;
    }
    held.length = 0;
  }

  /** The token of the connection that a load gets. */
  async #connect(context: LoadContext<MemoryCursor>, { connections }: Kept): Promise<string | undefined> {
    if (this.#capabilities.credentials === false && this.#flaw !== 'asks for a credential') return undefined;
    const credential = await context.credential('memory://here');
    if (credential === undefined) return undefined;
    const key = this.#flaw === 'keeps the first credential' ? 'the one' : credential.identity;
    const token = connections.get(key) ?? credential.secret.reveal();
    connections.set(key, token);
    return token;
  }

  async #wait(context: LoadContext<MemoryCursor>, timeoutMs: number, kept: Kept): Promise<void> {
    const flaw = this.#flaw;
    const signal = flaw === 'hears no signal while it waits' ? new AbortController().signal : context.signal;
    await this.#request(await this.#connect(context, kept), signal, timeoutMs);
    if (flaw === 'hints without a reason') return;
    if (flaw === 'hears no change' || flaw === 'forgets changes before the wait') kept.seen = this.#version;
    if (kept.seen === this.#version) await once(this.#changes, 'change', { signal });
  }

  async #request(token: string | undefined, signal: AbortSignal, timeoutMs: number): Promise<void> {
    this.#requests += 1;
    this.#arrivals.emit('request');
    if (this.#trouble !== undefined && (this.#trouble.left -= 1) < 0) {
      const clock = new AbortController();
      const timer = setTimeout(() => clock.abort(), timeoutMs);
      const abort = (): void => clock.abort();
      signal.addEventListener('abort', abort, { once: true });
      try {
        await this.#trouble.meet(clock.signal);
      } catch (error) {
        signal.throwIfAborted();
        throw clock.signal.aborted ? new MemoryError('transient', 'It took too long.') : error;
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      }
    }
    if (token === this.#accepted || this.#capabilities.credentials === false) return;
    const said = this.#flaw === 'says the token' ? `${token}` : 'The token';
    throw new MemoryError('unauthorized', `${said} is refused.`);
  }

  get #removed(): readonly unknown[] {
    return [...this.#gone].map((id) => ({ id }));
  }

  async put(records: readonly TestRecord[], at: number): Promise<void> {
    for (const record of records) {
      this.#rows.set(record.id, { ...record, at });
      this.#gone.delete(record.id);
    }
    this.#version += 1;
    if (this.#flaw !== 'hears no change') this.#changes.emit('change');
  }
  async patch(id: string, name: string, at: number): Promise<void> {
    await this.put([{ id, name }], at);
  }
  async remove(id: string): Promise<void> {
    this.#rows.delete(id);
    this.#gone.add(id);
    this.#version += 1;
  }
  async fail(failure: string, { after = 0 } = {}): Promise<void> {
    const { kind, retryAfterMs } = FAILURES[failure] as Failure;
    const said = this.#flaw === 'says the token' ? this.#accepted : 'It was told to fail.';
    this.#trouble = { left: after, meet: () => Promise.reject(new MemoryError(kind, said, retryAfterMs)) };
  }
  async delay(ms: number, { after = 0 } = {}): Promise<void> {
    this.#trouble = { left: after, meet: (signal) => sleep(ms, undefined, { signal }) };
  }
  async cap(records: number): Promise<void> {
    this.#cap = records;
  }
  async recover(): Promise<void> {
    this.#trouble = undefined;
    this.#cap = this.#most;
  }
  revoke? = async (): Promise<string> =>
    (this.#accepted = `memory-token-${Number(this.#accepted.slice(13)) + 1}`);
  token? = (): string => this.#accepted;
  requested = async (): Promise<void> => void (await once(this.#arrivals, 'request'));
  requests = (): number => this.#requests;
  async reset(): Promise<void> {
    this.#rows.clear();
    this.#gone.clear();
    this.#cap = this.#most;
    this.#trouble = undefined;
    this.#requests = 0;
  }
  async stop(): Promise<void> {}
}
