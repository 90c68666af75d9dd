import { noContentAnswer } from "../../http/server/answer.ts";
import { getAccessToken, revokeAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import { makeAccessTokenRoutes } from "./access-token-routes.ts";

/** It is refused from the next request on, with what it has replaced. Revoking again is no error. */
export const revokeAccessTokenRoutes = makeAccessTokenRoutes({
  method: "DELETE",
  below: "/{token_id}",
  scope: "write:token:pail",
  async handle(ports, { by, resource, params }) {
    const { token } = await getAccessToken(ports.database.kysely, resource, params.token_id!);
    await revokeAccessToken(ports, by, resource, token.uuid);
    return noContentAnswer();
  },
});
