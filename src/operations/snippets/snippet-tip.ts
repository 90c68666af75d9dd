import type { Kysely } from "kysely";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { BRANCH_PREFIX, type RefName } from "../../model/ref-name.ts";
import type { Repository } from "../../model/repository.ts";
import { findRef } from "../../storage/sql/refs/refs.ts";
import type { Schema } from "../../storage/sql/schema.ts";
import { type CommitPorts, getCommit } from "../commits/commits.ts";

/** The latest version of a snippet's files. Undefined: it has none. */
export async function findTip(
  db: Kysely<Schema>,
  { uuid, mainBranch }: Pick<Repository, "uuid" | "mainBranch">,
): Promise<ObjectId | undefined> {
  if (mainBranch === undefined) return undefined;
  return (await findRef(db, uuid, (BRANCH_PREFIX + mainBranch) as RefName))?.target;
}

/**
 * The version that a URL names.
 *
 * @throws Failure not-found for no version of the snippet; operation-unsupported if it is not the latest.
 */
export async function getTipNamed(
  ports: CommitPorts,
  repository: Repository,
  revision: string,
): Promise<ObjectId> {
  const { id } = await getCommit(ports, repository, revision);
  requireTip(id, await findTip(ports.database.kysely, repository));
  return id;
}

/** The reference has 405 for this, and no text. */
export function requireTip(id: ObjectId, tip: ObjectId | undefined): void {
  if (id !== tip) throw notTheTip();
}

export function notTheTip(): Failure {
  return new Failure("operation-unsupported", "Only the latest revision of a snippet can be changed");
}
