import { parsePage, representPage } from "../../http/routes/paging.ts";
import { jsonAnswer } from "../../http/server/answer.ts";
import { representAccessToken } from "../../representations/access-token.ts";
import { listAccessTokens } from "../../storage/sql/tokens/access-tokens.ts";
import { makeAccessTokenRoutes } from "./access-token-routes.ts";

/** The access tokens of a resource, newest first: not those that are revoked, or that were replaced and have ended. */
export const listAccessTokensRoutes = makeAccessTokenRoutes({
  method: "GET",
  below: "",
  scope: "read:token:pail",
  async handle({ database, clock }, { resource, query, url, baseUrls }) {
    const page = parsePage(query, { pagelenDefault: 10, pagelenMax: 100 });
    const now = clock();
    const tokens = await listAccessTokens(database.kysely, resource, { now });
    const start = (page.page - 1) * page.pagelen;
    const values = tokens
      .slice(start, start + page.pagelen)
      .map((token) => representAccessToken(token, baseUrls, now));
    return jsonAnswer(200, representPage({ ...page, size: tokens.length, values }, url));
  },
});
