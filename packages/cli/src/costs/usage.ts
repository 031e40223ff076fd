import { MEASURED } from './measured';
import type { Fleet, Usage, Way } from './fleet';

const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1_000;
const MONTH_MS = DAYS * DAY_MS;
/** Temporal suggests to continue as new at so many events; a timed look makes so many, and for each source some more. */
const EVENTS_OF_A_RUN = 4_096;
const EVENTS_OF_A_LOOK = 8;
const EVENTS_OF_A_LOAD = 3;
/** A feed reads everything once a day, so many records to a request; its counts are shown once a minute at most. */
const RECORDS_OF_A_PAGE = 100;
const SHOWN_EVERY_MS = 60 * 1_000;
/** The counts and the cursor that a feed holds. */
const BYTES_OF_A_FEED = 500;

/** What a fleet uses in a month of 30 days, by how its workflows learn of changes. */
export const USAGE: Readonly<Record<Way, (fleet: Fleet) => Usage>> = {
  watch: (fleet) => {
    const { entities, every, sources } = fleet;
    const looks = (entities * sources * MONTH_MS) / every;
    const rearmed = times(changesOf(fleet) * sources, MEASURED.armed);
    return sum(
      living(fleet, entities, sources),
      changed(fleet),
      rearmed,
      times(looks, { ...MEASURED.quietLook, requests: 1 }),
    );
  },

  every: (fleet) => {
    const { entities, every, sources } = fleet;
    const looks = (entities * MONTH_MS) / every;
    const { timedLook, timedLoad, run } = MEASURED;
    const events = looks * (EVENTS_OF_A_LOOK + EVENTS_OF_A_LOAD * sources);
    // Runs that are full before their day is over.
    const runs = Math.max(events / EVENTS_OF_A_RUN - entities * DAYS, 0);
    const usage = sum(
      living(fleet, entities, 0),
      changed(fleet),
      times(looks, timedLook),
      times(looks * sources, { ...timedLoad, requests: 1 }),
      times(runs, { ...run, bytes: run.bytes + fleet.stateBytes }),
    );
    // A run is half full on average.
    const held = Math.min(
      usage.historyBytes / (entities * DAYS),
      (EVENTS_OF_A_RUN * timedLook.bytes) / EVENTS_OF_A_LOOK,
    );
    return { ...usage, activeBytes: entities * (run.bytes + fleet.stateBytes + held / 2) };
  },

  // A hint has the watch look at once: as many looks more, at most, as there are changes.
  hints: (fleet) =>
    sum(USAGE.watch(fleet), times(changesOf(fleet) * fleet.sources, { ...MEASURED.quietLook, requests: 1 })),

  parent: (fleet) => {
    const { entities, every, sources, children, checkEvery } = fleet;
    const parents = Math.ceil(entities / children);
    return sum(
      living(fleet, parents, sources),
      living(fleet, entities, 0),
      changed(fleet),
      times(changesOf(fleet), MEASURED.told),
      times(Math.min(changesOf(fleet), (parents * MONTH_MS) / every) * sources, MEASURED.armed),
      times((parents * sources * MONTH_MS) / every, { ...MEASURED.quietLook, requests: 1 }),
      times(((entities + parents) * MONTH_MS) / checkEvery, MEASURED.check),
    );
  },

  feed: (fleet) => {
    const { entities, every, sources, stateBytes } = fleet;
    const { feedLook, delivered, kept, armed, change } = MEASURED;
    const looks = (sources * MONTH_MS) / every;
    const shown = Math.min(changesOf(fleet), (sources * MONTH_MS) / SHOWN_EVERY_MS);
    const pages =
      Math.max(looks, changesOf(fleet) / RECORDS_OF_A_PAGE) +
      sources * DAYS * Math.ceil(entities / RECORDS_OF_A_PAGE);
    return sum(
      living(fleet, entities, 0),
      living({ ...fleet, stateBytes: BYTES_OF_A_FEED }, sources, 1),
      times(looks, feedLook),
      times(pages, { actions: 0, bytes: 0, requests: 1 }),
      times(changesOf(fleet), { ...delivered, bytes: delivered.bytes + stateBytes }),
      times(Math.min(changesOf(fleet), looks), kept),
      times(shown, { actions: armed.actions, bytes: armed.bytes + change.bytes }),
    );
  },

  webhooks: (fleet) => sum(USAGE.watch(fleet), hooked(fleet)),

  // What a webhook has brought, the next look of the feed delivers as well: it is the net.
  'feed-webhooks': (fleet) => sum(USAGE.feed(fleet), hooked(fleet)),
};

const changesOf = ({ entities, changes }: Pick<Fleet, 'entities' | 'changes'>): number =>
  entities * changes * DAYS;

const changed = (fleet: Fleet): Usage => times(changesOf(fleet), MEASURED.change);

/** A webhook comes for each change, and has the workflow load. */
const hooked = (fleet: Fleet): Usage =>
  sum(
    times(changesOf(fleet), MEASURED.webhook),
    times(changesOf(fleet) * fleet.sources, { ...MEASURED.webhookLoad, requests: 1 }),
  );

/** What workflows cost by being there: a new run a day, with the watches of their sources. */
function living({ stateBytes }: Fleet, workflows: number, watches: number): Usage {
  const { run, armed } = MEASURED;
  const bytes = run.bytes + stateBytes + watches * armed.bytes;
  return {
    ...times(workflows * DAYS, { actions: run.actions + watches * armed.actions, bytes }),
    activeBytes: workflows * bytes,
  };
}

interface Each {
  readonly actions: number;
  readonly bytes: number;
  readonly requests?: number;
}

const times = (count: number, { actions, bytes, requests = 0 }: Each): Usage => ({
  requests: count * requests,
  actions: count * actions,
  historyBytes: count * bytes,
  activeBytes: 0,
});

const sum = (...all: readonly Usage[]): Usage =>
  all.reduce((one, other) => ({
    requests: one.requests + other.requests,
    actions: one.actions + other.actions,
    historyBytes: one.historyBytes + other.historyBytes,
    activeBytes: one.activeBytes + other.activeBytes,
  }));
