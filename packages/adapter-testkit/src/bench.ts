import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { AdapterCapabilities, DataSourceAdapter, Fault } from '@stateful-workflow/core';
import { type Attempt, type AttemptOptions, runAttempt } from './attempt';
import { ARRIVAL_MS, comes } from './arrival';
import { checkRules } from './rules';
import type { AdapterSettings, Subject, TestRecord, Upstream } from './subject';

/** What every test has at hand: the upstream, an adapter, and loads whose rules are checked. */
export class Bench<Query, Cursor> {
  readonly #subject: Subject<Query, Cursor>;
  #upstream: Upstream<Query, Cursor> | undefined;
  #adapters: DataSourceAdapter<Query, Cursor>[] = [];

  constructor(subject: Subject<Query, Cursor>) {
    this.#subject = subject;
  }

  get upstream(): Upstream<Query, Cursor> {
    assert.ok(this.#upstream, 'the upstream did not start');
    return this.#upstream;
  }

  /** What the subject's adapter says that it can do. */
  get capabilities(): AdapterCapabilities {
    return this.#subject.capabilities;
  }

  /** How many records a page has, or a load that tries much at once. */
  get pageSize(): number {
    return this.upstream.pageSize ?? 10;
  }

  /** The token that the upstream accepts, of a source that has any. */
  get token(): string | undefined {
    return this.upstream.token?.();
  }

  /** Starts the upstream. */
  async start(): Promise<void> {
    this.#upstream = await this.#subject.start();
  }

  /** Resolves when so many requests have come in since the upstream was reset. @throws AssertionError when they do not */
  async requested(count = 1): Promise<void> {
    const { upstream } = this;
    const arrived = await comes(async () => {
      while (upstream.requests() < count) {
        await upstream.requested();
        // A driver whose `requested` resolves at once leaves time to others, too.
        await new Promise((resolve) => setImmediate(resolve));
      }
    });
    assert.ok(
      arrived,
      `the driver's requests() is ${upstream.requests()} after ${ARRIVAL_MS} ms in which the adapter had ${count} to make`,
    );
  }

  async stop(): Promise<void> {
    await this.#upstream?.stop();
  }

  /** Closes the adapters of the test. */
  async closeAdapters(): Promise<void> {
    for (const adapter of this.#adapters.splice(0)) await adapter.close?.();
  }

  /** An adapter that is closed after the test. */
  adapter(settings: AdapterSettings = {}): DataSourceAdapter<Query, Cursor> {
    const adapter = this.upstream.adapter(settings);
    this.#adapters.push(adapter);
    return adapter;
  }

  /** Puts so many records, `r_000`, `r_001` and so on, all of time `at`. */
  async fill(count: number, at = 1): Promise<readonly TestRecord[]> {
    const records = Array.from({ length: count }, (_, n) => ({
      id: `r_${String(n).padStart(3, '0')}`,
      name: `name ${n}`,
    }));
    await this.upstream.put(records, at);
    return records;
  }

  /** Runs one attempt and checks the rules that hold for all. */
  async attempt(
    adapter: DataSourceAdapter<Query, Cursor>,
    query: Query,
    options: AttemptOptions<Cursor> = {},
  ): Promise<Attempt<Cursor>> {
    const { apiUrl } = this.upstream;
    const attempt = await runAttempt((q, context) => adapter.load(q, context), query, {
      ...(this.token !== undefined && { token: this.token }),
      apiUrl,
      ...options,
    });
    checkRules(attempt, this.#subject.capabilities);
    return attempt;
  }

  /** Loads, and expects it to go well. */
  async load(
    adapter: DataSourceAdapter<Query, Cursor>,
    query: Query,
    options: AttemptOptions<Cursor> = {},
  ): Promise<Attempt<Cursor>> {
    const attempt = await this.attempt(adapter, query, options);
    if (attempt.failure !== undefined)
      assert.fail(`the load failed: ${inspect(attempt.failure.error, { depth: 3 })}`);
    return attempt;
  }

  /** Classifies what a load failed with, and checks what holds for every fault: it is for a person, and no secret. */
  faultOf(adapter: DataSourceAdapter<Query, Cursor>, { failure, secrets }: Attempt<Cursor>): Fault {
    assert.ok(failure, 'the load went well');
    const fault = adapter.classify(failure.error);
    assert.equal(typeof fault.message, 'string', 'a fault has a message');
    assert.notEqual(fault.message.trim(), '', 'the message of a fault says something');
    const said = `${fault.message}\n${inspect(failure.error, { depth: 10 })}`;
    for (const secret of [...secrets, this.token])
      assert.ok(secret === undefined || !said.includes(secret), 'an error holds the token');
    return fault;
  }
}

/** The records in the order of their ids, with what is compared of them. */
export function sorted(records: readonly TestRecord[]): readonly TestRecord[] {
  return records.map(({ id, name }) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1));
}
