import { hash } from "node:crypto";

/** A request as the claim `qsh` tells of it. */
export type CanonicalRequest = {
  readonly method: string;
  /** Path and query, as sent, from the base URL on. */
  readonly target: string;
};

/** What the claim `qsh` is the hash of: contract, auth-beyond-tokens.md §3.5. */
export function writeCanonicalRequest({ method, target }: CanonicalRequest): string {
  const question = target.indexOf("?");
  const path = question === -1 ? target : target.slice(0, question);
  const query = question === -1 ? "" : target.slice(question + 1);
  return `${method.toUpperCase()}&${canonicalPath(path)}&${canonicalQuery(query)}`;
}

/** @returns SHA-256 in hex. */
export function queryStringHash(request: CanonicalRequest): string {
  return hash("sha256", writeCanonicalRequest(request), "hex");
}

/**
 * Whether a claim fits the request. Clients hash the path before their HTTP library has escaped braces and the like in it,
 * so that it counts as sent and with its escapes undone.
 */
export function isHashOf(claim: unknown, request: CanonicalRequest): boolean {
  return (
    claim === queryStringHash(request) ||
    claim === queryStringHash({ ...request, target: unescaped(request.target) })
  );
}

function unescaped(target: string): string {
  const question = target.indexOf("?");
  const path = question === -1 ? target : target.slice(0, question);
  try {
    return decodeURIComponent(path) + target.slice(path.length);
  } catch {
    return target;
  }
}

/** Without a slash at its end, except for the root. */
function canonicalPath(path: string): string {
  const whole = path.startsWith("/") ? path : `/${path}`;
  let end = whole.length;
  while (end > 1 && whole[end - 1] === "/") end -= 1;
  return whole.slice(0, end).replaceAll("&", "%26");
}

/** Sorted by name; values of one name sorted and joined by a comma; the token itself left out. */
function canonicalQuery(query: string): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "jwt") continue;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  // By code units, as the clients sort, and before anything is escaped.
  return [...values.keys()]
    .sort()
    .map((name) => `${encode(name)}=${values.get(name)!.sort().map(encode).join(",")}`)
    .join("&");
}

/** RFC 3986: all but unreserved characters. Half a surrogate pair has no bytes; URLSearchParams has replaced it. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
