import type { Bound } from "../../../model/bound.ts";
import type { WrittenLimits } from "../../../model/written-limits.ts";
import { describeLimits } from "../../../operations/tokens/describe-limits.ts";
import type { Ports } from "../../../ports.ts";
import type { AccountPageRequest } from "../../page.ts";

/** The limits of a token, or of one that is to be created, with the names that its owner may see. */
export async function ownLimits(
  ports: Pick<Ports, "database">,
  { account }: AccountPageRequest,
  token: { readonly bound: Bound | undefined },
): Promise<WrittenLimits> {
  const [limits] = await describeLimits(ports, { kind: "account", accountUuid: account.uuid }, [token]);
  return limits!;
}
