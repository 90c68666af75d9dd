import type { Repository } from "../../model/repository.ts";
import { watchRepository } from "../../operations/repositories/watch-repository.ts";
import { accountName, ENTRIES_MAX } from "../schema-parts.ts";
import { section } from "../section.ts";

/** Who watches a repository. Who comes first began first. */
export const watchersSection = section({
  key: "watchers",
  schema: (type) =>
    type.Array(accountName(type), { maxItems: ENTRIES_MAX, description: "Accounts that watch it" }),
  check(checker, accounts, path) {
    for (const [index, account] of accounts.entries()) checker.require("account", account, [...path, index]);
  },
  async apply(context, repository: Repository, accounts, path) {
    for (const [index, account] of accounts.entries())
      await context.make(
        {
          path: [...path, index],
          name: `watcher ${repository.uuid} ${account}`,
          at: new Date(context.time.getTime() + index),
        },
        (ports, by) => watchRepository(ports, by, repository, context.find("account", account)),
      );
  },
});
