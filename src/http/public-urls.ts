import type { IncomingHttpHeaders } from "node:http";
import type { Config } from "../config/config.ts";
import type { Bases } from "../representations/links.ts";

/** The host that the seed of all this, Bitbucket, uses for clones, and the one for its REST API. */
export const BITBUCKET_HOST = "bitbucket.org";
export const BITBUCKET_API_HOST = "api.bitbucket.org";

const API_PREFIX = "/2.0";

type UrlSettings = Pick<Config, "publicUrl" | "publicApiUrl" | "isBehindProxy" | "host" | "port">;

/**
 * The base URLs for links in an answer: the configured ones, else what the client used, so that links keep its scheme,
 * host and port. `X-Forwarded-*` is believed only where a proxy is declared, since anyone can send it.
 */
export function basesOf(headers: IncomingHttpHeaders, settings: UrlSettings): Bases {
  if (settings.publicUrl !== undefined) {
    return { html: settings.publicUrl, api: settings.publicApiUrl ?? settings.publicUrl + API_PREFIX };
  }
  const forwarded = (name: string) => (settings.isBehindProxy ? firstValue(headers[name]) : undefined);
  const scheme = forwarded("x-forwarded-proto") === "https" ? "https" : "http";
  const host = hostOf(forwarded("x-forwarded-host") ?? headers.host) ?? `${settings.host}:${settings.port}`;
  if (host === BITBUCKET_HOST || host === BITBUCKET_API_HOST) {
    return { html: `${scheme}://${BITBUCKET_HOST}`, api: `${scheme}://${BITBUCKET_API_HOST}${API_PREFIX}` };
  }
  return { html: `${scheme}://${host}`, api: `${scheme}://${host}${API_PREFIX}` };
}

function firstValue(header: string | string[] | undefined): string | undefined {
  return (Array.isArray(header) ? header[0] : header)?.split(",")[0]?.trim();
}

/** A host and port, lower case. Anything else in the header must not get into links. */
function hostOf(text: string | undefined): string | undefined {
  return text !== undefined &&
    /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(text) &&
    URL.canParse(`http://${text}`)
    ? text.toLowerCase()
    : undefined;
}

/** The public URL of a request, for `next` and `previous`. `target` is its path and query. */
export function publicRequestUrl(bases: Bases, target: string): URL {
  return new URL(
    target.startsWith(`${API_PREFIX}/`) ? bases.api + target.slice(API_PREFIX.length) : bases.html + target,
  );
}
