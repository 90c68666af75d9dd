import type { IncomingMessage } from "node:http";

/** What the router knows. Node's parser reads more methods, some of them newer than any handler. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** RFC 9110, section 5.3 and RFC 9112, section 3.2: of these there may be one. Of two, something in front may see the other. */
const SINGLE_HEADERS = ["authorization", "host"];

export type Objection = { readonly status: 400 | 405 | 421; readonly message: string };

/** What is wrong with a request before it is looked at, or undefined. */
export function objectionTo(request: Pick<IncomingMessage, "method" | "rawHeaders">): Objection | undefined {
  if (!METHODS.has(request.method ?? "")) return { status: 405, message: "Method not allowed" };
  // Names and values in turn. Every request comes through here, so nothing is copied.
  const { rawHeaders } = request;
  let seen = "";
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (!SINGLE_HEADERS.some((single) => single.length === name.length)) continue;
    const key = name.toLowerCase();
    if (!SINGLE_HEADERS.includes(key)) continue;
    if (seen.includes(key)) return { status: 400, message: `Bad request: two ${key} headers` };
    seen += `${key} `;
  }
  return undefined;
}
