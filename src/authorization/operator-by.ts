import { publicBaseUrlsOf } from "../config/public-base-urls.ts";
import { OPERATOR } from "../model/caller.ts";
import type { By, Ports } from "../ports.ts";
import { openWriteTransaction } from "../storage/sql/write-transaction.ts";

/** The operator changes something: whoever may use the command line, which needs no credential, and is asked nothing. */
export function operatorBy(
  ports: Pick<Ports, "config" | "listening" | "transactions" | "outbox" | "clock" | "newUuid">,
  signal: AbortSignal = new AbortController().signal,
): By {
  return {
    caller: OPERATOR,
    actor: OPERATOR,
    baseUrls: publicBaseUrlsOf(ports),
    signal,
    transaction: openWriteTransaction(ports, OPERATOR),
  };
}
