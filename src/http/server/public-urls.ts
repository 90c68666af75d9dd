import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../../config/config.ts";
import { API_PREFIX, publicBaseUrlsOf } from "../../config/public-base-urls.ts";
import type { BaseUrls } from "../../representations/links.ts";
import { askedHost, firstValue, parseHostHeader } from "./host-header.ts";

/** The host that the seed of all this, Bitbucket, uses for clones, and the one for its REST API. */
export const BITBUCKET_HOST = "bitbucket.org";
export const BITBUCKET_API_HOST = "api.bitbucket.org";

/** Set by the server: RFC 9113, section 8.3.1. In HTTP/1.1 no name has a colon, so no client can send it. */
export const SCHEME_HEADER = ":scheme";

type UrlSettings = {
  readonly config: Pick<Config, "publicUrl" | "publicApiUrl" | "isBehindProxy" | "host" | "tls">;
  readonly listening: { readonly port: number };
};

/**
 * The base URLs for links in an answer to the caller: the configured ones, else what the client used, so that links keep its
 * scheme, host and port. `X-Forwarded-*` is believed only where a proxy is declared, since anyone can send it. What others
 * will read has its links from `publicBaseUrlsOf`.
 */
export function baseUrlsOf(headers: IncomingHttpHeaders, settings: UrlSettings): BaseUrls {
  const { publicUrl, isBehindProxy } = settings.config;
  const host = parseHostHeader(askedHost(headers, isBehindProxy))?.host;
  if (publicUrl !== undefined || host === undefined) return publicBaseUrlsOf(settings);
  const forwarded = isBehindProxy ? firstValue(headers["x-forwarded-proto"]) : undefined;
  const proto = forwarded ?? firstValue(headers[SCHEME_HEADER]);
  const scheme = proto === "https" ? "https" : "http";
  if (host === BITBUCKET_HOST || host === BITBUCKET_API_HOST) {
    return { html: `${scheme}://${BITBUCKET_HOST}`, api: `${scheme}://${BITBUCKET_API_HOST}${API_PREFIX}` };
  }
  return { html: `${scheme}://${host}`, api: `${scheme}://${host}${API_PREFIX}` };
}

/** The public URL of a request, for `next` and `previous`. `target` is its path and query. */
export function publicRequestUrl(baseUrls: BaseUrls, target: string): URL {
  return new URL(
    target.startsWith(`${API_PREFIX}/`)
      ? baseUrls.api + target.slice(API_PREFIX.length)
      : baseUrls.html + target,
  );
}
