import type { UpstreamProxy } from "./connect-onward.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that programs use here already, if it is an HTTP one. Curl's rules: lower case first. */
export function findUpstreamProxy(environment: Environment): UpstreamProxy | undefined {
  const given =
    environment.https_proxy ||
    environment.HTTPS_PROXY ||
    environment.http_proxy ||
    environment.all_proxy ||
    environment.ALL_PROXY;
  if (given === undefined || given === "") return undefined;
  const url = URL.parse(given.includes("://") ? given : `http://${given}`);
  if (url?.protocol !== "http:") return undefined;
  const excepted = parseNoProxy(environment.no_proxy || environment.NO_PROXY);
  return { url, reaches: (host) => !isLoopback(host) && !excepted.some((entry) => isNamedBy(host, entry)) };
}

/** The entries of a `no_proxy`, as they are. */
export function parseNoProxy(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(/[\s,]+/)
    .map((entry) => entry.toLowerCase())
    .filter((entry) => entry !== "");
}

/** Whether an entry means the host: itself, a domain that it is in, or all. A port in it is not looked at. */
export function isNamedBy(host: string, entry: string): boolean {
  if (entry === "*") return true;
  const name = entry.replace(/:\d+$/, "").replace(/^\*?\./, "");
  return name !== "" && (host === name || host.endsWith(`.${name}`));
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}
