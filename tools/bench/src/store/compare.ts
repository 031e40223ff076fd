import { performance } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { defineSchema, EntityStore } from '@stateful-workflow/core';
import type { Measurement } from '../benchmark';
import { tickets, type Ticket } from '../measure/records';
import { median, spread } from '../measure/statistics';
import { type Difference, type MergeStyle, StoreByHand } from './by-hand';

const schema = defineSchema({ Ticket: {} });

/** How many entities are held. */
const held = 10_000;
/** Each store in turn takes in a block of record sets; what went before it is paid for by the first few. */
const blocks = 8;
const settling = 2;
const counted = 5;
/** Blocks that are not counted: the code gets compiled in them. */
const warmUp = 2;

/** The work of one comparison. */
export interface StoreWork {
  /** A way to merge by hand that is timed for information: it does less, so it does not count. */
  readonly alsoShown?: MergeStyle;
  /** How often a store takes records in within one measured time, so that a clock can see it. */
  readonly repeat: number;
  /**
   * Makes a function that gives the records to take in, one set after the other. It is called outside of the
   * time that is measured.
   *
   * @param base what is held in the beginning
   */
  recordSets(base: readonly Ticket[]): (change: number) => readonly object[];
}

interface Contender {
  readonly name: string;
  readonly takeIn: (records: readonly object[]) => Difference;
  readonly state: () => unknown;
  readonly times: number[];
}

/**
 * Times the store against the same work by hand, in turn, and sees to it that both find the same changes and
 * end with the same state. Each entity held has a field that the records do not give, as it has when two
 * sources give it, or a source and a signal: a merge has to keep it.
 */
export function compareStores(work: StoreWork, progress: (line: string) => void): Measurement {
  const base = tickets(held);
  const ours = stateful();
  const theirs = byHand('by-entity');
  const shown = work.alsoShown === undefined ? [] : [byHand(work.alsoShown)];
  const all = [ours, theirs, ...shown];
  for (const { takeIn } of all) takeIn(base.map((ticket) => ({ ...ticket, note: `of ${ticket.id}` })));

  const recordSets = work.recordSets(base);
  let change = 0;
  for (let block = 0; block < warmUp + blocks; block++) {
    progress(block < warmUp ? 'warming up' : `block ${block - warmUp + 1} of ${blocks}`);
    const sets = Array.from({ length: settling + counted }, () =>
      Array.from({ length: work.repeat }, () => recordSets(change++)),
    );
    const first = block % all.length;
    const changes = new Map<Contender, Difference[]>();
    for (const contender of [...all.slice(first), ...all.slice(0, first)])
      changes.set(contender, takeInBlock(contender, sets, block >= warmUp));
    assertSame('changes', changes.get(ours), changes.get(theirs));
  }
  assertSame('state', ours.state(), theirs.state());

  const forInformation = shown.map(({ name, times }) => `; ${name} ${spread(times)}, does not count`);
  return {
    value: median(theirs.times) / median(ours.times),
    detail: `${ours.name} ${spread(ours.times)}; ${theirs.name} ${spread(theirs.times)}${forInformation.join('')}; ${blocks * counted} times each, in turn, same changes and same state asserted`,
  };
}

function stateful(): Contender {
  const store = new EntityStore(schema);
  return {
    name: 'EntityStore.upsert',
    takeIn: (records) => store.upsert('Ticket', records).upserts,
    state: () => store.entities,
    times: [],
  };
}

function byHand(style: MergeStyle): Contender {
  const store = new StoreByHand(style);
  return {
    name:
      style === 'by-entity'
        ? 'normalizr + immutability-helper + deep-object-diff'
        : 'the same without merging fields (held entities are replaced, which loses fields of other sources)',
    takeIn: (records) => store.upsert(records),
    state: () => store.state,
    times: [],
  };
}

/** @returns what changed, for each of the record sets */
function takeInBlock(
  { takeIn, times }: Contender,
  block: readonly (readonly (readonly object[])[])[],
  counts: boolean,
): Difference[] {
  const changes: Difference[] = [];
  for (const [i, sets] of block.entries()) {
    const started = performance.now();
    for (const records of sets) changes.push(takeIn(records));
    if (counts && i >= settling) times.push((performance.now() - started) / sets.length);
  }
  return changes;
}

/** New objects, as a reload parses them from a response: none is identical with one that is held. */
export function parsed<T>(records: T): T {
  return JSON.parse(JSON.stringify(records)) as T;
}

/** Compares without prototypes, which differ and do not matter. */
function assertSame(what: string, ours: unknown, theirs: unknown): void {
  if (!isDeepStrictEqual(parsed(ours), parsed(theirs)))
    throw new Error(`The ${what} of the two stores differ, so their times say nothing.`);
}
