import { NO_ACCESS_TOKENS } from "../../authorization/no-access-tokens.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { representOwnAccount } from "../../representations/account.ts";

export const getUserRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user",
  apiTokenScopes: ["read:user:bitbucket"],
  oauthScopes: ["account"],
  credentialKinds: NO_ACCESS_TOKENS,
  async handle(_ports, { account, baseUrls }) {
    return jsonAnswer(200, representOwnAccount(account, baseUrls));
  },
};
