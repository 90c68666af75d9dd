import { readInstallationToken } from "../../authentication/authenticate-app.ts";
import { Failure } from "../../model/failure.ts";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import { Secret } from "../../model/secret.ts";
import { type AppIdentity, issueAppToken } from "../../operations/oauth/issue-app-token.ts";
import type { IssuedTokens } from "../../operations/oauth/issue-tokens.ts";
import type { Ports } from "../../ports.ts";
import type { InstallationWithAccount } from "../../storage/sql/apps/installations.ts";
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

/**
 * The app that has signed the token. Documented: the scheme is in capitals. Clients send a `qsh` of another method, of the body
 * too, or none: it is not looked at, since nothing but the token is read here.
 */
async function findProvedApp(
  ports: Ports,
  { authorization = "" }: OauthRequest,
): Promise<AppIdentity | undefined> {
  const [, text] = /^JWT +([^ ]+) *$/.exec(authorization) ?? [];
  if (text === undefined) return undefined;
  const { account, installation } = await readProof(ports, new Secret(text));
  const { name, scopes } = installation.descriptor;
  return { account, name, scopes };
}

/** @throws OauthRefusal which tells what is wrong to whoever knows the secret. */
async function readProof(ports: Ports, text: Secret): Promise<InstallationWithAccount> {
  try {
    return await readInstallationToken(ports, text, undefined);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== "credential-invalid") throw error;
    const { detail } = error.details;
    throw new OauthRefusal("unauthorized_client", typeof detail === "string" ? detail : error.message, {
      ...(error.details.reason === undefined ? {} : { reason: error.details.reason }),
    });
  }
}
