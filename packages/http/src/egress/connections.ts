import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import * as tls from 'node:tls';
import { isIP } from 'node:net';
import { type AddressPolicy, addressPolicy } from './address-policy';
import { checkedLookup, resolveChecked, type Resolver, systemResolver } from './checked-lookup';
import type { OriginSettings } from './origin-settings';
import { proxyFor, type ProxyOptions } from './proxy';
import { openTunnel } from './tunnel';

/**
 * How long a connection is kept for the next request: less than the 5 s after which Node's servers, and many
 * others, close it, so that a request seldom meets a connection that is being closed.
 */
const KEEP_ALIVE_MS = 4_000;

/** How {@link Connections} are made. */
export interface ConnectionsOptions {
  readonly proxy?: ProxyOptions;
  /** @default the operating system's */
  readonly resolver?: Resolver;
}

/** What a request tells an agent of ours: Node keeps the `signal` of a request from its connection. */
export interface TunnelledOptions extends http.RequestOptions {
  /** Ends the building of a tunnel. */
  readonly tunnelSignal?: AbortSignal;
}

/**
 * The connections of an adapter: kept and shared, each origin's apart, each to an address that was checked. A
 * transport takes the agent for a URL and has nothing else to say about where a request goes.
 */
export class Connections {
  readonly #agents = new Map<string, http.Agent>();
  readonly #proxy: ProxyOptions;
  readonly #resolve: Resolver;

  constructor({ proxy = {}, resolver = systemResolver }: ConnectionsOptions = {}) {
    this.#proxy = proxy;
    this.#resolve = resolver;
  }

  /**
   * The agent for a URL of a registered origin. Made at the first request, with the proxy that there is then.
   *
   * @throws HttpError when the host is an address that the origin does not name
   */
  agent(url: URL, settings: OriginSettings): http.Agent {
    const { origin } = url;
    let agent = this.#agents.get(origin);
    if (agent === undefined) {
      const policy = addressPolicy(new URL(origin), settings.addresses);
      const host = bareHost(url);
      // Node looks up names only: an address has to be checked here.
      if (isIP(host) > 0) policy.check(host);
      agent = this.#make(url, settings, policy, proxyFor(url, this.#proxy));
      this.#agents.set(origin, agent);
    }
    return agent;
  }

  /** Closes every connection. */
  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #make(url: URL, settings: OriginSettings, policy: AddressPolicy, proxy: URL | undefined): http.Agent {
    const secure = url.protocol === 'https:';
    const { ca, clientCertificate } = settings;
    const options: https.AgentOptions = {
      keepAlive: true,
      timeout: KEEP_ALIVE_MS,
      lookup: checkedLookup(this.#resolve, policy),
      // Said, so that NODE_TLS_REJECT_UNAUTHORIZED does not count.
      ...(secure && { rejectUnauthorized: true }),
      ...(ca !== undefined && { ca: [ca].flat() }),
      ...clientCertificate,
    };
    const agent = secure ? new https.Agent(options) : new http.Agent(options);
    if (proxy !== undefined) this.#tunnel(agent, url, policy, proxy);
    return agent;
  }

  /** Has an agent connect through a proxy. */
  #tunnel(agent: http.Agent, url: URL, policy: AddressPolicy, proxy: URL): void {
    const connect = async (options: TunnelledOptions): Promise<Socket> => {
      const socket = await openTunnel(proxy, await this.#target(url, policy), options.tunnelSignal);
      return url.protocol === 'https:'
        ? tls.connect({ ...(options as tls.ConnectionOptions), socket })
        : socket;
    };
    agent.createConnection = (options, callback) => {
      connect(options).then(
        (socket) => callback?.(null, socket),
        (error: unknown) => callback?.(error as Error, undefined as unknown as Duplex),
      );
      return undefined;
    };
  }

  async #target(url: URL, policy: AddressPolicy): Promise<{ host: string; port: number }> {
    const name = bareHost(url);
    const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
    if (isIP(name) > 0 || this.#proxy.resolve === 'proxy') return { host: name, port };
    const [first] = await resolveChecked(name, this.#resolve, policy);
    return { host: first?.address ?? name, port };
  }
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');
