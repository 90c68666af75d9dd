import type { RestRequest } from "../../http/routes/declaration.ts";
import type { Account } from "../../model/account.ts";
import { Failure } from "../../model/failure.ts";
import type { TokenWithHistory } from "../../model/token.ts";
import { parseBracedUuid, parseUuid } from "../../model/uuid.ts";
import type { Ports } from "../../ports.ts";
import { findTokenWithHistory } from "../../storage/sql/tokens/token-history.ts";

/** In place of an id: the token with which the request was sent. */
const SELF = "self";

/**
 * The token that `{token_id}` in the path names: an id with or without braces, or `self`.
 *
 * @throws Failure not-found: the same for one of another account, for one that does not exist and for what is no id.
 */
export async function getNamedToken(
  { database }: Pick<Ports, "database">,
  { caller, account, params }: Pick<RestRequest, "caller" | "params"> & { readonly account: Account },
): Promise<TokenWithHistory> {
  const text = params.token_id ?? "";
  const uuid =
    text === SELF && caller.kind === "account"
      ? caller.credential.id
      : (parseUuid(text) ?? parseBracedUuid(text));
  const token = uuid && (await findTokenWithHistory(database.kysely, uuid));
  if (token === undefined || token.accountUuid !== account.uuid)
    throw new Failure("not-found", "There is no such token");
  return token;
}
