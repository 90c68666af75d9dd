import type { OpenRoute } from "../../../http/routes/subjects/open.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { listIdentityKeys } from "../../../operations/pipelines/identity.ts";
import { getIdentityIssuer } from "./identity-issuer.ts";

/** A JSON Web Key Set: RFC 7517. The same for all workspaces (our choice). */
export const getIdentityKeysRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/pipelines-config/identity/oidc/keys.json",
  apiTokenScopes: [],
  oauthScopes: [],
  async handle(ports, request) {
    await getIdentityIssuer(ports, request);
    return jsonAnswer(200, { keys: await listIdentityKeys(ports) });
  },
};
