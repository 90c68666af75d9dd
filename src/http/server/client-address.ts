import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import type { Config } from "../../config/config.ts";

const IPV4_IN_IPV6 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

/**
 * The address of a request is that of its connection. `X-Forwarded-For` is used only if a proxy is configured, and only
 * its last entry, which that proxy has added: anyone can send the entries before it.
 */
export function clientAddress(
  request: Pick<FastifyRequest, "headers" | "ip">,
  { isBehindProxy }: Pick<Config, "isBehindProxy">,
): string {
  const forwarded = isBehindProxy ? lastEntry(request.headers["x-forwarded-for"]) : undefined;
  return plainAddress(forwarded !== undefined && isIP(forwarded) !== 0 ? forwarded : request.ip);
}

function lastEntry(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header.at(-1) : header)?.split(",").at(-1)?.trim();
}

/** A closed connection has no address, despite its type. */
const GONE = "unknown";

/** IPv4 in one form, however the socket is bound. A zone (`%eth0`) is of no use elsewhere. */
function plainAddress(address: string | undefined): string {
  if (address === undefined) return GONE;
  if (!address.includes(":")) return address;
  const [, v4] = IPV4_IN_IPV6.exec(address) ?? [];
  return v4 ?? address.toLowerCase().split("%", 1)[0]!;
}

/** The address, or the /64 of an IPv6 one: usually one client has all addresses of a /64. */
export function networkOf(address: string): string {
  if (!address.includes(":") || isIP(address) !== 6) return address;
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const parts = [...left, ...Array<string>(zeros).fill("0"), ...right].slice(0, 4);
  return `${parts.map((part) => Number.parseInt(part, 16).toString(16)).join(":")}::/64`;
}
