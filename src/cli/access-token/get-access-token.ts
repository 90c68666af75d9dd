import type { TokenResource } from "../../model/access-token.ts";
import { Failure } from "../../model/failure.ts";
import type { AccessToken } from "../../model/token.ts";
import type { Ports } from "../../ports.ts";
import { listAllAccessTokens } from "../../storage/sql/tokens/access-tokens.ts";
import { readTokenId } from "../token/get-token.ts";

/** The token with this id, or the only one whose id begins with it. @throws Failure not-found, UsageError if it is no id. */
export async function getNamedAccessToken(
  { database }: Pick<Ports, "database">,
  id: string,
): Promise<{ readonly token: AccessToken; readonly resource: TokenResource }> {
  const prefix = readTokenId(id);
  const [first, ...others] = (await listAllAccessTokens(database.kysely)).filter(({ token }) =>
    token.uuid.startsWith(prefix),
  );
  if (first === undefined)
    throw new Failure("not-found", `ID ${id}: there is no such access token (pail access-token list)`);
  if (others.length > 0)
    throw new Failure("not-found", `ID ${id}: ${others.length + 1} access tokens have an id that begins so`);
  if (first.resource === undefined)
    throw new Failure("not-found", `ID ${id}: what the token was of is gone, and the token with it`);
  return { token: first.token, resource: first.resource };
}
