import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { deriveToken } from "../../operations/tokens/derive-token.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import { representDerivedToken } from "../../representations/derived-token.ts";
import { NewTokenBody } from "./new-token-body.ts";

/**
 * `POST /-/tokens/derive`: a token with less of the token that is sent, for a job or for somebody who is trusted less. It needs
 * no scope, since nothing wider can come of it, and its owner need not be asked. The answer has the text of the token, this
 * once.
 */
export const deriveTokenRoute: AccountRoute<typeof NewTokenBody> = {
  subject: "account",
  method: "POST",
  path: "/-/tokens/derive",
  apiTokenScopes: [],
  oauthScopes: [],
  credentialKinds: ["api-token", "access-token", "oauth"],
  body: NewTokenBody,
  async handle(ports, { by, caller, body }) {
    const { name, scopes, expires_in: lifeSeconds, ...limits } = body;
    const { text, token } = await deriveToken(ports, by, { name, scopes, lifeSeconds, limits });
    const [described] = await describeLimits(ports, viewerOf(caller), [token]);
    return jsonAnswer(201, representDerivedToken(token, text, described!), { "cache-control": "no-store" });
  },
};
