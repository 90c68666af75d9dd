import { isIP } from "node:net";
import type { PublicBaseUrls } from "../model/event.ts";
import type { Config } from "./config.ts";

export const API_PREFIX = "/2.0";

export type ListeningSettings = {
  readonly config: Pick<Config, "publicUrl" | "publicApiUrl" | "host" | "tls">;
  /** The port that the server listens on. */
  readonly listening: { readonly port: number };
};

/**
 * The base URLs for links that somebody else than the caller will read: those of the settings, else the listening address.
 * The host of a request must not decide: a client could make others follow links to a host of its own.
 */
export function publicBaseUrlsOf({ config, listening }: ListeningSettings): PublicBaseUrls {
  const { publicUrl, publicApiUrl, tls } = config;
  const scheme = tls === undefined ? "http" : "https";
  const html = publicUrl ?? `${scheme}://${reachableHost(config.host)}:${listening.port}`;
  return { html, api: publicApiUrl ?? html + API_PREFIX } as PublicBaseUrls;
}

/** An address that means all of this machine's can be listened on, but not asked for everywhere. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return isIP(host) === 6 ? `[${host}]` : host;
}
