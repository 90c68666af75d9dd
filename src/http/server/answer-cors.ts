import type { FastifyReply, FastifyRequest } from "fastify";
import { API_PREFIX } from "../../config/public-base-urls.ts";

/** Documented by Bitbucket: contract, rest.md §6.1. The last row is ours. */
const EXPOSED = [
  ..."Accept-Ranges, Content-Encoding, Content-Length, Content-Type, ETag, Last-Modified".split(", "),
  ..."Content-Disposition, Content-Range, Location, Retry-After, X-Accepted-OAuth-Scopes, X-Credential-Type".split(
    ", ",
  ),
  ..."X-OAuth-Scopes, X-RateLimit-Limit, X-RateLimit-NearLimit, X-RateLimit-Resource, X-Request-Id".split(
    ", ",
  ),
].join(", ");

/** Documented: any page may send requests. `*` does not include `Authorization`: Fetch, section 3.3.5. */
const PREFLIGHT = {
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE, OPTIONS",
  "access-control-allow-headers":
    "Accept, Authorization, Content-Type, If-Match, If-None-Match, If-Range, Range, *",
  "access-control-max-age": "86400",
};

/**
 * Lets pages of other sites read the API's answers to requests for which they send a credential themselves. Credentials
 * that the browser adds by itself are never included: `*` does not allow them, and no header here does.
 *
 * @returns whether the request was a preflight, and is answered.
 */
export function answerCors(request: FastifyRequest, reply: FastifyReply): boolean {
  if (!request.url.startsWith(`${API_PREFIX}/`)) return false;
  reply.header("access-control-allow-origin", "*");
  if (request.headers.origin === undefined) return false;
  reply.header("access-control-expose-headers", EXPOSED);
  if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined)
    return false;
  // The same for every path: only the request itself reveals what exists and who may do what.
  reply.code(204).headers(PREFLIGHT).send();
  return true;
}
