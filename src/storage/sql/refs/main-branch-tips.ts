import type { Kysely } from "kysely";
import type { ObjectId } from "../../../model/object-id.ts";
import { BRANCH_PREFIX } from "../../../model/ref-name.ts";
import type { Repository } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { chunks } from "../chunks.ts";
import type { Schema } from "../schema.ts";

/** Conditions in one statement: its depth is limited. */
const PER_STATEMENT = 100;

/** The commits of the main branches, of those repositories that have one. */
export async function findMainBranchTips(
  db: Kysely<Schema>,
  repositories: readonly Pick<Repository, "uuid" | "mainBranch">[],
): Promise<ReadonlyMap<Uuid, ObjectId>> {
  const tips = new Map<Uuid, ObjectId>();
  const withMain = repositories.filter(({ mainBranch }) => mainBranch !== undefined);
  for (const part of chunks(withMain, PER_STATEMENT)) {
    const rows = await db
      .selectFrom("ref")
      .select(["repository_uuid", "target"])
      .where((eb) =>
        eb.or(
          part.map(({ uuid, mainBranch }) =>
            eb("repository_uuid", "=", uuid).and("name", "=", `${BRANCH_PREFIX}${mainBranch}`),
          ),
        ),
      )
      .execute();
    for (const { repository_uuid, target } of rows) tips.set(repository_uuid as Uuid, target as ObjectId);
  }
  return tips;
}
