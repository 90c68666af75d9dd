import type { FastifyInstance } from "fastify";
import { OauthRefusal } from "../../model/oauth-refusal.ts";
import { Secret } from "../../model/secret.ts";
import { exchangeDeviceCode } from "../../operations/oauth/device-grant.ts";
import { exchangeCode } from "../../operations/oauth/exchange-code.ts";
import { issueClientToken } from "../../operations/oauth/issue-client-token.ts";
import type { IssuedTokens } from "../../operations/oauth/issue-tokens.ts";
import { refreshGrant } from "../../operations/oauth/refresh-grant.ts";
import type { Ports } from "../../ports.ts";
import { issueByJwt, JWT_GRANT } from "./jwt-grant.ts";
import { type OauthRequest, registerEndpoint } from "./register-endpoint.ts";

export const ACCESS_TOKEN_PATH = "/site/oauth2/access_token";
/** RFC 8628, section 3.4. */
export const DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";

/** `POST /site/oauth2/access_token`: RFC 6749, section 3.2, with Bitbucket's names. */
export function registerAccessToken(server: FastifyInstance, ports: Ports): void {
  registerEndpoint(server, ports, ACCESS_TOKEN_PATH, async (own, request) => {
    const grant = request.form.get("grant_type");
    return represent(await issue(own, request, grant), grant ?? "");
  });
}

async function issue(ports: Ports, request: OauthRequest, grant: string | null): Promise<IssuedTokens> {
  const { form, by } = request;
  // Who asks by a JWT is no consumer.
  if (grant === JWT_GRANT) return issueByJwt(ports, request);
  const consumer = await request.authenticateConsumer();
  switch (grant) {
    case "authorization_code":
      return exchangeCode(ports, by, consumer, {
        code: required(form, "code"),
        redirectUri: form.get("redirect_uri") ?? undefined,
        verifier: optional(form, "code_verifier"),
      });
    case "refresh_token":
      return refreshGrant(ports, by, consumer, required(form, "refresh_token"));
    case "client_credentials":
      return issueClientToken(ports, by, consumer);
    case DEVICE_GRANT:
      return exchangeDeviceCode(ports, by, consumer, required(form, "device_code"));
    default:
      // Recorded, with Python's word for nothing. The RFC has unsupported_grant_type.
      throw new OauthRefusal("invalid_grant", `Unsupported grant type: ${shown(grant)}`);
  }
}

const SHOWN_LENGTH_MAX = 100;

function shown(grant: string | null): string {
  return grant === null ? "None" : grant.slice(0, SHOWN_LENGTH_MAX);
}

function required(form: URLSearchParams, name: string): Secret {
  const value = optional(form, name);
  if (value === undefined) throw new OauthRefusal("invalid_request", `${name} is missing`);
  return value;
}

function optional(form: URLSearchParams, name: string): Secret | undefined {
  const value = form.get(name);
  return value === null ? undefined : new Secret(value);
}

/**
 * The recorded keys in their recorded order. `scope` is that of the RFC and of Bitbucket since May 2026, `scopes` the one before:
 * clients of either age find theirs. `state` has the name of the grant.
 */
function represent(issued: IssuedTokens, grant: string): unknown {
  const { accessToken, expiresInSeconds, refreshToken } = issued;
  const scope = issued.scopes.join(" ");
  return {
    scopes: scope,
    scope,
    access_token: accessToken.reveal(),
    expires_in: expiresInSeconds,
    token_type: "bearer",
    state: grant,
    ...(refreshToken === undefined ? {} : { refresh_token: refreshToken.reveal() }),
  };
}
