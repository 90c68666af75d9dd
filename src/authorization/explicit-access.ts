import type { Account } from "../model/account.ts";
import type { Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { permits } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import type { Ports } from "../ports.ts";
import { requireAccount } from "./require-account.ts";

/**
 * Like `requireAccount`, for what a repository's being public gives nobody a right to: approving a commit, as the
 * reference has it, and saying how its builds and checks went.
 *
 * @throws Failure credential-missing; permission-missing without read permission by membership.
 */
export async function requireExplicitAccess(
  { database }: Pick<Ports, "database">,
  caller: Caller,
  repository: Repository,
): Promise<Account> {
  const account = requireAccount(caller);
  const held = await database.lookups.findPermission(repository.uuid, account.uuid);
  if (permits(held, "read")) return account;
  throw new Failure(
    "permission-missing",
    "This needs explicit access to the repository: it is only public to you",
  );
}
