import * as ipaddr from 'ipaddr.js';

/** What an address is, for the question whether a worker may reach it unasked. Everything but `public` is refused. */
export type AddressKind =
  'public' | 'loopback' | 'private' | 'link-local' | 'unique-local' | 'metadata' | 'reserved' | 'unreadable';

/** Answers to requests for a machine's own credentials, at an address that looks public. */
const METADATA = new Set([
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  '169.254.169.254',
  'fd00:ec2::254',
]);

const KINDS: Readonly<Record<string, AddressKind>> = {
  unicast: 'public',
  loopback: 'loopback',
  private: 'private',
  carrierGradeNat: 'private',
  linkLocal: 'link-local',
  uniqueLocal: 'unique-local',
};

const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');
const NAT64 = ipaddr.parseCIDR('64:ff9b::/96');
const EMBEDDED_IPV4 = ['::ffff:0:0/96', '::/96', '::ffff:0:0:0/96'].map((range) => ipaddr.parseCIDR(range));

/**
 * Says what an IP address is. An IPv4 address inside an IPv6 one (mapped, compatible, translated) counts as what
 * it is by itself.
 *
 * @param address in any spelling; with or without an IPv6 zone
 */
export function addressKind(address: string): AddressKind {
  const parsed = parseAddress(address);
  if (parsed === undefined) return 'unreadable';
  if (METADATA.has(parsed.toString())) return 'metadata';
  const kind = KINDS[parsed.range()] ?? 'reserved';
  // What is not assigned to the public net yet may become anything.
  if (kind === 'public' && parsed.kind() === 'ipv6' && !parsed.match(GLOBAL_UNICAST)) return 'reserved';
  return kind;
}

/** The address, as IPv4 where it holds one; `undefined` when it is none. */
export function parseAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (!ipaddr.isValid(bare)) return undefined;
  const parsed = ipaddr.parse(bare);
  if (parsed instanceof ipaddr.IPv4) return parsed;
  const embeds = parsed.match(NAT64) || EMBEDDED_IPV4.some((range) => parsed.match(range));
  // `::` and `::1` are addresses of their own.
  if (!embeds || parsed.range() === 'loopback' || parsed.range() === 'unspecified') return parsed;
  return new ipaddr.IPv4(parsed.toByteArray().slice(12));
}

/**
 * Says what is wrong with a range of addresses that a person wrote, or `undefined`.
 *
 * @param range an address, or a range as `10.1.0.0/16`
 */
export function rangeProblem(range: string): string | undefined {
  return ipaddr.isValidCIDR(range) || ipaddr.isValid(range)
    ? undefined
    : 'is not an IP address or a range of them. Write one such as 10.1.0.0/16';
}

/** Whether an address is in one of the ranges, each free of {@link rangeProblem}. */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  return ranges.some((range) => {
    const [network, bits] = range.includes('/') ? ipaddr.parseCIDR(range) : single(range);
    return network.kind() === parsed.kind() && parsed.match(network, bits);
  });
}

function single(address: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const parsed = parseAddress(address) ?? ipaddr.parse(address);
  return [parsed, parsed.kind() === 'ipv4' ? 32 : 128];
}
