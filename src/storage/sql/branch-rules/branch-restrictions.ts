import type { Kysely, Selectable } from "kysely";
import type {
  BranchMatch,
  BranchRestriction,
  BranchType,
  RestrictionKind,
} from "../../../model/branch-restriction.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { ACCOUNT_COLUMNS, toAccount } from "../accounts/accounts.ts";
import { toGroup } from "../groups/groups.ts";
import type { BranchRestrictionRow } from "../schema/branch-rules.ts";
import type { Schema } from "../schema.ts";

export type NewRestriction = Omit<BranchRestriction, "id">;

export type RestrictionFilter = {
  readonly kinds?: readonly RestrictionKind[];
  readonly pattern?: string;
  readonly id?: number;
};

/** Refused by a unique key if the repository has a rule of this kind for the same branches. Call it in a transaction. */
export async function insertRestriction(
  tx: Kysely<Schema>,
  restriction: NewRestriction,
): Promise<BranchRestriction> {
  const { id } = await tx
    .insertInto("branch_restriction")
    .values({ repository_uuid: restriction.repositoryUuid, ...toColumns(restriction) })
    .returning("id")
    .executeTakeFirstOrThrow();
  await insertExemptions(tx, id, restriction);
  return { ...restriction, id };
}

/** Like `insertRestriction`, replacing an existing rule. @returns false if it has been deleted. */
export async function replaceRestriction(
  tx: Kysely<Schema>,
  restriction: BranchRestriction,
): Promise<boolean> {
  const result = await tx
    .updateTable("branch_restriction")
    .set(toColumns(restriction))
    .where("id", "=", restriction.id)
    .where("repository_uuid", "=", restriction.repositoryUuid)
    .executeTakeFirst();
  if (result.numUpdatedRows === 0n) return false;
  for (const table of ["branch_restriction_account", "branch_restriction_group"] as const)
    await tx.deleteFrom(table).where("restriction_id", "=", restriction.id).execute();
  await insertExemptions(tx, restriction.id, restriction);
  return true;
}

export async function deleteRestriction(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  id: number,
): Promise<boolean> {
  const result = await db
    .deleteFrom("branch_restriction")
    .where("id", "=", id)
    .where("repository_uuid", "=", repositoryUuid)
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function countRestrictions(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  filter: RestrictionFilter = {},
): Promise<number> {
  const row = await restrictionQuery(db, repositoryUuid, filter)
    .select((eb) => eb.fn.countAll<number>().as("size"))
    .executeTakeFirstOrThrow();
  return row.size;
}

/** In the order in which they were created: three statements, whatever their number. */
export async function listRestrictions(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  filter: RestrictionFilter = {},
  page?: { readonly page: number; readonly pagelen: number },
): Promise<readonly BranchRestriction[]> {
  const query = restrictionQuery(db, repositoryUuid, filter).selectAll().orderBy("id");
  const rows = await (page === undefined
    ? query
    : query.limit(page.pagelen).offset((page.page - 1) * page.pagelen)
  ).execute();
  // Most repositories have no rules, so their pushes cost one statement.
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const accounts = await db
    .selectFrom("branch_restriction_account")
    .innerJoin("account", "account.uuid", "branch_restriction_account.account_uuid")
    .select("branch_restriction_account.restriction_id")
    .select(ACCOUNT_COLUMNS)
    .where("branch_restriction_account.restriction_id", "in", ids)
    .orderBy("account.username_key")
    .execute();
  const groups = await db
    .selectFrom("branch_restriction_group")
    .innerJoin("workspace_group", "workspace_group.uuid", "branch_restriction_group.group_uuid")
    .select("branch_restriction_group.restriction_id")
    .selectAll("workspace_group")
    .where("branch_restriction_group.restriction_id", "in", ids)
    .orderBy("workspace_group.slug")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    repositoryUuid: row.repository_uuid as Uuid,
    kind: row.kind as RestrictionKind,
    match: toMatch(row),
    value: row.value ?? undefined,
    accounts: accounts.filter((account) => account.restriction_id === row.id).map(toAccount),
    groups: groups.filter((group) => group.restriction_id === row.id).map(toGroup),
  }));
}

function restrictionQuery(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  { kinds, pattern, id }: RestrictionFilter,
) {
  let query = db.selectFrom("branch_restriction").where("repository_uuid", "=", repositoryUuid);
  if (kinds !== undefined) query = query.where("kind", "in", [...kinds]);
  if (pattern !== undefined) query = query.where("pattern", "=", pattern);
  return id === undefined ? query : query.where("id", "=", id);
}

function toColumns({ kind, match, value }: Pick<NewRestriction, "kind" | "match" | "value">) {
  return {
    kind,
    match_kind: match.kind,
    pattern: match.kind === "glob" ? match.pattern : "",
    branch_type: match.kind === "glob" ? "" : match.branchType,
    value: value ?? null,
  };
}

function toMatch(row: Selectable<BranchRestrictionRow>): BranchMatch {
  return row.match_kind === "glob"
    ? { kind: "glob", pattern: row.pattern }
    : { kind: "branching_model", branchType: row.branch_type as BranchType };
}

async function insertExemptions(
  tx: Kysely<Schema>,
  id: number,
  { accounts, groups }: Pick<NewRestriction, "accounts" | "groups">,
): Promise<void> {
  if (accounts.length > 0) {
    const rows = accounts.map((account) => ({ restriction_id: id, account_uuid: account.uuid }));
    await tx.insertInto("branch_restriction_account").values(rows).execute();
  }
  if (groups.length > 0) {
    const rows = groups.map((group) => ({ restriction_id: id, group_uuid: group.uuid }));
    await tx.insertInto("branch_restriction_group").values(rows).execute();
  }
}
