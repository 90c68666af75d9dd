/** A product of a `User-Agent` header, RFC 9110, section 10.1.5: its name, and the first numbers of its version. */
const PRODUCT =
  /^(?<name>[A-Za-z][A-Za-z0-9._-]{0,31})(?:\/v?(?<version>\d{1,6}(?:\.\d{1,6})?)(?:[^\d].*)?)?$/;

/** Browsers call themselves `Mozilla/5.0` first. Of several names that one sends, the one that says most. */
const BROWSERS = ["Edg", "OPR", "Firefox", "Chrome", "Version"] as const;
const BROWSER_NAMES: Readonly<Record<string, string>> = { Edg: "Edge", OPR: "Opera", Version: "Safari" };

/** No longer header is read. */
const HEADER_LENGTH_MAX = 512;

/**
 * Reduces a `User-Agent` header to a name and a version of at most two numbers: `git/2.51.0 (Apple Git-1)` becomes
 * `git 2.51`. A client writes what it likes there, so nothing else of it is stored or shown.
 *
 * @returns undefined if the header has no such name.
 */
export function parseClientName(header: string | undefined): string | undefined {
  if (header === undefined || header.length > HEADER_LENGTH_MAX) return undefined;
  const products = header.trim().split(" ");
  const isBrowser = products[0]?.startsWith("Mozilla/") === true;
  const browser = BROWSERS.map((name) => products.find((each) => each.startsWith(`${name}/`))).find(Boolean);
  const { name, version } =
    PRODUCT.exec((isBrowser ? browser : undefined) ?? products[0] ?? "")?.groups ?? {};
  if (name === undefined) return undefined;
  const shown = isBrowser ? (BROWSER_NAMES[name] ?? name) : name;
  return version === undefined ? shown : `${shown} ${version}`;
}
