import { type Kysely, type RawBuilder, sql } from "kysely";
import type { ObjectId } from "../../../model/object-id.ts";
import { BRANCH_PREFIX, PULL_REQUEST_PREFIX } from "../../../model/ref-name.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

/**
 * Pull requests as refs: `refs/pull-requests/{id}/from` is the source, `refs/pull-requests/{id}/merge` the commit that
 * merged it or, while it is open, the one that would. Bitbucket Cloud has none, so a repository has them only if its operator wants them. They are rows like those
 * of all other refs: whatever reads refs needs no word of them.
 */
const FROM = sql.lit("/from");
const MERGE = sql.lit("/merge");

/** Whether the pull requests of the row's repository are advertised. */
const IS_ADVERTISED = sql`exists (
  select 1 from advertised_pull_requests as advertised where advertised.repository_uuid = shown.repository_uuid)`;

/** Follows a pull request that has changed. Call it in the transaction of the change. */
export async function advertisePullRequest(
  tx: Kysely<Schema>,
  { repositoryUuid, id }: { readonly repositoryUuid: Uuid; readonly id: number },
): Promise<void> {
  await insertRefs(
    tx,
    sql`shown.repository_uuid = ${repositoryUuid} and shown.id = ${id} and ${IS_ADVERTISED}`,
  );
  await sendAhead(
    tx,
    sql`update repository set ref_generation = ref_generation + 1 where uuid = ${repositoryUuid}
      and exists (select 1 from advertised_pull_requests where repository_uuid = ${repositoryUuid})`.compile(
      tx,
    ),
  );
}

/** An open pull request that is advertised, and the commit that shows what it would be merged as, if there is one. */
export type AdvertisedPullRequest = {
  readonly id: number;
  readonly source: ObjectId;
  readonly destination: ObjectId;
  readonly preview: ObjectId | undefined;
};

/** Those of a repository that changed last and whose branches are there; none where they are not advertised. */
export async function listAdvertisedPullRequests(
  db: Kysely<Schema>,
  repositoryUuid: Uuid,
  limit: number,
): Promise<readonly AdvertisedPullRequest[]> {
  const rows = await advertisedQuery(db, repositoryUuid)
    .orderBy("shown.updated_at", "desc")
    .orderBy("shown.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    source: row.source_commit as ObjectId,
    destination: row.tip as ObjectId,
    preview: (row.preview ?? undefined) as ObjectId | undefined,
  }));
}

function advertisedQuery(db: Kysely<Schema>, repositoryUuid: Uuid) {
  return db
    .selectFrom("advertised_pull_requests as advertised")
    .innerJoin("pull_request as shown", "shown.repository_uuid", "advertised.repository_uuid")
    .innerJoin("ref as destination", (join) =>
      join
        .onRef("destination.repository_uuid", "=", "shown.repository_uuid")
        .on("destination.name", "=", sql<string>`${sql.lit(BRANCH_PREFIX)} || shown.destination_branch`),
    )
    .leftJoin("ref as preview", (join) =>
      join
        .onRef("preview.repository_uuid", "=", "shown.repository_uuid")
        .on("preview.name", "=", sql<string>`${refName(MERGE)}`),
    )
    .select(["shown.id", "shown.source_commit", "destination.target as tip", "preview.target as preview"])
    .where("advertised.repository_uuid", "=", repositoryUuid)
    .where("shown.state", "=", "OPEN");
}

/**
 * Advertises what an open pull request would be merged as, or nothing if it cannot be. Does nothing if it has changed
 * since. Call it in a transaction that has locked the repository.
 */
export async function setMergePreview(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  { id, source, destination }: AdvertisedPullRequest,
  preview: ObjectId | undefined,
): Promise<void> {
  const current = await advertisedQuery(tx, repositoryUuid).where("shown.id", "=", id).executeTakeFirst();
  if (current?.source_commit !== source || current.tip !== destination) return;
  const name = `${PULL_REQUEST_PREFIX}${id}/merge`;
  if (preview === undefined)
    await tx
      .deleteFrom("ref")
      .where("repository_uuid", "=", repositoryUuid)
      .where("name", "=", name)
      .execute();
  else
    await tx
      .insertInto("ref")
      .values({ repository_uuid: repositoryUuid, name, target: preview, peeled: null })
      .onConflict((conflict) =>
        conflict.columns(["repository_uuid", "name"]).doUpdateSet({ target: preview }),
      )
      .execute();
  await raiseGeneration(tx, repositoryUuid);
}

/** Advertises all pull requests of a repository from now on, or none. Call it in a transaction. */
export async function setAdvertised(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
  isAdvertised: boolean,
): Promise<void> {
  if (isAdvertised) {
    await tx
      .insertInto("advertised_pull_requests")
      .values({ repository_uuid: repositoryUuid })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await insertRefs(tx, sql`shown.repository_uuid = ${repositoryUuid}`);
  } else {
    await tx.deleteFrom("advertised_pull_requests").where("repository_uuid", "=", repositoryUuid).execute();
    await tx
      .deleteFrom("ref")
      .where("repository_uuid", "=", repositoryUuid)
      .where("name", ">", PULL_REQUEST_PREFIX)
      // "0" is the character after "/".
      .where("name", "<", `${PULL_REQUEST_PREFIX.slice(0, -1)}0`)
      .execute();
  }
  await raiseGeneration(tx, repositoryUuid);
}

async function raiseGeneration(tx: Kysely<Schema>, repositoryUuid: Uuid): Promise<void> {
  await tx
    .updateTable("repository")
    .set((eb) => ({ ref_generation: eb("ref_generation", "+", 1) }))
    .where("uuid", "=", repositoryUuid)
    .execute();
}

function refName(end: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`${sql.lit(PULL_REQUEST_PREFIX)} || cast(shown.id as text) || ${end}`;
}

async function insertRefs(tx: Kysely<Schema>, condition: RawBuilder<unknown>): Promise<void> {
  await sendAhead(
    tx,
    sql`insert into ref (repository_uuid, name, target)
      select shown.repository_uuid, ${refName(FROM)}, shown.source_commit from pull_request as shown where ${condition}
      union all
      select shown.repository_uuid, ${refName(MERGE)}, shown.merge_commit from pull_request as shown
      where ${condition} and shown.merge_commit is not null
      on conflict (repository_uuid, name) do update set target = excluded.target`.compile(tx),
  );
}
