import { createHmac } from "node:crypto";
import type { Logger } from "pino";
import { openSharedCounts, type ShareCounts } from "../../../limits/shared-counts.ts";
import { openSharedSignInLimiter } from "../../../limits/shared-sign-in-limiter.ts";
import { type OpenedSignInLimiter, openSignInLimiter } from "../../../limits/sign-in-limiter.ts";
import type { Secret } from "../../../model/secret.ts";
import type { Database } from "../database.ts";
import { openLimitCounts } from "./limit-counts.ts";
import { openSignInCounts } from "./sign-in-counts.ts";

/** How the limits of this node hold together with those of others on the same database. */
export type SharedLimits = {
  /** `limit`: the same in all nodes, and another for each limit. */
  share(limit: string): ShareCounts;
  openSignInLimiter(): OpenedSignInLimiter;
};

/** 132 bits. */
const NAME_LENGTH = 22;

export function shareLimits({
  database,
  key,
  clock,
  log,
  noteSync,
}: {
  readonly database: Pick<Database, "kysely" | "transaction">;
  /** One that all nodes have. The database has digests by it, of addresses and of what strangers type. */
  readonly key: Secret;
  readonly clock: () => Date;
  readonly log: Logger;
  readonly noteSync?: (isWritten: boolean) => void;
}): SharedLimits {
  const nameIn = (limit: string) => (subject: string) =>
    createHmac("sha256", key.reveal())
      .update(`limits\n${limit}\n${subject}`)
      .digest("base64url")
      .slice(0, NAME_LENGTH);
  const store = openLimitCounts(database.kysely);
  return {
    share: (limit) => (options) =>
      openSharedCounts(
        { store, nameOf: nameIn(limit), clock, log, ...(noteSync === undefined ? {} : { noteSync }) },
        options,
      ),
    openSignInLimiter: () =>
      openSharedSignInLimiter({
        store: openSignInCounts(database),
        nameOf: nameIn("sign-in"),
        alone: openSignInLimiter({ clock }),
        clock,
        log,
      }),
  };
}
