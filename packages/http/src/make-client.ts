import type { Fault } from '@stateful-workflow/core';
import { classify } from './classify';
import { Connections } from './egress/connections';
import { Origins } from './egress/origins';
import { HttpClient } from './http-client';
import { Upstreams } from './egress/upstreams';
import { MAX_WAIT_MS } from './limits/rate-limits';
import type { ResolvedHttpOptions } from './http-options';
import type { Transport } from './transport';

/** What an HTTP adapter is built on. */
export interface HttpParts {
  readonly client: HttpClient;
  readonly origins: Origins;
  readonly upstreams: Upstreams;
  /** The standard table, and the word of the adapter's user. */
  readonly classify: (error: unknown) => Fault;
}

/**
 * Makes the client of an adapter from its options.
 *
 * @param adapter the adapter's factory, in errors: `restAdapter`
 * @param userAgent what is sent as `User-Agent` unless the options say
 * @param transport the adapter's driver. @default Node's own client
 */
export function makeHttpClient(
  options: ResolvedHttpOptions,
  { adapter, userAgent, transport }: { adapter: string; userAgent: string; transport?: Transport },
): HttpParts {
  const {
    origins: allowed = [],
    upstreams: given = {},
    proxy,
    resolver,
    classify: last,
    ...settings
  } = options;
  const upstreams = new Upstreams(given, adapter);
  const origins = new Origins([...allowed, ...upstreams.origins], adapter);
  const connections = new Connections({ proxy, resolver });
  const client = new HttpClient({
    ...settings,
    adapter,
    userAgent: settings.userAgent ?? userAgent,
    transport,
    connections,
    origins,
  });
  return {
    client,
    origins,
    upstreams,
    classify: (error) => {
      const fault = bounded(classify(error), options.maxRetryAfter ?? MAX_WAIT_MS);
      return last === undefined ? fault : last(error, fault);
    },
  };
}

/** A fault that asks for no longer a wait than is obeyed. */
function bounded(fault: Fault, maxRetryAfter: number): Fault {
  const { retryAfterMs, message } = fault;
  if (retryAfterMs === undefined || retryAfterMs <= maxRetryAfter) return fault;
  const most = `No more than maxRetryAfter (${Math.ceil(maxRetryAfter / 1000)} s) is waited.`;
  return { ...fault, retryAfterMs: maxRetryAfter, message: `${message} ${most}` };
}
