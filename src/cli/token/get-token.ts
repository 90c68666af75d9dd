import { Failure } from "../../model/failure.ts";
import type { ApiToken, Token } from "../../model/token.ts";
import { parseUuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { listAllAccessTokens } from "../../storage/sql/tokens/access-tokens.ts";
import { findToken, findTokenByUuid, listTokens } from "../../storage/sql/tokens/tokens.ts";
import { UsageError } from "../terminal/problem.ts";

const PREFIX_LENGTH_MIN = 8;

/** The token with this id, or the only one whose id begins with it. @throws Failure not-found, UsageError if it is no id. */
export async function getToken({ database }: Pick<Ports, "database">, id: string): Promise<ApiToken> {
  const uuid = parseUuid(id);
  const prefix = readTokenId(id);
  const found =
    uuid === undefined
      ? (await listTokens(database.kysely)).filter((token) => token.uuid.startsWith(prefix))
      : [await findTokenByUuid(database.kysely, uuid)];
  if (found.length > 1)
    throw new Failure("not-found", `ID ${id}: ${found.length} tokens have an id that begins so`);
  if (found[0] === undefined)
    throw new Failure("not-found", `ID ${id}: there is no such token (pail token list)`);
  return found[0];
}

/** The same with access tokens, and with OAuth tokens by their whole ids. @throws Failure not-found, UsageError. */
export async function getAnyToken({ database }: Pick<Ports, "database">, id: string): Promise<Token> {
  const uuid = parseUuid(id);
  const named = uuid && (await findToken(database.kysely, uuid));
  if (named !== undefined) return named;
  const prefix = readTokenId(id);
  const accessTokens = (await listAllAccessTokens(database.kysely)).map(({ token }) => token);
  const found = accessTokens.filter((token) => token.uuid.startsWith(prefix));
  return found.length === 1 ? found[0]! : getToken({ database }, id);
}

/** The beginning of an id, as a command takes it. @throws UsageError. */
export function readTokenId(id: string): string {
  // Not repeated: it may be a token, which is in enough places already.
  if (/^A[TC][A-Z]TT/.test(id) || id.length > 60) {
    throw new UsageError(
      "ID is a token's id (pail token list), never the token: arguments are seen by others, revoke it",
    );
  }
  const prefix = id.replace(/^\{/, "").replace(/\}$/, "").toLowerCase();
  if (prefix.length < PREFIX_LENGTH_MIN || !/^[0-9a-f-]+$/.test(prefix)) {
    throw new UsageError(
      `ID ${id}: must be a token's id or its first ${PREFIX_LENGTH_MIN} or more characters`,
    );
  }
  return prefix;
}
