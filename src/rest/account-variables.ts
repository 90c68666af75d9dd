import type { Method } from "../http/routes/declaration.ts";
import type { AccountRoute } from "../http/routes/subjects/account.ts";
import { Failure } from "../model/failure.ts";

/**
 * Variables of users and teams, which workspaces have replaced. The reference has no scope of API tokens for them, and the
 * refusal of such a token is reported; here it is that of all credentials (our choice).
 */
function accountVariableRoute(method: Method, path: string): AccountRoute {
  return {
    subject: "account",
    method,
    path,
    apiTokenScopes: [],
    oauthScopes: [method === "GET" ? "pipeline" : "pipeline:variable"],
    successStatuses: [],
    ...(method === "GET" ? { readsFilter: true } : {}),
    handle() {
      throw new Failure(
        "credential-kind-refused",
        "This resource does not support authentication using the provided token",
      );
    },
  };
}

export const ACCOUNT_VARIABLE_ROUTES: readonly AccountRoute[] = [
  "/2.0/users/{selected_user}/pipelines_config/variables",
  "/2.0/teams/{username}/pipelines_config/variables",
].flatMap((path) => [
  accountVariableRoute("GET", path),
  accountVariableRoute("POST", path),
  accountVariableRoute("GET", `${path}/{variable_uuid}`),
  accountVariableRoute("PUT", `${path}/{variable_uuid}`),
  accountVariableRoute("DELETE", `${path}/{variable_uuid}`),
]);
