import type { Installation } from "../model/app.ts";
import type { Secret } from "../model/secret.ts";
import { writeJsonWebToken } from "./json-web-token.ts";
import { queryStringHash, writeCanonicalRequest } from "./query-string-hash.ts";

/** Recorded: an hour. */
const LIFETIME_SECONDS = 3_600;

/** What is sent with a request to an app, as its proof of where it comes from. */
export type TokenForApp = {
  readonly text: string;
  /** What its `qsh` is the hash of. */
  readonly canonicalRequest: string;
};

/**
 * A token of this server for one request to an app: contract, auth-beyond-tokens.md §3.5. It has no `sub`, so an app that
 * got it cannot use it here.
 *
 * @param url of the request, at or below the base URL of the app.
 */
export function writeTokenForApp(
  { clientKey, descriptor }: Pick<Installation, "clientKey" | "descriptor">,
  secret: Secret,
  { method, url }: { readonly method: "GET" | "POST"; readonly url: string },
  now: Date,
): TokenForApp {
  const request = { method, target: targetBelow(descriptor.baseUrl, url) };
  const iat = Math.floor(now.getTime() / 1_000);
  const claims = {
    iss: clientKey,
    iat,
    qsh: queryStringHash(request),
    aud: clientKey,
    exp: iat + LIFETIME_SECONDS,
  };
  return { text: writeJsonWebToken(claims, secret), canonicalRequest: writeCanonicalRequest(request) };
}

/** Path and query of a URL, from the base URL on. */
export function targetBelow(baseUrl: string, url: string): string {
  const { pathname, search } = new URL(url);
  const base = new URL(baseUrl).pathname.replace(/\/$/, "");
  const path = base !== "" && pathname.startsWith(base) ? pathname.slice(base.length) : pathname;
  return `${path === "" ? "/" : path}${search}`;
}

/** The token without its signature, as it is shown and stored: with it, whoever reads it could pass for this server. */
export function withoutSignature(token: string): string {
  return `${token.slice(0, token.lastIndexOf("."))}.…`;
}
