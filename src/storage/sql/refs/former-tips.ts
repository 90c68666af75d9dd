import type { Kysely } from "kysely";
import type { ObjectId } from "../../../model/object-id.ts";
import { FORMER_TIP_KEPT_MS, type FormerTip, type RefUpdate } from "../../../model/ref.ts";
import type { RefName } from "../../../model/ref-name.ts";
import type { Uuid } from "../../../model/uuid.ts";
import { instant } from "../columns.ts";
import type { FormerTipRow, Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

const ROWS_PER_STATEMENT = 1000;
/** Conditions of three columns each. SQLite allows expressions at most a thousand levels deep. */
const KEYS_PER_STATEMENT = 100;

/** Stores the previous targets of refs that are moved or deleted. Call it in the transaction that changes them. */
export async function insertFormerTips(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  applied: readonly RefUpdate[],
  now: Date,
): Promise<void> {
  const rows = applied.flatMap(({ name, old, new: next }): FormerTipRow[] =>
    old === undefined || old === next
      ? []
      : [{ repository_uuid: repositoryUuid, name, target: old, left_at: now.getTime() }],
  );
  for (let start = 0; start < rows.length; start += ROWS_PER_STATEMENT) {
    const part = rows.slice(start, start + ROWS_PER_STATEMENT);
    await sendAhead(
      tx,
      tx
        .insertInto("former_tip")
        .values(part)
        // A ref that moves back and forth leaves the same tip more than once: the last time counts.
        .onConflict((conflict) =>
          conflict
            .columns(["repository_uuid", "name", "target"])
            .doUpdateSet((eb) => ({ left_at: eb.ref("excluded.left_at") })),
        ),
    );
  }
}

/** The previous targets of moved and deleted refs that are still preserved, the last one left first. */
export async function listFormerTips(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  now: Date,
): Promise<readonly FormerTip[]> {
  const rows = await keptTips(db, repositoryUuid, now)
    .select(["name", "target", "left_at"])
    .orderBy("left_at", "desc")
    .orderBy("name")
    .orderBy("target")
    .execute();
  return rows.map(({ name, target, left_at }) => ({
    name: name as RefName,
    target: target as ObjectId,
    leftAt: instant(left_at),
  }));
}

/**
 * What pull requests into a repository show, open or closed: it is preserved for as long as the repository is there.
 *
 * @param among at most 1,000 ids; undefined for all of them.
 */
export async function listPullRequestTips(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  among?: readonly ObjectId[],
): Promise<readonly ObjectId[]> {
  const columns = ["source_commit", "destination_commit", "merge_commit"] as const;
  const query = db.selectFrom("pull_request").select(columns).where("repository_uuid", "=", repositoryUuid);
  const rows = await (among === undefined
    ? query
    : query.where((eb) => eb.or(columns.map((column) => eb(column, "in", among))))
  ).execute();
  // Comments are followed from where they were the last time.
  const commented = await db
    .selectFrom("pull_request_comment")
    .select("source_commit")
    .distinct()
    .where("repository_uuid", "=", repositoryUuid)
    .where("source_commit", "is not", null)
    .where("is_outdated", "=", 0)
    .execute();
  const tips = [...rows, ...commented].flatMap((row) => Object.values(row));
  const kept = new Set(tips.filter((tip) => tip !== null) as ObjectId[]);
  return among === undefined ? [...kept] : among.filter((id) => kept.has(id));
}

/**
 * The targets of refs, their former tips that are preserved, and the tips of pull requests: everything that these reach
 * is in the repository and is not dropped. Refs are read first: one that is moved or deleted after that has left its
 * target as a former tip, so what was read of it is preserved too.
 */
export async function listKeptTips(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  now: Date,
): Promise<readonly ObjectId[]> {
  const refs = await db
    .selectFrom("ref")
    .select("target")
    .where("repository_uuid", "=", repositoryUuid)
    .execute();
  const former = await listFormerTips(db, repositoryUuid, now);
  const shown = await listPullRequestTips(db, repositoryUuid);
  return [...new Set([...[...refs, ...former].map(({ target }) => target as ObjectId), ...shown])];
}

/** Those of the ids that are former tips, still preserved, or the sources of pull requests. */
export async function findFormerTips(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  ids: readonly ObjectId[],
  now: Date,
): Promise<ReadonlySet<ObjectId>> {
  const found = new Set<string>();
  for (let start = 0; start < ids.length; start += ROWS_PER_STATEMENT) {
    const part = ids.slice(start, start + ROWS_PER_STATEMENT);
    const rows = await keptTips(db, repositoryUuid, now)
      .select("target")
      .where("target", "in", part)
      .execute();
    for (const { target } of rows) found.add(target);
    for (const tip of await listPullRequestTips(db, repositoryUuid, part)) found.add(tip);
  }
  return new Set(ids.filter((id) => found.has(id)));
}

function keptTips(db: Kysely<Schema>, repositoryUuid: Uuid, now: Date) {
  return db
    .selectFrom("former_tip")
    .where("repository_uuid", "=", repositoryUuid)
    .where("left_at", ">", expiry(now).getTime());
}

/** Tips that were left at this time or earlier are no longer preserved. */
function expiry(now: Date): Date {
  return new Date(now.getTime() - FORMER_TIP_KEPT_MS);
}

/**
 * Deletes the former tips that are no longer preserved.
 *
 * @param now when the tips were listed whose objects this drop preserves. A tip that has expired since was in that list, so
 * its objects are still there, and so is its row.
 */
export async function deleteExpiredTips(tx: Kysely<Schema>, repositoryUuid: Uuid, now: Date): Promise<void> {
  await tx
    .deleteFrom("former_tip")
    .where("repository_uuid", "=", repositoryUuid)
    .where("left_at", "<=", expiry(now).getTime())
    .execute();
}

/**
 * Deletes former tips that need no row of their own, because a ref or a tip that was left no earlier reached them when
 * they were listed. Their objects are preserved as long as with a row: the target of that ref is still a target or has
 * become a former tip, and that tip expires no earlier. A tip that has been left again since the list keeps its row.
 */
export async function deleteFormerTips(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  tips: readonly FormerTip[],
): Promise<void> {
  for (let start = 0; start < tips.length; start += KEYS_PER_STATEMENT) {
    const part = tips.slice(start, start + KEYS_PER_STATEMENT);
    await tx
      .deleteFrom("former_tip")
      .where("repository_uuid", "=", repositoryUuid)
      .where((eb) =>
        eb.or(
          part.map(({ name, target, leftAt }) =>
            eb.and([eb("name", "=", name), eb("target", "=", target), eb("left_at", "=", leftAt.getTime())]),
          ),
        ),
      )
      .execute();
  }
}
