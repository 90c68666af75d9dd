/** Where a request is meant to go: RFC 9112, section 3.2. */
export type RequestTarget =
  | { readonly kind: "here"; readonly pathAndQuery: string; readonly host: string | undefined }
  | { readonly kind: "elsewhere"; readonly host: string };

/**
 * Reads a request target. The absolute form is what a client sends to its proxy; it is taken for hosts that this server
 * stands in for, and nothing is ever forwarded. RFC 9112, section 3.2.2: its host replaces the Host header.
 *
 * @param ownHosts lower-case host names, without ports.
 */
export function readRequestTarget(target: string, ownHosts: readonly string[]): RequestTarget {
  if (target.startsWith("/")) return { kind: "here", pathAndQuery: target, host: undefined };
  if (!/^https?:\/\//i.test(target)) return { kind: "elsewhere", host: target };
  const url = URL.parse(target);
  if (url === null || !ownHosts.includes(url.hostname))
    return { kind: "elsewhere", host: url?.hostname ?? target };
  // Cut from the text, not from the parsed URL: parsing folds "/../" and rewrites escapes, which routing must see as sent.
  const pathAndQuery = target.replace(/^https?:\/\/[^/?#]*/i, "");
  return {
    kind: "here",
    pathAndQuery: pathAndQuery.startsWith("/") ? pathAndQuery : `/${pathAndQuery}`,
    host: url.host,
  };
}
