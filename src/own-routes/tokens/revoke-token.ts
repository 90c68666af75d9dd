import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { noContentAnswer } from "../../http/server/answer.ts";
import { revokeOwnToken } from "../../operations/tokens/own-tokens.ts";
import { getNamedToken } from "./get-named-token.ts";

/** `DELETE /-/tokens/{token_id}`: it is refused from the next request on. Revoking again is no error. */
export const revokeTokenRoute: AccountRoute = {
  subject: "account",
  method: "DELETE",
  path: "/-/tokens/{token_id}",
  apiTokenScopes: ["write:token:pail"],
  oauthScopes: [],
  credentialKinds: ["api-token"],
  async handle(ports, request) {
    const token = await getNamedToken(ports, request);
    await revokeOwnToken(ports, request.by, token.uuid);
    return noContentAnswer();
  },
};
