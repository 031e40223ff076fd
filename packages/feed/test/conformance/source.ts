import type { DataSourceAdapter } from '@stateful-workflow/core';

/** A customer, as each source has it; it may say more of it. */
export interface Row {
  readonly id: string;
  readonly name: string;
}

/** What each source takes for its credential: before somebody revokes that, and from then on. */
export const TOKENS = { FIRST: 'the-first-token-of-it', SECOND: 'the-second-token-of-it' } as const;

/** How many customers a source gives on a page. */
export const PAGE_SIZE = 10;

/** A real source of customers on loopback, of one adapter, and what the cases do to it. It begins empty. */
export interface Source {
  /** Makes an adapter that may reach it. */
  adapter(): DataSourceAdapter;
  /** Where its credential is good for. */
  readonly origin: string;
  /** The base address of workflows, where the adapter has one. */
  readonly apiUrl?: string;
  put(...rows: readonly Row[]): Promise<void>;
  remove(...ids: readonly string[]): Promise<void>;
  /** Has every list break off before its end, until `recover`. */
  breakOff(): Promise<void>;
  recover(): Promise<void>;
  /** Takes the second token from now on, and the first no more. */
  revoke(): Promise<void>;
  stop(): Promise<void>;
}
