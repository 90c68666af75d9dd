import assert from "node:assert/strict";
import { routerPaths } from "../../../src/http/routes/pipeline.ts";
import { successStatusesOf } from "../../../src/http/routes/success-statuses-of.ts";
import { ALL_ROUTES } from "../examples/all-routes.ts";

const DECLARED = new Map<string, readonly number[]>(
  ALL_ROUTES.flatMap((route) =>
    routerPaths(route).map((path) => [`${route.method} ${path}`, successStatusesOf(route)] as const),
  ),
);

/** Of a condition and of a range: any GET may answer with them. */
const ALWAYS = [206, 304];

/** What the OpenAPI document says of answers is held against all answers of the tests: lines of the log. */
export function refuseUndeclaredStatuses(logLines: readonly Readonly<Record<string, unknown>>[]): void {
  const undeclared = logLines.flatMap(({ msg, method, route, status }) => {
    const name = `${method === "HEAD" ? "GET" : method} ${route}`;
    const declared = DECLARED.get(name);
    if (msg !== "request" || declared === undefined) return [];
    const code = Number(status);
    const isRefusal = code === 301 || code === 308 || code >= 400;
    return isRefusal || declared.includes(code) || ALWAYS.includes(code) ? [] : [`${name} ${code}`];
  });
  assert.deepEqual([...new Set(undeclared)], [], "declare successStatuses of these routes");
}
