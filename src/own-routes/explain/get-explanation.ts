import type { OpenRoute } from "../../http/routes/subjects/open.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { invalidField } from "../../model/failure.ts";

/** Longer than any path that is served. */
const PATH_LENGTH_MAX = 2_048;

/**
 * `GET /-/explain?method=&path=`: what a request takes, what its caller has, and why it would be refused. It asks for no scope: whoever
 * sends a credential may know what that may do. Without one it explains what everybody may.
 */
export const getExplanationRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/-/explain",
  apiTokenScopes: [],
  oauthScopes: [],
  async handle(ports, { caller, query, headers, by }) {
    const method = (query.get("method") ?? "GET").toUpperCase();
    const path = query.get("path") ?? "";
    if (!/^[A-Z]{1,10}$/.test(method)) throw invalidField("method", "must be a method of HTTP, such as POST");
    if (!/^\/[\x21-\x7e]*$/.test(path) || path.length > PATH_LENGTH_MAX)
      throw invalidField("path", "must be a path as it is sent: /2.0/…, /{workspace}/{repo_slug}.git/…");
    const address = by.actor.kind === "operator" ? undefined : by.actor.address;
    const asked = { method, target: path, address, headers };
    // It reads the list in which this route is.
    const [{ explainRequest }, { representExplanation }] = await Promise.all([
      import("./explain-request.ts"),
      import("./represent-explanation.ts"),
    ]);
    return jsonAnswer(200, representExplanation(caller, asked, await explainRequest(ports, caller, asked)));
  },
};
