import type { OpenRoute } from "../../../http/routes/subjects/open.ts";
import { jsonAnswer } from "../../../http/server/answer.ts";
import { getIdentityIssuer } from "./identity-issuer.ts";

/** OpenID Connect Discovery 1.0, section 3. */
export const getOpenidConfigurationRoute: OpenRoute = {
  subject: "open",
  method: "GET",
  path: "/2.0/workspaces/{workspace}/pipelines-config/identity/oidc/.well-known/openid-configuration",
  apiTokenScopes: [],
  oauthScopes: [],
  async handle(ports, request) {
    const issuer = await getIdentityIssuer(ports, request);
    return jsonAnswer(200, {
      issuer,
      jwks_uri: `${issuer}/keys.json`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    });
  },
};
