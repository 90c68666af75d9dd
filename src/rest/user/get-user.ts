import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { representOwnAccount } from "../../representations/account.ts";

export const getUserRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/2.0/user",
  apiTokenScopes: ["read:user:bitbucket"],
  oauthScopes: ["account"],
  async handle(_ports, { account, baseUrls }) {
    return jsonAnswer(200, representOwnAccount(account, baseUrls));
  },
};
