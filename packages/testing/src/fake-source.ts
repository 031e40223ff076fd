import type { Duration, EntityRef, FaultKind, LoadContext, Page } from '@stateful-workflow/core';
import { milliseconds } from '@stateful-workflow/core/internal';
import { Gate } from './gate';

/** What a fake source holds: the one record of the root entity, or the records of a list. */
export type Records = object | readonly object[];

/** One load of a fake source: what it was asked for. */
export interface FakeLoad {
  /** The entity whose workflow asked. */
  readonly entity: EntityRef;
  /** What the class says to the adapter's builder: `{ path: '/customers/{id}' }`. */
  readonly query: unknown;
  /** The base address, where the workflow or the source has one. */
  readonly apiUrl?: string;
}

/** How a fake source fails. */
export interface FakeFault {
  /** What is said of it. @default a sentence that names the kind */
  readonly message?: string;
  /** How long the source asks to be left alone. @default it does not say */
  readonly retryAfter?: Duration;
  /** How many attempts fail. @default all, until {@link FakeSource.recover} */
  readonly times?: number;
}

/** Answers that are held. */
export interface HeldAnswer {
  /** Resolves when a load waits for its answer. */
  readonly reached: Promise<void>;
  /** Lets the answer go, and waits until what comes of it is done. */
  release(): Promise<void>;
}

/** @internal The test that a source is used in. */
export interface FakeSourceHost {
  /** Waits until what is under way is done. */
  rest(): Promise<void>;
}

/**
 * A fake source, as a test hands it over.
 *
 * @typeParam T what it holds
 */
export interface Fake<T = unknown> {
  /** Every load so far, failed ones and those of a watch included. */
  readonly loads: readonly FakeLoad[];
  /** What it holds, for the compiler to infer; there is no such value. */
  readonly '~records'?: T;
}

/** The error that a fake source throws when it is told to fail. */
export class FakeFaultError extends Error {
  constructor(
    readonly kind: FaultKind,
    message = `The test had the source fail: ${kind}.`,
    readonly retryAfterMs?: number,
  ) {
    super(message);
    this.name = 'FakeFaultError';
  }
}

/**
 * A source in memory that a test steers: what it holds, how it fails, and when it answers. Stands in for whatever adapter
 * the class names.
 *
 * @typeParam T what it holds: a record, or a list of them
 */
export class FakeSource<T extends Records = Records> implements Fake<T> {
  declare readonly '~records'?: T;
  readonly loads: FakeLoad[] = [];
  #records: (entity: EntityRef) => T;
  #fault: { readonly error: FakeFaultError; times: number } | undefined;
  readonly #gates: Gate[] = [];
  #held = 0;
  #host?: FakeSourceHost;

  /** @internal */
  constructor(given: T | ((entity: EntityRef) => T)) {
    this.#records = typeof given === 'function' ? (given as (entity: EntityRef) => T) : () => given;
  }

  /**
   * Says what it holds from now on. A workflow hears of that as of any source: by its next load.
   *
   * @param next the records, or a function of those before and of the entity whose workflow asks
   */
  set(next: T | ((before: T, entity: EntityRef) => T)): void {
    if (typeof next !== 'function') {
      this.#records = () => next;
      return;
    }
    const before = this.#records;
    const change = next as (before: T, entity: EntityRef) => T;
    const changed = new Map<string, T>();
    this.#records = (entity) => {
      const key = JSON.stringify([entity.name, entity.id]);
      const held = changed.get(key) ?? change(before(entity), entity);
      changed.set(key, held);
      return held;
    };
  }

  /**
   * Has loads fail.
   *
   * @param kind what the adapter would make of it: `unauthorized` (401, 403), `throttled` (429), `gone` (404), `transient`
   *   (the source cannot be reached), `invalid` (the request or the data is wrong), `fatal`
   */
  fail(kind: FaultKind, { message, retryAfter, times = Infinity }: FakeFault = {}): void {
    const retryAfterMs = retryAfter === undefined ? undefined : milliseconds('retryAfter', retryAfter);
    this.#fault = { error: new FakeFaultError(kind, message, retryAfterMs), times };
  }

  /** Ends {@link fail}. */
  recover(): void {
    this.#fault = undefined;
  }

  /** Holds the answer of the next load that nothing holds yet, until it is released: what was there when it was asked. */
  hold(): HeldAnswer {
    const gate = new Gate();
    this.#gates.push(gate);
    return {
      reached: gate.reached,
      release: async () => {
        gate.release();
        await this.#host?.rest();
      },
    };
  }

  /** @internal Whether an answer is held. */
  get isHolding(): boolean {
    return this.#held > 0;
  }

  /** @internal One load, as the adapter makes it. */
  async *load(
    query: unknown,
    { entity, apiUrl, signal }: LoadContext,
    host?: FakeSourceHost,
  ): AsyncGenerator<Page> {
    this.#host = host;
    this.loads.push({ entity, query, ...(apiUrl !== undefined && { apiUrl }) });
    const records = this.#records(entity);
    const gate = this.#gates.shift();
    if (gate) {
      this.#held++;
      try {
        await gate.pass(signal);
      } finally {
        this.#held--;
      }
    }
    const fault = this.#fault;
    if (fault && fault.times-- > 0) throw fault.error;
    yield { records: Array.isArray(records) ? records : [records], complete: true };
  }
}

/**
 * Makes a source in memory, to stand in for one of a class: see {@link testWorkflow}.
 *
 * @param given the record of the root entity or, where the source fills a list, its records; or a function that gives
 *   them for the entity whose workflow asks
 * @example
 * const profile = fakeSource({ id: 'c_42', name: 'Ada', plan: 'free' });
 * profile.set((before) => ({ ...before, plan: 'pro' }));
 * profile.fail('unauthorized');
 */
export function fakeSource<T extends Records>(given: T | ((entity: EntityRef) => T)): FakeSource<T> {
  return new FakeSource(given);
}
