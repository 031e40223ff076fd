import type { HttpClient, Origins, RecordSchemas, Upstreams } from '@stateful-workflow/http';
import type { Pager } from './pagination/pager';
import type { Selector } from './options';

/** What an adapter lends its loads. */
export interface RestParts extends RecordSchemas {
  readonly client: HttpClient;
  readonly origins: Origins;
  readonly upstreams: Upstreams;
  readonly selectors: Readonly<Record<string, Selector>>;
  readonly paginations: Readonly<Record<string, Pager>>;
  /** The longest line of NDJSON. */
  readonly maxResponseBytes: number;
}
