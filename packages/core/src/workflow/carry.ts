import { fromEntries } from '../state/objects';
import type { CarriedView } from '../state/source-view';
import type { CarriedHierarchy } from '../hierarchy/hierarchy';
import type { ChangeSet, RejectedSignals, StartInput } from '../contract/wire';
import type { TriggerName } from './inbox';
import type { Session } from './session';
import type { CarriedSource } from './source-state';

/** What a run hands to the next besides the start argument's own fields. Not part of the wire contract. */
export interface Carried {
  readonly sources?: Readonly<Record<string, CarriedSource>>;
  readonly views?: Readonly<Record<string, CarriedView>>;
  readonly refusals?: RejectedSignals;
  readonly inbox?: readonly TriggerName[];
  readonly changes?: ChangeSet;
  readonly quiet?: number;
  readonly loadedAt?: number;
  readonly hierarchy?: CarriedHierarchy;
}

/**
 * The start argument of the next run: everything that this one knows.
 *
 * @param changes what `execute()` has not seen
 */
export function carryOver(
  session: Session,
  changes = session.pending.changes,
): StartInput & { readonly carried: Carried } {
  return {
    id: session.root.id,
    entityName: session.root.name,
    state: session.state.store.entities,
    apiUrl: session.apiUrl,
    apiToken: session.apiToken,
    status: session.paused ? 'paused' : 'running',
    carried: {
      sources: fromEntries(session.carriedSources.map(({ name, known }) => [name, known])),
      views: session.state.carryViews(),
      refusals: session.refusals.report,
      inbox: [...session.inbox],
      changes,
      quiet: session.quiet,
      loadedAt: session.loadedAt,
      hierarchy: session.hierarchy.carry(),
    },
  };
}
