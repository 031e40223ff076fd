import * as http from 'node:http';
import { restAdapter, type RestQuery } from '@stateful-workflow/adapter-rest';
import {
  createRegistry,
  environmentSecrets,
  identityOf,
  registryActivities,
} from '@stateful-workflow/core/worker';
import { defineSchema, many, Secret } from '@stateful-workflow/core';
import { MockActivityEnvironment } from '@temporalio/testing';
import axios from 'axios';

/** Reads a list of so many pages to its end. */
export type Reader = (pages: number) => Promise<void>;

const TOKEN = 'BENCH_TOKEN';

interface ListPage {
  readonly items: readonly unknown[];
  readonly hasMore: boolean;
}

/** As it is written by hand: axios, a connection that is kept, a loop. */
export function byHand(origin: string): { readonly read: Reader; readonly close: () => void } {
  const httpAgent = new http.Agent({ keepAlive: true });
  const client = axios.create({ baseURL: origin, httpAgent, headers: { Authorization: 'Bearer t0ken' } });
  return {
    async read(pages) {
      const records: unknown[] = [];
      for (let page = 1, more = true; more; page += 1) {
        const { data } = await client.get<ListPage>('/list', { params: { page, pageSize: 100 } });
        records.push(...data.items);
        more = data.hasMore;
      }
      if (records.length !== pages * 100) throw new Error(`axios read ${records.length} records`);
    },
    close: () => httpAgent.destroy(),
  };
}

const QUERY = {
  path: '/list',
  items: 'items',
  pagination: { type: 'page', size: 100, hasMore: 'hasMore' },
} satisfies RestQuery;

/** Through the adapter, with everything that it does: credential, egress, limits, checks of what came. */
export function byAdapter(
  origin: string,
  onPage: () => void = () => undefined,
): { readonly read: Reader; readonly close: () => Promise<void> } {
  const adapter = restAdapter({ origins: [origin] });
  const secret = new Secret('t0ken');
  const credential = { secret, identity: identityOf(secret), fingerprint: '0badc0de' };
  const nothing = (): void => undefined;
  const context: Parameters<typeof adapter.load>[1] = {
    signal: new AbortController().signal,
    apiUrl: origin,
    entity: { name: 'Customer', id: 'c_1' },
    credential: async () => credential,
    heartbeat: nothing,
    log: { debug: nothing, info: nothing, warn: nothing },
    metrics: { count: nothing, duration: nothing },
  };
  return {
    async read(pages) {
      let records = 0;
      const query = { ...QUERY, pagination: { ...QUERY.pagination, maxPages: pages } };
      for await (const page of adapter.load(query, context)) {
        records += page.records.length;
        onPage();
      }
      if (records !== pages * 100) throw new Error(`the adapter read ${records} records`);
    },
    close: () => adapter.close(),
  };
}

/** Through the `rest.loadData` activity: what the adapter gives becomes entities with a digest, in parts that travel. */
export function byActivity(origin: string): { readonly read: Reader; readonly close: () => Promise<void> } {
  const registry = createRegistry([restAdapter({ origins: [origin] })]);
  const secrets = [environmentSecrets({ [TOKEN]: { origins: [origin] } }, { [TOKEN]: 't0ken' })];
  const load = registryActivities(registry, { secrets })['rest.loadData'] as (
    request: unknown,
  ) => Promise<unknown>;
  const request = {
    source: 'tickets',
    query: QUERY,
    entity: { name: 'Customer', id: 'c_1' },
    schema: defineSchema({ Customer: { relations: { tickets: many('Ticket') } }, Ticket: {} }),
    into: 'tickets',
    apiUrl: origin,
    credential: `secret:${TOKEN}`,
  };
  return {
    async read() {
      const result = await new MockActivityEnvironment({ startToCloseTimeoutMs: 600_000 }).run(load, request);
      const { outcome } = result as { outcome: string };
      if (outcome !== 'snapshot' && outcome !== 'part') throw new Error(`rest.loadData gave "${outcome}"`);
    },
    close: () => registry.close(),
  };
}
