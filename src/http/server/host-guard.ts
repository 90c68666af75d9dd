import type { IncomingMessage } from "node:http";
import type { Config } from "../../config/config.ts";
import { isLoopback } from "../../config/parse-setting.ts";
import { askedHost, parseHostHeader } from "./host-header.ts";
import type { Objection } from "./objection.ts";
import { BITBUCKET_API_HOST, BITBUCKET_HOST } from "./public-urls.ts";

export type HostSettings = Pick<
  Config,
  "publicUrl" | "publicApiUrl" | "proxiedHosts" | "isBehindProxy" | "host"
>;

/** The number of Host headers that are cached as our own, so that they need not be parsed again. */
const KNOWN_MAX = 64;

const MISDIRECTED: Objection = {
  status: 421,
  message:
    "Misdirected request: this server does not answer for that host name (its operator can name more by --public-url or --proxied-host)",
};

/**
 * Decides whether a request may be meant for this server. A web page can point its own host name at an address behind a
 * firewall, or at this machine (DNS rebinding); its browser then sends the page's host. So if our own names are known,
 * requests with other names are refused: with a public URL, and on a loopback address. RFC 9110, section 15.5.20.
 *
 * Without either, any name may be one that the operator has given the machine. A configured proxy without a public URL
 * decides itself which hosts it accepts.
 */
export function openHostGuard(settings: HostSettings): (request: IncomingMessage) => Objection | undefined {
  const { publicUrl, publicApiUrl, proxiedHosts, isBehindProxy } = settings;
  const isRestricted = publicUrl !== undefined || (isLoopback(settings.host) && !isBehindProxy);
  const urls = [publicUrl, publicApiUrl].flatMap((url) => (url === undefined ? [] : [new URL(url).host]));
  const hosts = [BITBUCKET_HOST, BITBUCKET_API_HOST, ...proxiedHosts, settings.host, ...urls];
  const names = new Set(hosts.flatMap((host) => nameOf(host) ?? []));
  const known = new Set<string>();

  function isOwn(name: string, localAddress: string | undefined): boolean {
    return names.has(name) || isLoopbackName(name) || name === nameOf(localAddress);
  }

  return ({ headers, socket }) => {
    // HTTP/1.0 needs no Host header, and every browser sends one.
    if (headers.host === undefined || headers.host === "") return undefined;
    const asked = askedHost(headers, isBehindProxy)!;
    if (known.has(asked) && asked === headers.host) return undefined;
    const parsed = parseHostHeader(asked);
    // RFC 9112, section 3.2.
    if (parsed === undefined || parseHostHeader(headers.host) === undefined)
      return {
        status: 400,
        message: "Bad request: the host is not a name or an address, with or without a port",
      };
    if (isRestricted && !isOwn(parsed.name, socket.localAddress)) return MISDIRECTED;
    if (known.size < KNOWN_MAX) known.add(asked);
    return undefined;
  };
}

/** RFC 6761, section 6.3: names below `localhost` always mean this machine. */
export function isLoopbackName(name: string): boolean {
  return (
    name === "localhost" ||
    name.endsWith(".localhost") ||
    name === "[::1]" ||
    /^127(?:\.\d{1,3}){3}$/.test(name) ||
    // As URLs write IPv4 within IPv6: the first group is of 127.x.
    /^\[::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4}\]$/.test(name)
  );
}

/** Of a name, an address or a host with its port. */
function nameOf(host: string | undefined): string | undefined {
  const isBareIpv6 = host !== undefined && !host.startsWith("[") && host.split(":").length > 2;
  return parseHostHeader(isBareIpv6 ? `[${host}]` : host)?.name;
}
