import { publicBaseUrlsOf } from "../../config/public-base-urls.ts";
import { OPERATOR } from "../../model/caller.ts";
import type { By, Ports } from "../../ports.ts";

/** The operator changes something: whoever may use the command line, which needs no credential, and is asked nothing. */
export function operatorBy(
  ports: Pick<Ports, "config" | "listening" | "transactions">,
  signal: AbortSignal = new AbortController().signal,
): By {
  return {
    caller: OPERATOR,
    actor: OPERATOR,
    baseUrls: publicBaseUrlsOf(ports),
    signal,
    transaction: ports.transactions.transaction,
  };
}
