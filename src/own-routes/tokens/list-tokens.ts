import { parsePage, representPage } from "../../http/routes/paging.ts";
import type { AccountRoute } from "../../http/routes/subjects/account.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { viewerOf } from "../../model/who-acts.ts";
import { describeLimits } from "../../operations/tokens/describe-limits.ts";
import { representToken } from "../../representations/token.ts";
import { listTokensOfAccount } from "../../storage/sql/tokens/token-history.ts";

/** `GET /-/tokens`: the account's own API tokens, newest first, also those that have ended. */
export const listTokensRoute: AccountRoute = {
  subject: "account",
  method: "GET",
  path: "/-/tokens",
  apiTokenScopes: ["read:token:pail"],
  oauthScopes: [],
  credentialKinds: ["api-token"],
  async handle(ports, { caller, account, baseUrls, query, url }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const { tokens, size } = await listTokensOfAccount(ports.database.kysely, account.uuid, page);
    const limits = await describeLimits(ports, viewerOf(caller), tokens);
    const shown = { baseUrls, now: ports.clock() };
    const values = tokens.map((token, index) => representToken(token, limits[index]!, shown));
    return jsonAnswer(200, representPage({ ...page, size, values }, url));
  },
};
