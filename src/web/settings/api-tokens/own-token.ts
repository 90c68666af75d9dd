import { Failure } from "../../../model/failure.ts";
import type { TokenWithHistory } from "../../../model/token.ts";
import { parseUuid } from "../../../model/uuid.ts";
import type { Ports } from "../../../ports.ts";
import { findTokenWithHistory } from "../../../storage/sql/tokens/token-history.ts";
import type { AccountPageRequest } from "../../page.ts";

/** The token in the address. @throws Failure not-found, also for one of somebody else: they are not told apart. */
export async function ownTokenOf(
  { database }: Pick<Ports, "database">,
  { params, account }: AccountPageRequest,
): Promise<TokenWithHistory> {
  const uuid = parseUuid(params.token ?? "");
  const token = uuid && (await findTokenWithHistory(database.kysely, uuid));
  if (token === undefined || token.accountUuid !== account.uuid)
    throw new Failure("not-found", "There is no such token");
  return token;
}
