import type { TypeBuilder } from "../../http/routes/body-schema.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { deriveToken } from "../../operations/tokens/derive-token.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import { representDerivedToken } from "../../representations/derived-token.ts";

/** A field that is not known is refused: it may be meant as a limit. */
const DeriveTokenBody = (Type: TypeBuilder) =>
  Type.Object(
    {
      name: Type.String(),
      scopes: Type.Array(Type.String()),
      expires_in: Type.Integer(),
      repositories: Type.Optional(Type.Array(Type.String())),
      projects: Type.Optional(Type.Array(Type.String())),
      workspaces: Type.Optional(Type.Array(Type.String())),
      refs: Type.Optional(Type.Array(Type.String())),
      addresses: Type.Optional(Type.Array(Type.String())),
      read_only_hours: Type.Optional(Type.Array(Type.String())),
    },
    { additionalProperties: false },
  );

/**
 * `POST /-/tokens/derive`: a token with less of the token that is sent, for a job or for somebody who is trusted less. It needs
 * no scope, since nothing wider can come of it, and its owner need not be asked. The answer has the text of the token, this
 * once.
 */
export const deriveTokenRoute: AccountRoute<typeof DeriveTokenBody> = {
  subject: "account",
  method: "POST",
  path: "/-/tokens/derive",
  apiTokenScopes: [],
  oauthScopes: [],
  credentialKinds: ["api-token", "access-token", "oauth"],
  body: DeriveTokenBody,
  async handle(ports, { by, caller, body }) {
    const { name, scopes, expires_in: lifeSeconds, ...limits } = body;
    const { text, token } = await deriveToken(ports, by, { name, scopes, lifeSeconds, limits });
    const [described] = await describeLimits(ports, viewerOf(caller), [token]);
    return jsonAnswer(201, representDerivedToken(token, text, described!), { "cache-control": "no-store" });
  },
};
