import { hasPlainHost, hasUriCharacters, parseHttpUrl } from "./http-url.ts";

/** `documented`: the registered address, or below it, as Bitbucket has it. `exact`: OWASP ASVS 5.0, 10.4.1. */
export type RedirectMatching = "documented" | "exact";

/**
 * Reads an address that a browser may be sent back to: `http://` or `https://`, without user name, password and fragment
 * (RFC 6749, section 3.1.2), and without what other readers of URLs understand differently: dots and encoded slashes that
 * lead out of the path, backslashes.
 */
export function parseRedirectUri(text: string): URL | undefined {
  const url = hasUriCharacters(text) ? parseHttpUrl(text) : undefined;
  if (url === undefined || text.includes("\\") || text.includes("#")) return undefined;
  if (!hasPlainHost(url)) return undefined;
  if (url.username !== "" || url.password !== "" || /^https?:\/\/[^/?]*@/i.test(text)) return undefined;
  const path = /^https?:\/\/[^/?]+([^?]*)/i.exec(text)?.[1];
  if (path === undefined || /%(?:2f|5c|00)/i.test(path)) return undefined;
  const hasDots = path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  return hasDots ? undefined : url;
}

/**
 * Whether a browser may be sent to `asked`: to the registered address or, at the border of a segment of its path, below it.
 * A loopback address may have any port (RFC 8252, section 7.3), since a program listens on one that is free.
 */
export function isRedirectWithin(registered: string, asked: string, matching: RedirectMatching): boolean {
  const [from, to] = [parseRedirectUri(registered), parseRedirectUri(asked)];
  if (from === undefined || to === undefined) return false;
  const isPortFree = from.protocol === "http:" && isLoopback(from.hostname);
  if (from.protocol !== to.protocol || from.hostname !== to.hostname) return false;
  if (from.port !== to.port && !isPortFree) return false;
  if (from.pathname === to.pathname && from.search === to.search) return true;
  if (matching === "exact" || from.search !== "") return false;
  if (from.pathname === to.pathname) return true;
  return to.pathname.startsWith(from.pathname.endsWith("/") ? from.pathname : `${from.pathname}/`);
}

function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** The address with parameters of an answer. They are escaped by whoever gives them. */
export function withParameters(uri: string, parameters: readonly string[]): string {
  return `${uri}${uri.includes("?") ? "&" : "?"}${parameters.join("&")}`;
}
