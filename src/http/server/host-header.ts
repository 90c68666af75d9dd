import type { IncomingHttpHeaders } from "node:http";

export type HostHeader = {
  /** With its port, lower case, fit for a link. */
  readonly host: string;
  /** Without a port and without the dot that may end it; an IP address in its one form, IPv6 in brackets. */
  readonly name: string;
};

/** Texts of which it is known what they are: clients name few hosts. Beyond it they are forgotten together. */
const KNOWN_MAX = 64;
const known = new Map<string, HostHeader>();

/** Reads a host and port: RFC 9110, section 7.2. Undefined for anything that must not get into a link. */
export function parseHostHeader(text: string | undefined): HostHeader | undefined {
  if (text === undefined) return undefined;
  const found = known.get(text) ?? parseHost(text);
  if (found === undefined || known.has(text)) return found;
  if (known.size >= KNOWN_MAX) known.clear();
  known.set(text, found);
  return found;
}

function parseHost(text: string): HostHeader | undefined {
  if (!/^(?:[a-z0-9._-]{1,254}|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(text)) return undefined;
  const url = URL.parse(`http://${text}`);
  if (url === null || url.hostname === "") return undefined;
  return { host: text.toLowerCase(), name: url.hostname.replace(/\.$/, "") };
}

/** The host that the client has asked for, as far as it is believed. */
export function askedHost(headers: IncomingHttpHeaders, isBehindProxy: boolean): string | undefined {
  return (isBehindProxy ? firstValue(headers["x-forwarded-host"]) : undefined) ?? headers.host;
}

/** Of a header that each proxy on the way adds to. */
export function firstValue(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(",")[0]?.trim();
}
