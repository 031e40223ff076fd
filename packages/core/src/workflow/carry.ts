import { workflowInfo } from '@temporalio/workflow';
import type { EntityRef } from '../contract/adapter';
import type { Delivery } from '../contract/delivery';
import { InvalidInputError } from '../contract/errors';
import type { Fields } from '../contract/schema';
import { without } from '../state/json';
import { fromEntries, hasOwn } from '../state/objects';
import type { EntityState } from '../state/entity-state';
import type { CarriedView } from '../state/source-view';
import type { CarriedHierarchy, Hierarchy } from '../hierarchy/hierarchy';
import type { ChangeSet, CredentialReference, RejectedSignals, StartInput } from '../contract/wire';
import { type Beginning, beginning, type RunDeclaration } from './declared';
import type { Deliveries } from './deliveries';
import type { Trigger } from './inbox';
import type { CarriedLoads, Loads } from './loads';
import type { CarriedPending, PendingChanges } from './pending-changes';
import type { Refusals } from './refusals';
import type { CarriedSource, SourceState } from './source-state';

/** What was before is no part of the state: so many bytes of it are handed over where there is room, and never more. */
const MOST_BEFORE = 100_000;

/**
 * By which rules a run writes what it hands to the next. Every later version of the library reads those of this one; it goes
 * up where an earlier one would misread what this one writes.
 */
const CARRIED_VERSION = 1;

/** What a run hands to the next besides the start argument's own fields. Not part of the wire contract. */
export interface Carried extends CarriedLoads, Beginning {
  /** By which rules this is written; absent in what the first versions carried. */
  readonly version?: number;
  /** The first run of the chain, which nobody can know who only starts one: so it is known that a run handed this over. */
  readonly chain?: string;
  readonly sources?: Readonly<Record<string, CarriedSource>>;
  readonly views?: Readonly<Record<string, CarriedView>>;
  readonly refusals?: RejectedSignals;
  readonly inbox?: readonly Trigger[];
  /** What feeds delivered and no load has taken in. */
  readonly deliveries?: readonly Delivery[];
  readonly pending?: CarriedPending;
  /** What the first versions carried instead of `pending`. */
  readonly changes?: ChangeSet;
  readonly hierarchy?: CarriedHierarchy;
}

/** What of a run is handed to the next. */
export interface Carrying {
  readonly root: EntityRef;
  readonly declaration: RunDeclaration;
  readonly state: EntityState;
  readonly apiUrl?: string;
  readonly apiToken?: CredentialReference;
  readonly carriedSources: readonly Pick<SourceState, 'name' | 'known'>[];
  readonly refusals: Pick<Refusals, 'report'>;
  readonly inbox: Iterable<Trigger>;
  readonly deliveries: Pick<Deliveries, 'carry'>;
  readonly pending: Pick<PendingChanges, 'carry'>;
  readonly loads: Pick<Loads, 'quiet' | 'endedAt' | 'cutOffs'>;
  readonly hierarchy: Pick<Hierarchy, 'exchange' | 'carry'>;
}

/**
 * The start argument of the next run: everything that this one knows.
 *
 * @param room how many bytes it may have besides, for what can be left behind
 */
export function carryOver(session: Carrying, room = 0): StartInput & { readonly carried: Carried } {
  return {
    id: session.root.id,
    entityName: session.root.name,
    state: session.state.store.entities,
    apiUrl: session.apiUrl,
    apiToken: session.apiToken,
    status: session.hierarchy.exchange.pauses.isPaused ? 'paused' : 'running',
    carried: {
      version: CARRIED_VERSION,
      ...beginning(session.declaration),
      chain: workflowInfo().firstExecutionRunId,
      sources: fromEntries(session.carriedSources.map(({ name, known }) => [name, known])),
      views: session.state.carryViews(),
      refusals: session.refusals.report,
      inbox: [...session.inbox],
      deliveries: session.deliveries.carry(),
      pending: session.pending.carry(session.state.store, Math.min(room, MOST_BEFORE)),
      quiet: session.loads.quiet,
      loadedAt: session.loads.endedAt,
      cutOffs: session.loads.cutOffs || undefined,
      hierarchy: session.hierarchy.carry(),
    },
  };
}

/** A start argument, parted into what the run before handed over, what whoever starts the run says of it, and the rest. */
export interface Handover {
  readonly carried?: Carried;
  /** What the class declares as a client knows it, which may be anything: {@link declarationOf} compares it. */
  readonly begins?: unknown;
  readonly start: unknown;
}

/**
 * Parts what the run before handed over from the rest of a start argument. A run that a retry or a schedule begins
 * has a run before it as well, and the argument that a client started the chain with, which may look like one that a
 * run made: then nothing was handed over.
 */
export function handedOver(given: unknown): Handover {
  if (typeof given !== 'object' || given === null) return { start: given };
  const { begins, carried } = given as { readonly begins?: unknown; readonly carried?: Carried };
  // A key that objects are born with stays one of its own, so that it is refused by its name.
  const parted = (gone: readonly string[]): unknown =>
    gone.some((field) => hasOwn(given, field)) ? without(given as Fields, gone) : given;
  if (!carried || !isOurs(carried)) return { begins, start: parted(['begins']) };
  const start = parted(['begins', 'carried']);
  checkVersion(carried);
  return { carried, start };
}

function isOurs({ chain }: Carried): boolean {
  const { continuedFromExecutionRunId, firstExecutionRunId, attempt, cronSchedule } = workflowInfo();
  if (continuedFromExecutionRunId === undefined) return false;
  // Runs of the first versions did not say so. Neither a retry nor a schedule begins a run after theirs.
  return chain === undefined ? attempt === 1 && !cronSchedule : chain === firstExecutionRunId;
}

/** @throws InvalidInputError, which fails the workflow task, for what a later version of the library wrote */
function checkVersion({ version = 0 }: Carried): void {
  if (version <= CARRIED_VERSION) return;
  throw new InvalidInputError(
    'carried.version',
    `is ${version}, and this version of @stateful-workflow/core reads ${CARRIED_VERSION} at most: the run before was one of a later version`,
    'Deploy the later version again; workflows that it began cannot go back',
  );
}
