import { lookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import type { AddressPolicy } from './address-policy';

/** Gives the addresses of a host name. */
export type Resolver = (hostname: string) => Promise<readonly LookupAddress[]>;

const lookupAll = promisify(lookup);

/** Asks the operating system, as Node does by itself: `/etc/hosts` and the rest count. */
export const systemResolver: Resolver = (hostname) => lookupAll(hostname, { all: true, verbatim: true });

/**
 * Resolves a name and checks every address that it has.
 *
 * One address that may not be reached spoils the name: a name server that mixes it in would otherwise only have to
 * wait until the good ones fail.
 *
 * @throws HttpError for an address that may not be reached; what `resolve` throws
 */
export async function resolveChecked(
  hostname: string,
  resolve: Resolver,
  policy: AddressPolicy,
): Promise<readonly LookupAddress[]> {
  const addresses = await resolve(hostname);
  for (const { address } of addresses) policy.check(address);
  if (addresses.length > 0) return addresses;
  throw Object.assign(new Error(`The name ${hostname} has no address`), { code: 'ENOTFOUND' });
}

/**
 * The lookup of a connection. The socket is given the very addresses that were checked, so a name server that
 * answers differently the next time changes nothing.
 */
export function checkedLookup(resolve: Resolver, policy: AddressPolicy): LookupFunction {
  return (hostname, { all, family }, callback) => {
    const wanted = family === 4 || family === 'IPv4' ? 4 : family === 6 || family === 'IPv6' ? 6 : undefined;
    resolveChecked(hostname, resolve, policy).then(
      (found) => {
        const usable = found.filter((address) => wanted === undefined || address.family === wanted);
        const [first] = usable;
        if (first === undefined) {
          const missing = new Error(`The name ${hostname} has no IPv${wanted} address`);
          callback(Object.assign(missing, { code: 'ENOTFOUND' }), '');
        } else if (all === true) callback(null, usable);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, ''),
    );
  };
}
