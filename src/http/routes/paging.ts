import { restoreBytes } from "../../model/byte-text.ts";
import { Failure } from "../../model/failure.ts";

/** Far beyond any collection; even with the largest `pagelen` the offset is still an exact integer. */
export const PAGE_MAX = 1_000_000_000;

/** Both 1 or more. */
export type PageRequest = { readonly page: number; readonly pagelen: number };

/** The wire's envelope of a collection: contract, rest.md §2.9. */
export type PageRepresentation<Value> = {
  readonly values: readonly Value[];
  readonly pagelen: number;
  readonly size: number;
  readonly page: number;
  readonly next?: string;
  readonly previous?: string;
};

/**
 * Reads `page` (1 by default) and `pagelen` of a query. A `pagelen` above the limit is refused rather than lowered: a
 * client that expects full pages would silently miss objects.
 *
 * @throws Failure `invalid-input`, "Invalid page" or "Invalid pagelen" as Bitbucket has them, with the limit in the
 * details.
 */
export function parsePage(
  query: URLSearchParams,
  limits: { readonly pagelenDefault: number; readonly pagelenMax: number },
): PageRequest {
  return {
    page: readNumber(query, "page", 1, PAGE_MAX),
    pagelen: readNumber(query, "pagelen", limits.pagelenDefault, limits.pagelenMax),
  };
}

function readNumber(
  query: URLSearchParams,
  name: "page" | "pagelen",
  byDefault: number,
  max: number,
): number {
  const text = query.get(name);
  if (text === null) return byDefault;
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  if (number === undefined || number > max) {
    const problem = `must be a whole number from 1 to ${max}`;
    throw new Failure("invalid-input", `Invalid ${name}`, { fields: { [name]: [problem] } });
  }
  return number;
}

/**
 * The envelope of one page.
 *
 * @param page.size objects in the whole collection.
 * @param requestUrl the public URL of the request. Its query goes on in `next` and `previous`, in its order and written as
 * a form has it (a space is `+`); only `page` differs.
 */
export function representPage<Value>(
  { page, pagelen, size, values }: PageRequest & { readonly size: number; readonly values: readonly Value[] },
  requestUrl: URL,
): PageRepresentation<Value> {
  const pageCount = Math.max(1, Math.ceil(size / pagelen));
  return {
    values,
    pagelen,
    size,
    page,
    ...(page < pageCount ? { next: pageUrl(requestUrl, page + 1) } : {}),
    // Beyond the end, `previous` is the last page, not an empty one.
    ...(page > 1 ? { previous: pageUrl(requestUrl, Math.min(page - 1, pageCount)) } : {}),
  };
}

function pageUrl(requestUrl: URL, page: number): string {
  const url = new URL(requestUrl);
  url.searchParams.set("page", String(page));
  return restoreBytes(url.href);
}
