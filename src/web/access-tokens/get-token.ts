import type { ListedAccessToken } from "../../model/access-token.ts";
import { getAccessToken } from "../../operations/access-tokens/access-tokens.ts";
import type { Ports } from "../../ports.ts";
import type { PageRequest } from "../page.ts";
import type { TokensOf } from "./tokens-of.ts";

/** The token in the address. @throws Failure not-found, also for one of another resource. */
export function getTokenOf(
  ports: Pick<Ports, "database">,
  { params }: Pick<PageRequest, "params">,
  { resource }: TokensOf,
): Promise<ListedAccessToken> {
  return getAccessToken(ports.database.kysely, resource, params.token ?? "");
}
