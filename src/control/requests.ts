import { jsonAnswer, noContentAnswer } from "../http/server/answer.ts";
import { invalidField } from "../model/failure.ts";
import { representHar } from "../stand-in/requests/har.ts";
import type { RecordedRequest } from "../stand-in/requests/recorded-request.ts";
import { type LeastTokenOf, REQUESTS_MAX } from "../stand-in/requests/requests.ts";
import type { ControlRoute } from "./control-route.ts";

export const REQUEST_ROUTES: readonly ControlRoute[] = [
  {
    method: "GET",
    path: "/requests",
    summary: "list the newest requests, from the oldest of them on",
    async handle({ requests }, { query }) {
      const found = requests.list().slice(-readLast(query));
      return jsonAnswer(200, { count: requests.count, values: found.map(representRequest) });
    },
  },
  {
    method: "GET",
    path: "/requests/har",
    summary: "the same whole, as HAR 1.2, without secrets",
    handle: async ({ requests }, { query }) =>
      jsonAnswer(200, representHar(requests.list().slice(-readLast(query)))),
  },
  {
    method: "DELETE",
    path: "/requests",
    summary: "forget the requests, unknown operations and used scopes",
    async handle({ requests }) {
      requests.clear();
      return noContentAnswer();
    },
  },
  {
    method: "GET",
    path: "/unknown-operations",
    summary: "list what was asked for and is not there",
    handle: async ({ requests }) => jsonAnswer(200, requests.unknownOperations()),
  },
  {
    method: "GET",
    path: "/least-scopes",
    summary: "the narrowest token that would have done, for each that was used",
    handle: async ({ requests }) => jsonAnswer(200, (await requests.leastTokens()).map(representLeast)),
  },
];

function readLast(query: URLSearchParams): number {
  const text = query.get("last");
  if (text === null) return REQUESTS_MAX;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw invalidField("last", "must be a number from 1 on");
  return Number(text);
}

function representRequest(request: RecordedRequest) {
  return {
    id: request.id,
    started_on: request.startedAt.toISOString(),
    duration_ms: Math.round(request.durationMs * 10) / 10,
    method: request.method,
    url: request.url,
    status: request.status,
    route: request.route ?? null,
    account_id: request.accountId ?? null,
    credential_kind: request.credentialKind ?? null,
    credential_id: request.credentialId ?? null,
  };
}

function representLeast({ token, command, ...least }: LeastTokenOf) {
  return {
    token: { id: token.uuid, name: token.name, kind: token.kind },
    api_token_scopes: least.scopes,
    oauth_scopes: least.oauthScopes,
    repositories: least.repositories,
    projects: least.projects,
    workspaces: least.workspaces,
    seen_workspaces: least.seenWorkspaces,
    refs: least.refs,
    command: command ?? null,
  };
}
