import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { invalidField } from "../../model/failure.ts";
import { parseOauthScope } from "../../model/oauth-scope.ts";
import { createAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import { representAccessToken } from "../../representations/access-token.ts";
import { makeAccessTokenRoutes } from "./access-token-routes.ts";
import { requireAsMuch } from "./require-as-much.ts";

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
