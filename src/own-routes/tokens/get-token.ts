import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import { representToken } from "../../representations/token.ts";
import { getNamedToken } from "./get-named-token.ts";

/** `GET /-/tokens/{token_id}`: one of the account's own API tokens. `self` is the one that asks. */
export const getTokenRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/-/tokens/{token_id}",
  apiTokenScopes: ["read:token:pail"],
  oauthScopes: [],
  credentialKinds: ["api-token"],
  async handle(ports, request) {
    const token = await getNamedToken(ports, request);
    const [limits] = await describeLimits(ports, viewerOf(request.caller), [token]);
    const shown = { baseUrls: request.baseUrls, now: ports.clock() };
    return jsonAnswer(200, representToken(token, limits!, shown));
  },
};
