import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { API_TOKEN_EQUIVALENTS } from "../../model/access-token.ts";
import type { Bound } from "../../model/bound.ts";
import type { Caller } from "../../model/caller.ts";
import { Failure, invalidField } from "../../model/failure.ts";
import { type OauthScope, parseOauthScope } from "../../model/oauth-scope.ts";
import type { Scope } from "../../model/scope.ts";
import { compareScopes } from "../../model/scope-set.ts";
import { createAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import { representAccessToken } from "../../representations/access-token.ts";
import { makeAccessTokenRoutes } from "./access-token-routes.ts";

const AccessTokenBody = (Type: TypeBuilder) =>
  Type.Object({
    name: Type.String(),
    scopes: Type.Array(Type.String(), { maxItems: 100 }),
    /** In seconds: 1 to 365 days. */
    expires_in: Type.Optional(Type.Integer()),
  });

const SECOND_MS = 1000;
const YEAR_SECONDS = 365 * 86_400;

/** Creates an access token. Its text is in this answer alone. */
export const createAccessTokenRoutes = makeAccessTokenRoutes({
  method: "POST",
  below: "",
  scope: "write:token:pail",
  body: AccessTokenBody,
  async handle(ports, { by, caller, resource, body, baseUrls }) {
    const scopes = body.scopes.map((text) => {
      const scope = parseOauthScope(text);
      if (scope === undefined) throw invalidField("scopes", "has what is no scope of access tokens");
      return scope;
    });
    requireAsMuch(caller, scopes);
    const { text, token, account, address } = await createAccessToken(ports, by, resource, {
      name: body.name,
      scopes,
      lifetimeMs: (body.expires_in ?? YEAR_SECONDS) * SECOND_MS,
    });
    const shown = { token: { ...token, lastUsedFrom: undefined }, account, address, resource };
    return jsonAnswer(201, {
      token: text.reveal(),
      ...representAccessToken(shown, baseUrls, ports.clock()),
    });
  },
});

/**
 * Nobody makes a token with another that may do more than that. @throws Failure scope-missing; permission-missing if the other
 * is limited in what an access token cannot be.
 */
function requireAsMuch(caller: Caller, scopes: readonly OauthScope[]): void {
  if (caller.kind === "anonymous") return;
  const { credential } = caller;
  if (isLimitedElsewise(credential.bound))
    throw new Failure(
      "permission-missing",
      "A token that is limited to refs, addresses or hours makes no access tokens",
    );
  const equivalents: Readonly<Partial<Record<OauthScope, readonly Scope[]>>> = API_TOKEN_EQUIVALENTS;
  const apiTokenScopes = [...new Set(scopes.flatMap((scope) => equivalents[scope] ?? []))];
  const { required, missing } = compareScopes({ apiTokenScopes, oauthScopes: [] }, credential.scopes);
  if (missing.length === 0) return;
  throw new Failure("scope-missing", "Your credentials lack one or more required privilege scopes.", {
    detail: { required, granted: credential.scopes.vocabulary === "none" ? [] : credential.scopes.granted },
    reason: `missing ${missing.join(", ")}`,
  });
}

function isLimitedElsewise(bound: Bound | undefined): boolean {
  return (
    bound?.refs !== undefined ||
    bound?.addresses !== undefined ||
    bound?.readOnlyHours !== undefined ||
    bound?.outer !== undefined
  );
}
