import type { Kysely } from "kysely";
import { Failure, invalidField } from "../../model/failure.ts";
import { fullName, type Repository } from "../../model/repository.ts";
import { listForkPolicies } from "../../storage/sql/repositories/fork-policies.ts";
import type { Schema } from "../../storage/sql/schema.ts";

/**
 * Decides whether a repository may be forked at all.
 *
 * @returns whether a fork of it may be public. A policy that forbids this applies to forks of forks too: otherwise a
 * fork in between would lift it.
 * @throws Failure permission-missing if its policy is no_forks, not-found if it has been deleted.
 */
export async function requireForking(
  db: Kysely<Schema>,
  parent: Repository,
): Promise<{ readonly mayBePublic: boolean }> {
  const policies = await listForkPolicies(db, parent.uuid);
  const what = `Cannot fork ${fullName(parent)}`;
  if (policies.length === 0) throw new Failure("not-found", `${what}: it has just been deleted`);
  if (policies[0] === "no_forks")
    throw new Failure("permission-missing", `${what}: its fork policy is no_forks`);
  return { mayBePublic: !policies.includes("no_public_forks") };
}

/**
 * Decides whether a repository that is private may become public. The reference: forks under no_public_forks "cannot be made
 * public later". Nothing forbids it once the parent is deleted (our choice).
 *
 * @throws Failure invalid-input that names `is_private`.
 */
export async function requirePublicity(db: Kysely<Schema>, { parentUuid }: Repository): Promise<void> {
  if (parentUuid === undefined) return;
  if ((await listForkPolicies(db, parentUuid)).includes("no_public_forks")) throw privateByPolicy();
}

export function privateByPolicy(): Failure {
  return invalidField(
    "is_private",
    "must be true: the fork policy of what it was forked from is no_public_forks",
  );
}
