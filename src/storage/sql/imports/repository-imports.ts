import type { Kysely, Selectable } from "kysely";
import {
  IMPORT_PROBLEMS,
  IMPORT_STEPS,
  type ImportOutcome,
  type ImportStep,
  type RepositoryImport,
} from "../../../model/repository-import.ts";
import type { RepositorySlug } from "../../../model/slug.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { flag, instant, optionalInstant } from "../columns.ts";
import type { RepositoryImportRow } from "../schema/imports.ts";
import type { Schema } from "../schema.ts";

/** Whose import it is: nobody else sees it. */
export type ImportOwner = Pick<RepositoryImport, "workspaceUuid" | "accountUuid">;

export type NewRepositoryImport = Omit<
  RepositoryImport,
  "outcome" | "receivedBytes" | "refCount" | "leftOut" | "finishedAt"
>;

export async function insertImport(tx: Kysely<Schema>, begun: NewRepositoryImport): Promise<void> {
  await tx
    .insertInto("repository_import")
    .values({
      uuid: begun.uuid,
      workspace_uuid: begun.workspaceUuid,
      project_uuid: begun.projectUuid,
      account_uuid: begun.accountUuid,
      slug: begun.slug,
      name: begun.name,
      is_private: flag(begun.isPrivate),
      source: begun.source,
      state: "running",
      step: "connecting",
      received_bytes: 0,
      ref_count: null,
      left_out: "[]",
      problem: null,
      problem_text: null,
      repository_uuid: null,
      is_cancelling: 0,
      created_at: begun.createdAt.getTime(),
      deadline_at: begun.deadlineAt.getTime(),
      finished_at: null,
    })
    .execute();
}

export async function findImport(
  db: Kysely<Schema>,
  { workspaceUuid, accountUuid }: ImportOwner,
  uuid: Uuid,
): Promise<RepositoryImport | undefined> {
  const row = await db
    .selectFrom("repository_import")
    .selectAll()
    .where("uuid", "=", uuid)
    .where("workspace_uuid", "=", workspaceUuid)
    .where("account_uuid", "=", accountUuid)
    .executeTakeFirst();
  return row && toImport(row);
}

/** The latest first. */
export async function listImports(
  db: Kysely<Schema>,
  { workspaceUuid, accountUuid }: ImportOwner,
  limit: number,
): Promise<readonly RepositoryImport[]> {
  const rows = await db
    .selectFrom("repository_import")
    .selectAll()
    .where("workspace_uuid", "=", workspaceUuid)
    .where("account_uuid", "=", accountUuid)
    .orderBy("created_at", "desc")
    .orderBy("uuid")
    .limit(limit)
    .execute();
  return rows.map(toImport);
}

/** Those that run and were not cut off: of an account, and of all. */
export async function countRunningImports(
  db: Kysely<Schema>,
  accountUuid: Uuid,
  now: Date,
): Promise<{ readonly ofAccount: number; readonly all: number }> {
  const rows = await db
    .selectFrom("repository_import")
    .select("account_uuid")
    .where("state", "=", "running")
    .where("deadline_at", ">", now.getTime())
    .execute();
  const ofAccount = rows.filter((row) => row.account_uuid === accountUuid).length;
  return { ofAccount, all: rows.length };
}

export type ImportProgress = Pick<RepositoryImport, "receivedBytes" | "refCount"> & {
  readonly step: ImportStep;
};

/**
 * Records how far a running import has come, and moves its deadline.
 *
 * @returns whether it is to go on: it was neither cancelled nor cut off, and its workspace and account are there.
 */
export async function renewImport(
  db: Kysely<Schema>,
  uuid: Uuid,
  { step, receivedBytes, refCount }: ImportProgress,
  { now, timeLeftMs }: { readonly now: Date; readonly timeLeftMs: number },
): Promise<boolean> {
  const row = await db
    .updateTable("repository_import")
    .set({
      step,
      received_bytes: receivedBytes,
      ref_count: refCount ?? null,
      deadline_at: now.getTime() + timeLeftMs,
    })
    .where("uuid", "=", uuid)
    .where("state", "=", "running")
    .where("deadline_at", ">", now.getTime())
    .returning("is_cancelling")
    .executeTakeFirst();
  return row?.is_cancelling === 0;
}

/** @returns whether it was still running, within its time. One that is to end cannot be done any more. */
export async function finishImport(
  tx: Kysely<Schema>,
  uuid: Uuid,
  outcome: Exclude<ImportOutcome, { kind: "running" }>,
  now: Date,
): Promise<boolean> {
  let update = tx
    .updateTable("repository_import")
    .set({
      state: outcome.kind,
      finished_at: now.getTime(),
      repository_uuid: outcome.kind === "done" ? (outcome.repositoryUuid ?? null) : null,
      problem: outcome.kind === "failed" ? outcome.problem : null,
      problem_text: outcome.kind === "failed" ? outcome.text : null,
    })
    .where("uuid", "=", uuid)
    .where("state", "=", "running")
    .where("deadline_at", ">", now.getTime());
  if (outcome.kind === "done") update = update.where("is_cancelling", "=", 0);
  return (await update.executeTakeFirst()).numUpdatedRows > 0n;
}

/** What became of it in figures, once it is known: after the end too. */
export async function recordImported(
  db: Kysely<Schema>,
  uuid: Uuid,
  { receivedBytes, refCount, leftOut }: Pick<RepositoryImport, "receivedBytes" | "refCount" | "leftOut">,
): Promise<void> {
  await db
    .updateTable("repository_import")
    .set({
      received_bytes: receivedBytes,
      ref_count: refCount ?? null,
      left_out: JSON.stringify(leftOut),
    })
    .where("uuid", "=", uuid)
    .execute();
}

/** @returns false if it has ended already. */
export async function cancelRunningImport(tx: Kysely<Schema>, uuid: Uuid, now: Date): Promise<boolean> {
  const result = await tx
    .updateTable("repository_import")
    .set({ is_cancelling: 1 })
    .where("uuid", "=", uuid)
    .where("state", "=", "running")
    .where("deadline_at", ">", now.getTime())
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Deletes the row of an import that has ended, and nothing that it has made. @returns false if it is running. */
export async function deleteEndedImport(tx: Kysely<Schema>, uuid: Uuid, now: Date): Promise<boolean> {
  const result = await tx
    .deleteFrom("repository_import")
    .where("uuid", "=", uuid)
    .where((eb) => eb.or([eb("state", "!=", "running"), eb("deadline_at", "<=", now.getTime())]))
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

export async function deleteImportsBefore(db: Kysely<Schema>, before: Date, now: Date): Promise<void> {
  await db
    .deleteFrom("repository_import")
    .where("created_at", "<", before.getTime())
    .where((eb) => eb.or([eb("state", "!=", "running"), eb("deadline_at", "<=", now.getTime())]))
    .execute();
}

function toImport(row: Selectable<RepositoryImportRow>): RepositoryImport {
  return {
    uuid: row.uuid as Uuid,
    workspaceUuid: row.workspace_uuid as Uuid,
    projectUuid: row.project_uuid as Uuid,
    accountUuid: row.account_uuid as Uuid,
    slug: row.slug as RepositorySlug,
    name: row.name,
    isPrivate: row.is_private === 1,
    source: row.source,
    outcome: toOutcome(row),
    receivedBytes: row.received_bytes,
    refCount: row.ref_count ?? undefined,
    leftOut: JSON.parse(row.left_out) as readonly string[],
    createdAt: instant(row.created_at),
    deadlineAt: instant(row.deadline_at),
    finishedAt: optionalInstant(row.finished_at),
  };
}

function toOutcome(row: Selectable<RepositoryImportRow>): ImportOutcome {
  switch (row.state) {
    case "running": {
      const step = IMPORT_STEPS.find((one) => one === row.step) ?? "connecting";
      return { kind: "running", step, isCancelling: row.is_cancelling === 1 };
    }
    case "done":
      return { kind: "done", repositoryUuid: (row.repository_uuid ?? undefined) as Uuid | undefined };
    case "failed": {
      const problem = IMPORT_PROBLEMS.find((one) => one === row.problem) ?? "other";
      return { kind: "failed", problem, text: row.problem_text ?? "" };
    }
    case "cancelled":
      return { kind: "cancelled" };
  }
}
