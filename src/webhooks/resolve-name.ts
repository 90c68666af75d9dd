import { lookup, Resolver } from "node:dns/promises";

export type NameAddress = { readonly address: string; readonly family: number };

/** The addresses of a name. */
export type ResolveName = (hostname: string) => Promise<readonly NameAddress[]>;

const DNS_TRY_MS = 2_500;
const DNS_TRIES = 2;

/**
 * Resolves by DNS alone, through sockets. The operating system's own resolver blocks one of the process's few threads
 * until it has an answer: a domain whose servers never answer would delay every file that the server reads.
 */
export const resolveByDns: ResolveName = async (hostname) => {
  const resolver = new Resolver({ timeout: DNS_TRY_MS, tries: DNS_TRIES });
  const outcomes = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const [ipv4, ipv6] = outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : []));
  const found = [
    ...ipv4!.map((address) => ({ address, family: 4 })),
    ...ipv6!.map((address) => ({ address, family: 6 })),
  ];
  const refusal = outcomes.find((outcome) => outcome.status === "rejected");
  if (found.length === 0 && refusal !== undefined) throw refusal.reason;
  return found;
};

/** Resolves by the operating system: also by the hosts file and the names of a local network. */
export const resolveBySystem: ResolveName = (hostname) => lookup(hostname, { all: true });
