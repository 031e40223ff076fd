import { defineSearchAttributeKey } from '@temporalio/common';

/** The search attributes of workflows whose class has `searchAttributes`. The server must have them, as `Keyword`. */
export const SEARCH_ATTRIBUTES = {
  /** What the workflow is doing: its `status`. */
  status: defineSearchAttributeKey('StatefulStatus', 'KEYWORD'),
  /** The name of its root entity. */
  entity: defineSearchAttributeKey('StatefulEntity', 'KEYWORD'),
} as const;

/** How somebody has the server know them. */
export const CREATE_SEARCH_ATTRIBUTES =
  'temporal operator search-attribute create --name StatefulStatus --type Keyword --name StatefulEntity --type Keyword';

/** The activity that looks whether the server knows them; it is core's, whatever adapters a worker has. */
export const KNOWS_SEARCH_ATTRIBUTES = 'stateful.knowsSearchAttributes';

/** What only the server can say of search attributes; the worker asks it. */
export interface SearchAttributeActivities {
  /** Whether workflows of this namespace can have them. */
  [KNOWS_SEARCH_ATTRIBUTES](): Promise<boolean>;
}
