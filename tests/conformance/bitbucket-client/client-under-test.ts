import assert from "node:assert/strict";
import { setImmediate as nextTurn } from "node:timers/promises";
import { routerPaths } from "../../../src/http/routes/pipeline.ts";
import type { Route } from "../../../src/http/routes/route.ts";
import type { Account } from "../../../src/model/account.ts";
import type { Group } from "../../../src/model/group.ts";
import { createAccount } from "../../../src/operations/accounts/accounts.ts";
import { createGroup } from "../../../src/operations/groups/groups.ts";
import { setMember } from "../../../src/operations/workspaces/workspaces.ts";
import { ROUTES } from "../../../src/rest/routes.ts";
import {
  type ClientAnswer,
  type ClientError,
  type ClientMethod,
  methodsOf,
  openBitbucketClient,
  operationOf,
} from "../../support/clients/bitbucket-client.ts";
import { type FilledApp, startFilledApp } from "../../support/server/filled-app.ts";

/** Our routes by operation, as the client's methods are named. */
export const SERVED: ReadonlyMap<string, Route> = new Map(
  ROUTES.map((route) => [operationOf(route.method, route.path), route]),
);

/** For tests of operations that are not there yet: they run as soon as the route is listed. */
export function unlessServed(...operations: readonly string[]): string | false {
  const missing = operations.filter((operation) => !SERVED.has(operation));
  return missing.length === 0 ? false : `Pail has no route ${missing.join(", ")}`;
}

const LOG_MS_MAX = 60_000;

type Parameters = Readonly<Record<string, unknown>>;

export type ClientUnderTest = FilledApp & {
  readonly methods: ReadonlyMap<string, ClientMethod>;
  readonly deprecated: readonly string[];
  /** A member of the workspace without any permission. */
  readonly reader: Account;
  /** Without members. */
  readonly group: Group;
  /** `{ workspace, repo_slug }` of `acme/demo`. */
  readonly where: { readonly workspace: string; readonly repo_slug: string };
  /** Calls the method, such as `refs.createBranch`, and finds in the server's log that its route answered so. */
  call(name: string, parameters?: Parameters): Promise<ClientAnswer>;
  /** As `call`, with a body of the multipart kind, for which the client is given Node's own `fetch`. */
  upload(name: string, parameters: Parameters): Promise<ClientAnswer>;
  /** As `call`, for what is refused. @returns the status. */
  refuse(name: string, parameters?: Parameters): Promise<number>;
};

/** What a failing test shows: not the whole error, which has the `Authorization` header in it. */
function problemOf(answer: ClientAnswer | ClientError): string {
  if ("data" in answer) return String(answer.status);
  return `${answer.status} ${answer.message} ${JSON.stringify(answer.error)}`;
}

/** The client and a server in this process, so that a test can look at rows. Ends after the tests of the file. */
export async function startClientUnderTest(): Promise<ClientUnderTest> {
  const filled = await startFilledApp();
  const { app } = filled;
  const options = { apiUrl: `${app.url}/2.0`, email: "owner@example.com", token: await app.token() };
  const client = openBitbucketClient(options);
  const uploader = openBitbucketClient({ ...options, fetch });
  const reader = await createAccount(app.ports, app.by, { email: "reader@example.com", username: "reader" });
  await setMember(app.ports, app.by, app.workspace, reader, "member", "none");
  const group = await createGroup(app.ports, app.by, app.workspace, "Nobody");
  const { methods, deprecated } = methodsOf(client);

  const requests = () => app.logLines.filter((line) => line.msg === "request");

  async function observe(
    name: string,
    parameters: Parameters,
    by = client,
  ): Promise<ClientAnswer | ClientError> {
    const [space = "", member = ""] = name.split(".");
    const method = by[space]?.[member];
    const operation = methods.get(name)?.operation ?? "";
    const route = SERVED.get(operation);
    assert.ok(method !== undefined && route !== undefined, `${name} is ${operation}, which is not served`);
    const before = requests().length;
    const answer = await method(parameters).catch((error: ClientError) => error);
    // A line is written when the last byte is out, which the client may be quicker to read. The client follows a redirection,
    // so the line of what it was sent to comes behind that one.
    const isLogged = () => requests().length > before && requests().at(-1)?.status === answer.status;
    const deadline = Date.now() + LOG_MS_MAX;
    while (!isLogged() && Date.now() < deadline) await nextTurn();
    assert.ok(requests().length > before, `${name} has asked nothing: ${problemOf(answer)}`);
    const [line] = requests().slice(before);
    assert.equal(line?.method, route.method, name);
    assert.ok(routerPaths(route).includes(String(line?.route)), `${name} went to ${line?.route}`);
    assert.equal(requests().at(-1)?.status, answer.status, `${name}: ${problemOf(answer)}`);
    return answer;
  }

  async function answered(name: string, parameters: Parameters, by = client): Promise<ClientAnswer> {
    const answer = await observe(name, parameters, by);
    assert.ok("data" in answer, `${name} was refused: ${problemOf(answer)}`);
    return answer;
  }

  return {
    ...filled,
    methods,
    deprecated,
    reader,
    group,
    where: { workspace: "acme", repo_slug: "demo" },
    call: (name, parameters = {}) => answered(name, parameters),
    upload: (name, parameters) => answered(name, parameters, uploader),
    async refuse(name, parameters = {}) {
      const answer = await observe(name, parameters);
      assert.ok(!("data" in answer), `${name} went through`);
      return answer.status;
    },
  };
}
