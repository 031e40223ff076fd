import { InvalidInputError } from '@stateful-workflow/core';
import { named } from '../record-schema';
import type { OriginSettings } from './origin-settings';

/**
 * An API that sources name, so that no address is in workflow code: where it is, and how it is reached.
 *
 * @example
 * upstreams: { crm: { url: 'https://crm.example.com/api', auth: apiKey({ header: 'X-API-Key' }) } }
 */
export interface UpstreamSettings extends Omit<OriginSettings, 'origin'> {
  /** Its base address, whose path is kept: an absolute URL without a query. */
  readonly url: string;
}

/** Says what is wrong with the address of an upstream, or `undefined`. */
export function upstreamProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return 'is not an absolute http or https URL. Give one such as https://crm.example.com/api';
  if (url.username !== '' || url.password !== '')
    return 'holds a user name or password. Set the credential of the source';
  return url.search === '' && url.hash === ''
    ? undefined
    : 'holds a query. Give the base address, without one';
}

/** The upstreams of an adapter, by name. */
export class Upstreams {
  readonly #urls: Readonly<Record<string, string>>;
  readonly #adapter: string;
  /** Their origins, each with its settings. */
  readonly origins: readonly OriginSettings[];

  /**
   * @param adapter whose they are, in errors: `restAdapter`
   * @throws InvalidInputError for two on one origin that are to be reached in different ways
   */
  constructor(upstreams: { readonly [name: string]: UpstreamSettings }, adapter: string) {
    this.#adapter = adapter;
    this.#urls = Object.fromEntries(Object.entries(upstreams).map(([name, { url }]) => [name, url]));
    const origins = new Map<string, readonly [name: string, settings: OriginSettings]>();
    for (const [name, { url, ...settings }] of Object.entries(upstreams)) {
      const { origin } = new URL(url);
      const [other, known] = origins.get(origin) ?? [name, { origin, ...settings }];
      const field = differing(known, { origin, ...settings });
      if (field !== undefined)
        throw new InvalidInputError(
          `upstreams.${name}.${field}`,
          `differs from that of upstreams.${other}, which is on the same origin`,
          `Give both the same, or have a second ${adapter} with another name`,
        );
      origins.set(origin, [other, known]);
    }
    this.origins = [...origins.values()].map(([, settings]) => settings);
  }

  /** The base addresses. */
  get urls(): readonly string[] {
    return Object.values(this.#urls);
  }

  /**
   * The base address of an upstream.
   *
   * @throws InvalidInputError that lists what there is
   */
  url(name: string): string {
    return named(this.#urls, name, { field: 'upstream', option: 'upstreams', adapter: this.#adapter });
  }
}

function differing(a: OriginSettings, b: OriginSettings): string | undefined {
  const [one, other] = [a, b] as unknown as Readonly<Record<string, unknown>>[];
  return Object.keys({ ...a, ...b }).find((field) => {
    const values = [one?.[field], other?.[field]];
    return values[0] !== values[1] && JSON.stringify(values[0]) !== JSON.stringify(values[1]);
  });
}
