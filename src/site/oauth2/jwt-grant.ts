import { OauthRefusal } from "../../model/oauth-refusal.ts";
import { type AppIdentity, issueAppToken } from "../../operations/oauth/issue-app-token.ts";
import type { IssuedTokens } from "../../operations/oauth/issue-tokens.ts";
import type { Ports } from "../../ports.ts";
import type { OauthRequest } from "./register-endpoint.ts";

/** Bitbucket's own grant, for installed apps. */
export const JWT_GRANT = "urn:bitbucket:oauth2:jwt";

/**
 * Issues an access token to an app that proves who it is with `Authorization: JWT …`.
 *
 * @throws OauthRefusal
 */
export async function issueByJwt(ports: Ports, request: OauthRequest): Promise<IssuedTokens> {
  const app = await findProvedApp(ports, request);
  if (app === undefined)
    throw new OauthRefusal("unauthorized_client", "Invalid OAuth client credentials", {
      reason: "no installed app has signed this",
    });
  return issueAppToken(ports, request.by, app);
}

/** No app can be installed yet. */
async function findProvedApp(_ports: Ports, _request: OauthRequest): Promise<AppIdentity | undefined> {
  return undefined;
}
