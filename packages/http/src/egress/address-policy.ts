import { isIP } from 'node:net';
import { HttpError } from '../http-error';
import { type AddressKind, addressKind, inRanges } from './address';

/** Which addresses one origin may have. */
export interface AddressPolicy {
  /** @throws HttpError for an address that the origin does not name */
  check(address: string): void;
}

const PHRASES: Readonly<Record<AddressKind, string>> = {
  public: 'a public address',
  loopback: 'an address of the worker itself (loopback)',
  private: 'a private address',
  'link-local': 'a link-local address',
  'unique-local': 'a private address (unique local)',
  metadata: "an address of the cloud's metadata service",
  reserved: 'a reserved address',
  unreadable: 'not an IP address',
};

/**
 * Public addresses, and those that the origin names: by its own host (`http://10.0.0.7`, `http://localhost:3000`),
 * or by `addresses` in its settings.
 *
 * @param url the origin
 * @param addresses addresses and ranges, as `10.1.0.0/16`
 */
export function addressPolicy(url: URL, addresses: readonly string[] = []): AddressPolicy {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const own = isIP(host) > 0 ? [host] : [];
  const isLocal = host === 'localhost' || host.endsWith('.localhost');
  return {
    check(address) {
      const kind = addressKind(address);
      if (kind === 'public' || (kind === 'loopback' && isLocal)) return;
      if (kind !== 'unreadable' && inRanges(address, [...own, ...addresses])) return;
      throw new HttpError(
        { type: 'egress' },
        `${url.host} has the address ${address}, which is ${PHRASES[kind]}, so it is not reached. If that is right, name the address in "addresses" of the origin ${url.origin} on the worker.`,
      );
    },
  };
}
