import { type Kysely, type RawBuilder, sql } from "kysely";
import { PULL_REQUEST_PREFIX } from "../../../model/ref-name.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";
import { sendAhead } from "../send-ahead.ts";

/**
 * Pull requests as refs: `refs/pull-requests/{id}/from` is the source, `refs/pull-requests/{id}/merge` the commit that
 * merged it. Bitbucket Cloud has none, so a repository has them only if its operator wants them. They are rows like those
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
  await tx
    .updateTable("repository")
    .set((eb) => ({ ref_generation: eb("ref_generation", "+", 1) }))
    .where("uuid", "=", repositoryUuid)
    .execute();
}

async function insertRefs(tx: Kysely<Schema>, condition: RawBuilder<unknown>): Promise<void> {
  const name = (end: RawBuilder<unknown>) =>
    sql`${sql.lit(PULL_REQUEST_PREFIX)} || cast(shown.id as text) || ${end}`;
  await sendAhead(
    tx,
    sql`insert into ref (repository_uuid, name, target)
      select shown.repository_uuid, ${name(FROM)}, shown.source_commit from pull_request as shown where ${condition}
      union all
      select shown.repository_uuid, ${name(MERGE)}, shown.merge_commit from pull_request as shown
      where ${condition} and shown.merge_commit is not null
      on conflict (repository_uuid, name) do update set target = excluded.target`.compile(tx),
  );
}
