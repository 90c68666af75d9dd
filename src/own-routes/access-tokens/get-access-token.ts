import { jsonAnswer } from "../../http/server/answer.ts";
import { getAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import { representAccessToken } from "../../representations/access-token.ts";
import { makeAccessTokenRoutes } from "./access-token-routes.ts";

/** One access token of a resource, also if it has ended. */
export const getAccessTokenRoutes = makeAccessTokenRoutes({
  method: "GET",
  below: "/{token_id}",
  scope: "read:token:pail",
  async handle({ database, clock }, { resource, params, baseUrls }) {
    const found = await getAccessToken(database.kysely, resource, params.token_id!);
    return jsonAnswer(200, representAccessToken(found, baseUrls, clock()));
  },
});
