import { BlockList, isIP, type LookupFunction } from "node:net";
import type { NameAddress, ResolveName } from "./resolve-name.ts";

/**
 * IPv4 addresses that lead to this machine or its neighbours and nowhere in public: the special-purpose registry of IANA
 * (RFC 6890). They also hold for the address mapped into IPv6.
 */
const PRIVATE_IPV4 = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  // Public in form, but answered by the host of the virtual machine on Azure.
  ["168.63.129.16", 32],
] as const) {
  PRIVATE_IPV4.addSubnet(network, prefix, "ipv4");
}

/**
 * The only IPv6 addresses that are assigned for the public network. Everything that translates to IPv4 (NAT64,
 * compatible and translated addresses), and unique local, site-local and link-local addresses, lie outside.
 */
const GLOBAL_IPV6 = new BlockList();
GLOBAL_IPV6.addSubnet("2000::", 3, "ipv6");

/** Exceptions within it: Teredo and the like, documentation, and 6to4, which leads to any IPv4 address. */
const PRIVATE_IPV6 = new BlockList();
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  PRIVATE_IPV6.addSubnet(network, prefix, "ipv6");
}

const MAPPED = new BlockList();
MAPPED.addSubnet("::ffff:0:0", 96, "ipv6");

/** Whether an IP address is public. Text that is not an address is not, nor is an address with a zone. */
export function isPublicAddress(address: string): boolean {
  const family = address.includes("%") ? 0 : isIP(address);
  if (family === 0) return false;
  if (family === 4) return !PRIVATE_IPV4.check(address, "ipv4");
  // A list of IPv4 networks also matches IPv6 addresses with a mapped IPv4 address.
  if (MAPPED.check(address, "ipv6")) return !PRIVATE_IPV4.check(address, "ipv6");
  return GLOBAL_IPV6.check(address, "ipv6") && !PRIVATE_IPV6.check(address, "ipv6");
}

/** RFC 6761: these names mean this machine, whatever DNS says. */
const LOCALHOST = /(?:^|\.)localhost\.?$/i;

/** Whether the host of a URL is known not to be public without a look-up: a literal address, or this machine's name. */
export function isPrivateHost(hostname: string): boolean {
  const literal = hostname.replace(/^\[|\]$/g, "");
  return isIP(literal) === 0 ? LOCALHOST.test(literal) : !isPublicAddress(literal);
}

export class PrivateAddressError extends Error {
  constructor() {
    super("the target is not a public address");
    this.name = "PrivateAddressError";
  }
}

/** A look-up function for sockets, on top of any way to resolve a name. */
export function socketLookup(resolve: ResolveName): LookupFunction {
  return (hostname, { all, family }, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const fitting = addresses.filter((one) => isFamily(family, one));
        const [first] = fitting;
        if (first === undefined) return callback(new NoAddressError(), "", 0);
        // A socket that tries several addresses asks for all of them, and connects only to these.
        return all === true ? callback(null, [...fitting]) : callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, "", 0),
    );
  };
}

class NoAddressError extends Error {
  readonly code = "ENOTFOUND";
}

function isFamily(asked: string | number | undefined, { family }: NameAddress): boolean {
  return asked === undefined || asked === 0 || asked === family || asked === `IPv${family}`;
}

/**
 * Resolves to public addresses only, so that the address that was checked is the one that is connected to: two look-ups
 * of a name can have two answers (DNS rebinding). One private address among several refuses all.
 */
export function resolvePublicly(resolve: ResolveName): ResolveName {
  return async (hostname) => {
    const addresses = await resolve(hostname);
    if (!addresses.every(({ address }) => isPublicAddress(address))) throw new PrivateAddressError();
    return addresses;
  };
}
