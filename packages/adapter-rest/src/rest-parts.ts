import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { HttpClient, Origins } from '@stateful-workflow/http';
import type { Pager } from './pagination/pager';
import type { Selector } from './options';

/** What an adapter lends its loads. */
export interface RestParts {
  readonly client: HttpClient;
  readonly origins: Origins;
  readonly selectors: Readonly<Record<string, Selector>>;
  readonly schemas: Readonly<Record<string, StandardSchemaV1>>;
  readonly paginations: Readonly<Record<string, Pager>>;
  /** The longest line of NDJSON. */
  readonly maxResponseBytes: number;
}
