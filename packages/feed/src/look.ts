import type { Info } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import {
  type DataSourceAdapter,
  InvalidInputError,
  type LoadContext,
  type Page,
} from '@stateful-workflow/core';
import { type AttemptContext, checkQuery, milliseconds } from '@stateful-workflow/core/internal';
import { ServerClock } from './clock';
import { Deliverer, type Fate, undelivered } from './deliverer';
import type { DigestStore } from './digests';
import { type Entry, Records } from './entries';
import { type FeedCursor, type Progress } from './feed-cursor';
import { shownAs } from './feed-record';
import { fleetOf } from './fleet';
import type { MissedOnce } from './missed';
import { Sender } from './sender';
import { SourceContext } from './source-context';
import type { Target } from './target';
import type { FeedOptions } from './workflow/feed-options';

/** The counts are shown to the workflow no more often than that, unless it hears of a look anyhow. Milliseconds. */
const SHOWN_EVERY = 60_000;
/** Up to this many workflows a sweep may tell all that they are gone: a ratio of few says nothing. */
const MIN_DELETE_COUNT = 10;
/** Of more that a sweep missed, each is not asked for. */
const MAX_ASKED = 100;

/** What a look needs of the worker. */
export interface LookParts {
  readonly options: FeedOptions;
  readonly target: Target;
  /** The adapter of the feed's source. */
  readonly adapter: DataSourceAdapter;
  readonly query: unknown;
  readonly context: AttemptContext;
  readonly info: Info;
  readonly client: Client;
  readonly digests: DigestStore;
  readonly missed: MissedOnce;
  /** Where each feed was when this worker last looked, by the feed's workflow. */
  readonly reached: Map<string, FeedCursor>;
}

/** One look of a feed at its collection: what changed is delivered, page by page, and then the cursor moves on. */
export class Look {
  readonly #parts: LookParts;
  readonly #clock: ServerClock;
  readonly #records: Records;
  readonly #sender: Sender;
  readonly #deliverer: Deliverer;
  readonly #before: FeedCursor | undefined;
  readonly #state: Progress;
  readonly #workflow: string;
  readonly #feed: string;
  readonly #startedAt: number;
  /** The running workflows that the collection has not shown yet; absent where that is not to be found out. */
  #unseen?: Set<string>;
  #fleet = 0;
  #hasRefused = false;
  /** Whether the workflow is to hear of this look in any case. */
  #isUrgent = false;

  constructor(parts: LookParts) {
    const { options, target, context, info, client } = parts;
    const { concurrency = 20, perSecond = 200, into } = options;
    this.#parts = parts;
    this.#clock = new ServerClock(info);
    const now = (this.#startedAt = this.#clock.now());
    this.#before = context.checkpoint?.cursor as FeedCursor | undefined;
    this.#workflow = JSON.stringify([info.namespace, info.workflowExecution?.workflowId]);
    const known = newest(context.left as FeedCursor, this.#before, parts.reached.get(this.#workflow));
    const counts = { delivered: 0, gone: 0, absent: 0, refused: 0 };
    this.#state = { ...(known ?? { epoch: now, position: now, shownAt: now, ...counts }) };
    this.#feed = `${this.#workflow}:${this.#state.epoch}`;
    this.#records = new Records(target, into, context);
    this.#sender = new Sender({ concurrency, perSecond, signal: context.signal, log: context.log });
    this.#deliverer = new Deliverer(client, options, target, context, { info, epoch: this.#state.epoch });
  }

  /** @returns what the workflow of the feed hears of it */
  async run(): Promise<Page<FeedCursor>> {
    const { adapter, query, context, options } = this.#parts;
    const state = this.#state;
    const { place } = state;
    const reportEvery = milliseconds('reportEvery', options.reportEvery ?? '20 seconds');
    const isFirst = state.isRead === undefined;
    const isSweep = place === undefined && (isFirst || this.#isSweepDue());
    // A sweep may take long: as a load, which always sends heartbeats, it is missed soon where its worker dies.
    if (isSweep && !isFirst && !this.#isLoad) return this.#page(context.checkpoint?.validators, true);
    if (isSweep) await this.#lookAtFleet();
    const last = context.checkpoint?.validators;
    const checkpoint = isFirst || isSweep ? undefined : { cursor: state.cursor, validators: last };
    const source = new SourceContext(context, checkpoint, place?.resume);
    const checked = await checkQuery(adapter, query);
    let page: Page | undefined;
    let isPartial = false;
    // A page may have been asked for while the one before it was delivered.
    let [earlier, asked] = [this.#startedAt, this.#startedAt];
    for await (page of adapter.load(checked, source)) {
      context.signal.throwIfAborted();
      isPartial ||= (page.partialErrors?.length ?? 0) > 0;
      await this.#take(page, earlier);
      [earlier, asked] = [asked, this.#clock.now()];
      // What a sweep has seen is known here alone: an attempt after this one begins it anew.
      if (source.reached !== undefined && (isFirst || !isSweep)) {
        this.#reach(source.reached, isFirst);
        if (this.#clock.now() - this.#startedAt >= reportEvery) return this.#page(last);
      }
    }
    const isWhole = page?.complete === true && !isPartial && !page.unchanged;
    if (this.#unseen) {
      state.incomplete = isWhole ? this.#doubt : 'The source did not give the whole collection.';
      if (state.incomplete === undefined) await this.#tellGone(page?.drifts === true, checked, source);
      if (state.incomplete !== this.#before?.incomplete) state.isUnshown = true;
      state.sweptAt = this.#startedAt;
    } else if (isSweep && !isFirst) state.sweptAt = this.#startedAt;
    delete state.place;
    if (!isPartial) {
      state.isRead = true;
      if (page?.cursor !== undefined) state.cursor = page.cursor;
    }
    if (options.sweep === undefined) delete state.incomplete;
    return this.#page(isPartial || page?.unchanged ? (page?.validators ?? last) : page?.validators);
  }

  #isSweepDue(): boolean {
    const { sweep } = this.#parts.options;
    if (sweep === undefined) return false;
    const { sweptAt } = this.#state;
    return (
      this.#parts.context.acceptsDeletions ||
      sweptAt === undefined ||
      this.#startedAt - sweptAt >= milliseconds('sweep.every', sweep.every)
    );
  }

  /** Finds out which workflows run before the collection is read: those that start meanwhile are no part of it. */
  async #lookAtFleet(): Promise<void> {
    const { options, client, target, info } = this.#parts;
    const { sweep, gone } = options;
    if (sweep === undefined || gone === 'keep') return;
    const from = info.workflowExecution?.workflowId ?? '';
    this.#unseen = await fleetOf(client, target, from, sweep.removes ?? 'started');
    this.#fleet = this.#unseen.size;
  }

  /** Delivers what is new on a page, and says that it is done. */
  async #take({ records, deletes = [], removed = [] }: Page, asked: number): Promise<void> {
    const { digests, context, target } = this.#parts;
    const entries = new Map<string, Entry>();
    for (const record of records) this.#read(record, (read) => entries.set(read.id, read));
    const gone = new Set(deletes.filter(({ name }) => name === target.entityName).map(({ id }) => id));
    for (const record of removed) this.#readId(record, (id) => gone.add(id));
    for (const id of gone) entries.delete(id);
    for (const id of [...entries.keys(), ...gone]) this.#unseen?.delete(id);
    const ids = [...entries.keys()];
    context.concealment.refuse(JSON.stringify([...ids, ...gone]), 'the ids of records');
    const known = ids.length > 0 ? await digests.get(this.#feed, ids) : new Map<string, string>();
    const news = [...entries.values()].filter(({ id, digest }) => known.get(id) !== digest);
    if (news.length === 0 && gone.size === 0) return;
    const position = this.#position(asked);
    await this.#send(news, async (entry) => this.#count(await this.#deliverer.deliver(entry, position)));
    await digests.set(this.#feed, new Map(news.map(({ id, digest }) => [id, digest])));
    await this.#end(gone, position);
  }

  #read(record: unknown, take: (entry: Entry) => unknown): void {
    this.#passingOver(() => take(this.#records.read(record)));
  }

  #readId(record: unknown, take: (id: string) => unknown): void {
    this.#passingOver(() => take(this.#records.idOf(record)));
  }

  /** One record that nobody can read keeps no other from being delivered. */
  #passingOver(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      this.#hasRefused = true;
      this.#count('refused');
      this.#parts.context.log.warn(`A record is not delivered: ${error.message}`);
    }
  }

  async #end(ids: Iterable<string>, position: number): Promise<void> {
    const { digests, options } = this.#parts;
    const { gone = 'complete' } = options;
    const forgotten = new Map<string, undefined>();
    for (const id of ids) forgotten.set(id, undefined);
    if (forgotten.size === 0) return;
    if (gone !== 'keep')
      await this.#send(forgotten.keys(), async (id) => {
        if ((await this.#deliverer.tellGone(id, gone, position)) === 'delivered') this.#count('gone');
      });
    await digests.set(this.#feed, forgotten);
  }

  async #send<T>(items: Iterable<T>, send: (item: T) => Promise<void>): Promise<void> {
    try {
      await this.#sender.all(items, send);
    } catch (error) {
      throw undelivered(error);
    }
  }

  /** Why a sweep that was read to its end proves nobody gone. */
  get #doubt(): string | undefined {
    if (this.#hasRefused) return 'Records could not be read, and nobody knows whose they are.';
    return undefined;
  }

  /** Tells those that the collection has not shown that they are gone, if it can be believed. */
  async #tellGone(drifts: boolean, query: unknown, source: LoadContext): Promise<void> {
    const { options, context, missed } = this.#parts;
    const state = this.#state;
    const unseen = this.#unseen ?? new Set();
    delete state.refusedSweep;
    const confirmed = drifts ? await this.#confirmed(unseen, query, source) : [...unseen];
    missed.note(this.#feed, unseen);
    const most = context.acceptsDeletions ? 1 : (options.maxDeleteRatio ?? 0.5);
    if (confirmed.length > MIN_DELETE_COUNT && confirmed.length > this.#fleet * most) {
      state.refusedSweep = { deletes: confirmed.length, of: this.#fleet };
      this.#isUrgent = true;
      context.log.warn(
        `The collection no longer has ${confirmed.length} of ${this.#fleet} entities, more than maxDeleteRatio (${most}) allows, so none of them was told. If they are really gone, send refresh with { acceptDeletions: true } to the feed, once.`,
      );
      return;
    }
    await this.#end(confirmed, this.#position(this.#startedAt));
  }

  /** Of those that a list which may have moved did not show: the ones that are gone by themselves, or missing again. */
  async #confirmed(ids: ReadonlySet<string>, query: unknown, source: LoadContext): Promise<string[]> {
    const { adapter, missed, target } = this.#parts;
    const confirmed: string[] = [];
    for (const id of ids) {
      const isThere =
        ids.size <= MAX_ASKED
          ? await adapter.isThere?.(query, { name: target.entityName, id }, source)
          : undefined;
      if (isThere === false || (isThere === undefined && missed.has(this.#feed, id))) confirmed.push(id);
    }
    return confirmed;
  }

  #count(fate: Fate | 'gone'): void {
    this.#state[fate]++;
    this.#state.isUnshown = true;
  }

  /** The position of what was asked for at a time. It grows whatever clocks do. */
  #position(asked: number): number {
    return (this.#state.position = Math.max(this.#state.position + 1, asked));
  }

  /** What the source gave up to there was delivered: an attempt after this one goes on from it. */
  #reach(resume: unknown, isFirst: boolean): void {
    this.#state.place = { resume, ...(isFirst && { isFirst: true as const }) };
    this.#parts.context.heartbeat(this.#reached());
  }

  /** Where the feed is, kept for the next look. */
  #reached(): FeedCursor {
    const cursor = { ...this.#state };
    this.#parts.reached.set(this.#workflow, cursor);
    return cursor;
  }

  /** Whether it is one of the workflow's loads, and not of its watch. */
  get #isLoad(): boolean {
    return this.#parts.info.activityType.endsWith('.loadData');
  }

  /**
   * What the workflow hears: its counts, if it is time for that or it hears of the look anyhow; else that all is quiet.
   *
   * @param isBusy whether it is to look again at once
   */
  #page(validators: Page['validators'], isBusy = this.#state.place !== undefined): Page<FeedCursor> {
    const { context } = this.#parts;
    const state = this.#state;
    const now = this.#clock.now();
    const isDue = state.isUnshown === true && now - state.shownAt >= SHOWN_EVERY;
    const place = { ...(validators && { validators }) };
    const isNews = isBusy || isDue || (this.#isLoad && (state.isUnshown || this.#before?.isBusy));
    if (this.#before !== undefined && !isNews && !this.#isUrgent)
      return { records: [], unchanged: true, complete: false, cursor: this.#reached(), ...place };
    delete state.isUnshown;
    delete state.isBusy;
    if (isBusy) state.isBusy = true;
    state.shownAt = now;
    return {
      records: [shownAs(context.entity.id, state, isBusy)],
      complete: true,
      cursor: this.#reached(),
      ...place,
    };
  }
}

/**
 * The place of a feed that was reached last: by the attempt before this one, or by the look before. A look that found
 * nothing the workflow had to hear of is known to this worker alone, if a signal ended the watch since.
 */
function newest(
  left: FeedCursor | undefined,
  before: FeedCursor | undefined,
  here: FeedCursor | undefined,
): FeedCursor | undefined {
  const known = left ?? before;
  return known && here && here.epoch === known.epoch && here.position > known.position ? here : known;
}
