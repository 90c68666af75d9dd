import type { FastifyInstance } from "fastify";

const NAME = "client";
const BROWSER = "browser";

/** For a route whose address the API has too. */
export const BROWSERS_ONLY = { [NAME]: BROWSER };

/**
 * Lets routes be told apart by who asks. A browser says where a request comes from (Fetch Metadata), or has a session's cookie; who
 * sends a credential of the API wants the API's answer.
 */
export function tellBrowsersApart(server: FastifyInstance): void {
  server.addConstraintStrategy({
    name: NAME,
    mustMatchWhenDerived: false,
    storage: () => {
      const handlers = new Map<unknown, never>();
      return {
        get: (value) => handlers.get(value) ?? null,
        set: (value, handler) => void handlers.set(value, handler as never),
      };
    },
    validate: () => {},
    deriveConstraint: ({ headers }) =>
      headers.authorization === undefined &&
      (headers["sec-fetch-site"] !== undefined || SESSION_COOKIE.test(headers.cookie ?? ""))
        ? BROWSER
        : undefined,
  });
}

const SESSION_COOKIE = /(?:^|; ?)(?:__Host-)?pail=/;
