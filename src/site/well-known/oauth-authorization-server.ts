import type { FastifyInstance } from "fastify";
import { baseUrlsOf } from "../../http/server/public-urls.ts";
import { OAUTH_SCOPES } from "../../model/oauth-scope.ts";
import type { Ports } from "../../ports.ts";
import { ACCESS_TOKEN_PATH, DEVICE_GRANT } from "../oauth2/access-token.ts";
import { DEVICE_AUTHORIZATION_PATH } from "../oauth2/device-authorization.ts";
import { JWT_GRANT } from "../oauth2/jwt-grant.ts";
import { REVOKE_PATH } from "../oauth2/revoke.ts";

/** Where people allow consumers what they ask for: a page. */
const AUTHORIZE_PATH = "/site/oauth2/authorize";

const CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post"];

/** `GET /.well-known/oauth-authorization-server`: RFC 8414. Bitbucket has none. */
export function registerOauthAuthorizationServer(server: FastifyInstance, ports: Ports): void {
  server.get("/.well-known/oauth-authorization-server", async (request, reply) => {
    const { html } = baseUrlsOf(request.headers, ports);
    reply.header("content-type", "application/json; charset=utf-8");
    return JSON.stringify({
      issuer: html,
      authorization_endpoint: html + AUTHORIZE_PATH,
      token_endpoint: html + ACCESS_TOKEN_PATH,
      revocation_endpoint: html + REVOKE_PATH,
      device_authorization_endpoint: html + DEVICE_AUTHORIZATION_PATH,
      scopes_supported: OAUTH_SCOPES,
      response_types_supported: ["code"],
      response_modes_supported: ["query"],
      grant_types_supported: [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        DEVICE_GRANT,
        JWT_GRANT,
      ],
      token_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
      revocation_endpoint_auth_methods_supported: CLIENT_AUTHENTICATION,
      code_challenge_methods_supported: ["S256"],
      // RFC 9207.
      authorization_response_iss_parameter_supported: true,
    });
  });
}
