/** Where a request is meant to go: RFC 9112, section 3.2. */
export type RequestTarget =
  | {
      readonly kind: "here";
      readonly pathAndQuery: string;
      /** Of an absolute form. */
      readonly host: string | undefined;
      readonly scheme: "http" | "https" | undefined;
    }
  | { readonly kind: "elsewhere"; readonly host: string };

/** The hosts that a server answers for. */
export type OwnHosts = {
  /** Lower-case names that it stands in for, whatever the port. */
  readonly names: readonly string[];
  /** The port it listens on: loopback names are its own with this port only, since others listen on others. */
  readonly port: number | undefined;
};

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Reads a request target. The absolute form is what a client sends to its proxy; it is taken for hosts that this server
 * stands in for, and nothing is ever forwarded. RFC 9112, section 3.2.2: its host replaces the Host header.
 */
export function readRequestTarget(target: string, own: OwnHosts): RequestTarget {
  if (target.startsWith("/"))
    return { kind: "here", pathAndQuery: target, host: undefined, scheme: undefined };
  const url = /^https?:\/\//i.test(target) ? URL.parse(target) : null;
  if (url === null || !isOwn(url, own)) return { kind: "elsewhere", host: url?.hostname ?? target };
  // Cut from the text, not from the parsed URL: parsing folds "/../" and rewrites escapes, which routing must see as sent.
  const pathAndQuery = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return {
    kind: "here",
    pathAndQuery: pathAndQuery.startsWith("/") ? pathAndQuery : `/${pathAndQuery}`,
    host: url.host,
    scheme: url.protocol === "https:" ? "https" : "http",
  };
}

function isOwn(url: URL, { names, port }: OwnHosts): boolean {
  if (names.includes(url.hostname)) return true;
  return LOOPBACK_NAMES.includes(url.hostname) && Number(url.port || 80) === port;
}
