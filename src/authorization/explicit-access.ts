import type { Account } from "../model/account.ts";
import type { Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { type Permission, permits } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import { requireAccount } from "../model/who-acts.ts";
import type { AccessPorts } from "./authorize.ts";

/**
 * Like `requireAccount`, for operations for which it is not enough that the repository is public: approving a commit,
 * as the reference says, and reporting the results of builds and checks.
 *
 * @throws Failure credential-missing; permission-missing without read permission by membership.
 */
export async function requireExplicitAccess(
  { database }: AccessPorts,
  caller: Caller,
  repository: Repository,
): Promise<Account> {
  const account = requireAccount(caller);
  requireExplicit(await database.lookups.findPermission(repository.uuid, account.uuid));
  return account;
}

/** @throws Failure permission-missing if the permission by membership does not include read. */
export function requireExplicit(held: Permission): void {
  if (permits(held, "read")) return;
  throw new Failure(
    "permission-missing",
    "This needs explicit access to the repository: it is only public to you",
  );
}
