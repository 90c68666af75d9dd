import type { Account } from "../model/account.ts";
import type { Caller } from "../model/caller.ts";
import { Failure } from "../model/failure.ts";
import { type Permission, permits } from "../model/permission.ts";
import type { Repository } from "../model/repository.ts";
import { requireAccount } from "../model/who-acts.ts";
import type { AccessPorts } from "./authorize.ts";

/**
 * Like `requireAccount`, for what a repository's being public gives nobody a right to: approving a commit, as the
 * reference has it, and saying how its builds and checks went.
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

/** @throws Failure permission-missing if what is held by membership is not enough to read. */
export function requireExplicit(held: Permission): void {
  if (permits(held, "read")) return;
  throw new Failure(
    "permission-missing",
    "This needs explicit access to the repository: it is only public to you",
  );
}
