import { InvalidInputError } from '@stateful-workflow/core';
import { describeUrl } from '../describe-url';
import type { OriginSettings } from './origin-settings';
import type { Upstreams } from './upstreams';

/**
 * Says what is wrong with an origin that a person registered, or `undefined`.
 *
 * @param origin `scheme://host[:port]` with http or https; no path, no user, no wildcard
 */
export function originProblem(origin: string): string | undefined {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'is not an http or https origin. Write scheme://host[:port], for example https://crm.example.com';
  }
  if (url.hostname.includes('*')) return 'holds a wildcard. Register each origin by its own name';
  if (!/^https?:\/\/[^/?#@\\\s]+$/i.test(origin)) {
    return `is more than an origin. Write scheme://host[:port], here ${url.origin}`;
  }
  return undefined;
}

/** The origins that an adapter may reach. Every URL goes through {@link Origins.check} before it is requested. */
export class Origins {
  readonly #allowed: ReadonlyMap<string, OriginSettings>;
  readonly #adapter: string;

  /**
   * @param origins each free of {@link originProblem}; of one that is there twice the last counts
   * @param adapter whose they are, in errors: `restAdapter`
   */
  constructor(origins: readonly (string | OriginSettings)[], adapter: string) {
    this.#adapter = adapter;
    this.#allowed = new Map(
      origins.map((given) => {
        const settings = typeof given === 'string' ? { origin: given } : given;
        return [new URL(settings.origin).origin, settings];
      }),
    );
  }

  /** The origins, as `URL.origin` gives them. */
  get list(): readonly string[] {
    return [...this.#allowed.keys()];
  }

  /** The origins that are of no upstream. */
  without({ origins }: Pick<Upstreams, 'origins'>): readonly string[] {
    const known = origins.map(({ origin }) => origin);
    return this.list.filter((origin) => !known.includes(origin));
  }

  /** How the origin of a URL is reached; the defaults, when it is not registered. */
  settings(url: URL): OriginSettings {
    return this.#allowed.get(url.origin) ?? { origin: url.origin };
  }

  /**
   * Lets a URL pass, or refuses it.
   *
   * @param field what the person wrote that led here: `apiUrl`, `path`
   * @param via the URL that redirected here
   * @throws InvalidInputError that lists the registered origins
   */
  check(url: URL, field: string, via?: URL): void {
    const from = via === undefined ? '' : `${describeUrl(via)} redirects to ${describeUrl(url)}; `;
    if (url.username !== '' || url.password !== '') {
      throw new InvalidInputError(
        field,
        `${from}the URL for ${url.origin} holds a user name or password`,
        'Leave them out and set the credential of the source',
      );
    }
    // A blob: URL has the origin of the page that made it.
    const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
    if (!isWeb || !this.#allowed.has(url.origin)) {
      throw new InvalidInputError(
        field,
        `${from}the origin ${isWeb ? url.origin : url.protocol} is not registered with the adapter`,
        `Registered: ${this.list.join(', ')}. If it is right, add it to the origins of ${this.#adapter} on the worker`,
      );
    }
  }
}
