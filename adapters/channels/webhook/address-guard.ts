/**
 * Keeps webhooks out of private networks: whoever may set a contact could otherwise make this machine call what only it
 * can reach, such as the database of its owner or the metadata service of its cloud.
 *
 * The check is made where the connection is: a name is resolved once, and what was checked is what is connected to. A
 * check before it would ask the DNS twice, and a hostile DNS answers twice differently.
 */
import { lookup as lookUpName } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { IPv4, IPv6 } from 'ipaddr.js';
import { buildConnector } from 'undici';
import { SendFailure } from '../send-failure.ts';

export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name. Throws when it has none. */
export type Resolve = (hostname: string) => Promise<readonly ResolvedAddress[]>;

export interface GuardOptions {
  /** CIDR. Private networks that webhooks may lead into all the same. */
  readonly allowedNetworks: readonly string[];
  /** By default what every other program of this machine asks: hosts file and DNS. */
  readonly resolve?: Resolve;
}

const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3') as [IPv6, number];

/** Connects like undici's own connector, but to no address that is forbidden: that fails with `address_forbidden`. */
export function guardedConnector({ allowedNetworks, resolve = (hostname) => lookUpName(hostname, { all: true }) }: GuardOptions, options: buildConnector.BuildOptions): buildConnector.connector {
  const networks = allowedNetworks.map((network) => ipaddr.parseCIDR(network));
  const permitted = (address: string): boolean => isPermitted(address, networks);

  // Node asks this for the addresses of a name, and connects to those that it is given and to no other.
  const lookup: LookupFunction = (hostname, { all }, answer) => {
    void resolve(hostname).then((found) => {
      const usable = found.filter(({ address }) => permitted(address));
      const [first] = usable;
      if (first === undefined) answer(forbidden(hostname), '');
      else if (all) answer(null, [...usable]);
      else answer(null, first.address, first.family);
    }, (error: NodeJS.ErrnoException) => answer(error, ''));
  };

  const connect = buildConnector({ ...options, lookup } as buildConnector.BuildOptions);
  return (target, done) => {
    // Node asks nobody about an address. Odd forms of one (0x7f.1, 2130706433) are plain by now: URLs write all of them out.
    const literal = target.hostname.replace(/^\[|\]$/g, '');
    if (isIP(literal) !== 0 && !permitted(literal)) done(forbidden(literal), null);
    else connect(target, done);
  };
}

/**
 * Public is what is meant to be reached from anywhere: everything else has a range of its own (private, loopback, link-local,
 * unique-local, carrier-grade NAT, multicast, documentation, reserved, ...). Addresses that carry another one inside
 * (IPv4-mapped, NAT64, 6to4, Teredo) have one too, because what is inside may be private.
 */
export function isPermitted(address: string, allowed: readonly [IPv4 | IPv6, number][]): boolean {
  if (isIP(address) === 0) return false;
  const found = ipaddr.parse(address);
  // `::ffff:10.0.0.1` leads to 10.0.0.1, so it is allowed with it.
  const meant = isIPv6(found) && found.isIPv4MappedAddress() ? found.toIPv4Address() : found;
  if (allowed.some((network) => [found, meant].some((each) => each.kind() === network[0].kind() && each.match(network)))) return true;
  return found.range() === 'unicast' && (!isIPv6(found) || found.match(GLOBAL_IPV6));
}

const isIPv6 = (address: IPv4 | IPv6): address is IPv6 => address.kind() === 'ipv6';

/** Without what a name resolved to: it would tell a stranger the addresses of a network. */
const forbidden = (host: string): SendFailure =>
  new SendFailure('address_forbidden', `${host} leads into a private or reserved network that WATCHPOST_WEBHOOK_NETWORKS does not allow`);
