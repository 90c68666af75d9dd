import assert from "node:assert/strict";
import {
  readReferenceOperations,
  routeName as referenceName,
  shapeOf,
} from "../../../reference/compatibility.ts";
import type { Route } from "../../../src/http/routes/route.ts";
import { type HttpAnswer, sendRequest } from "../clients/http-request.ts";
import { ALL_ROUTES } from "../examples/all-routes.ts";
import type { ExampleWorkspace } from "../examples/example-workspace.ts";
import { type ExampleParameters, exampleOf, examplePath, routeName } from "../examples/route-examples.ts";
import { fc } from "../fuzzing/seeded-properties.ts";
import type { TestApp } from "../server/test-app.ts";
import { type JunkRequest, junkRequests } from "./junk-requests.ts";

/** What any operation may answer that refuses what was sent. */
const REFUSALS = [400, 401, 403, 404, 405, 410, 413, 414, 415, 416, 421, 431];

/** What the reference does not list and our documents do, with the reason. */
const OWN_STATUSES: readonly (readonly [status: number, why: string, routes: RegExp])[] = [
  [200, "the reference lists no success", /^GET \/2\.0\/user\/emails/],
  [200, "the bytes, and no redirect to somewhere else", /^GET .*\/downloads\/\{filename\}$/],
  [302, "to the root of the main branch", /^GET .*\/src$/],
  [200, "the reference has the operation since October", /^GET .*\/mergeability\/checks$/],
  [206, "a range", /^GET .*\/(src|raw|downloads|files)\//],
  [304, "what the client has", /^GET .*\/(src|raw|downloads|files)\//],
  [409, "another ref stands in its way", /^POST .*\/refs\/(branches|tags)$/],
  [409, "the token was rotated before and has ended, or is revoked", /^POST .*\/rotate/],
  [409, "the account has too many tokens, or it has ended", /^POST \/-\/tokens/],
  [409, "the workspace has such a group", /^POST \/1\.0\/groups/],
  [409, "the repository has such a rule", /^(POST|PUT) .*\/branch-restrictions/],
];
/** Beyond this a server that refuses early may cut the client off while it is sending. */
const BODY_BUFFERED_MAX = 64 * 1024;

/** By shape, since the reference names parameters otherwise. */
const DOCUMENTED = new Map(
  readReferenceOperations().map(({ name, statuses }) => [shapeOf(name), statuses] as const),
);
/** Of operations that only Pail has. */
const SUCCESSES = [200, 201, 204];

/** Statuses that are right for a route, whatever it was sent. */
export function allowedStatuses(route: Pick<Route, "method" | "path">): ReadonlySet<number> {
  const own = OWN_STATUSES.filter(([, , routes]) => routes.test(routeName(route))).map(([status]) => status);
  const documented = DOCUMENTED.get(shapeOf(referenceName(route))) ?? SUCCESSES;
  return new Set([...REFUSALS, ...own, ...documented.filter((status) => status < 500 || status === 555)]);
}

export function targetOf(route: Route, request: JunkRequest, parameters: ExampleParameters): string {
  return examplePath(route, parameters, { replaced: request.segments }) + request.query;
}

/** Of the routes that a request may be for: a junk path may be that of another route. */
function routesFor(route: Route, request: JunkRequest): readonly Pick<Route, "method" | "path">[] {
  const method = request.method === "HEAD" ? "GET" : request.method;
  const isWhole = Object.values(request.segments).every((text) => !/^(?:%2e|\.)*$|\/|^$/i.test(text));
  return ALL_ROUTES.filter((one) => one.method === method && (!isWhole || one.path === route.path));
}

export type JunkRun = {
  readonly app: TestApp;
  readonly examples: ExampleWorkspace;
  readonly authorization: string;
  readonly seed: number;
  readonly casesPerRoute: number;
};

/** Longer than any case takes, on a busy machine too: nothing here has much to do. */
const CASE_MS_MAX = 180_000;
/** A route that deletes would have everything made anew for each case: it is, for one in so many. */
const CASES_PER_FILL = 16;
/** A log line's level that says that the fault is the server's own. */
const ERROR_LEVEL = 50;

export async function startJunkRun(
  app: TestApp,
  examples: ExampleWorkspace,
  { seed, casesPerRoute }: Pick<JunkRun, "seed" | "casesPerRoute">,
): Promise<JunkRun> {
  return { app, examples, authorization: examples.owner.authorization, seed, casesPerRoute };
}

/** Sends junk to one route, and looks at every answer and at the log. */
export async function throwJunkAt(route: Route, run: JunkRun): Promise<void> {
  let fills = 0;
  const property = fc.asyncProperty(junkRequests(route), async (request) => {
    if (fills * CASES_PER_FILL < run.casesPerRoute && (await run.examples.refill())) fills += 1;
    const logStart = run.app.logLines.length;
    const target = targetOf(route, request, run.examples.parameters());
    const answer = await send(run, target, request);
    if (answer === undefined) return;
    if (isDestruction(route, request, answer)) run.examples.spoil();
    checkAnswer(answer, route, request, target);
    const faults = run.app.logLines.slice(logStart).filter(({ level }) => Number(level) >= ERROR_LEVEL);
    assert.deepEqual(faults, []);
  });
  const { seed, casesPerRoute } = run;
  await run.examples.refill();
  await fc.assert(property, { seed, numRuns: casesPerRoute, timeout: CASE_MS_MAX });
}

/** @returns undefined if the server closed the connection before the whole of a large body had gone. */
async function send(
  { app, authorization }: JunkRun,
  target: string,
  { method, headers, body }: JunkRequest,
): Promise<HttpAnswer | undefined> {
  try {
    return await sendRequest(app.url, target, {
      method,
      headers: { authorization, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if ((body?.length ?? 0) > BODY_BUFFERED_MAX && /ECONNRESET|EPIPE/.test(String(error))) return undefined;
    throw error;
  }
}

function isDestruction(route: Route, { method }: JunkRequest, { status }: HttpAnswer): boolean {
  if (status >= 300) return false;
  return method === "DELETE" || (method === "PUT" && /\/\{(repo_slug|project_key)\}$/.test(route.path));
}

function checkAnswer(answer: HttpAnswer, route: Route, request: JunkRequest, target: string): void {
  const said = `${request.method} ${target.slice(0, 300)}: ${answer.status} ${answer.text.slice(0, 500)}`;
  const routes = routesFor(route, request);
  const allowed = new Set([...REFUSALS, ...routes.flatMap((one) => [...allowedStatuses(one)])]);
  // What methods a path has can be asked of every path.
  if (request.method === "OPTIONS") allowed.add(204);
  assert.ok(allowed.has(answer.status), `not documented: ${said}`);
  for (const value of Object.values(answer.headers)) assert.doesNotMatch(String(value), /[\r\n]/, said);
  assert.equal(answer.headers["x-evil"], undefined, said);
  if (answer.status < 400 || request.method === "HEAD") return;
  // A request for another host is refused before it has a route; beside REST it is told so in git's way.
  if ("host" in (request.headers ?? {}) && !target.startsWith("/2.0/")) return;
  assert.match(answer.headers["content-type"] ?? "", /^application\/json/, said);
  const body = JSON.parse(answer.text);
  assert.equal(body.type, "error", said);
  assert.equal(typeof body.error.message, "string", said);
}

/** A request with nothing wrong in it. */
export async function askWell(route: Route, run: JunkRun): Promise<HttpAnswer> {
  await run.examples.refill();
  const { body } = exampleOf(route);
  const request: JunkRequest = {
    method: route.method,
    segments: {},
    query: "",
    headers: body === undefined ? {} : { "content-type": body.contentType },
    body: body?.text,
  };
  const answer = await send(run, targetOf(route, request, run.examples.parameters()), request);
  if (answer === undefined) return assert.fail("the connection was closed");
  if (isDestruction(route, request, answer)) run.examples.spoil();
  return answer;
}
