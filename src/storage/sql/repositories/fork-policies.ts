import { type Kysely, PostgresAdapter, sql } from "kysely";
import type { ForkPolicy } from "../../../model/repository.ts";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/**
 * The fork policies of a repository, of its parent, and so on: its own first. Empty if it has been deleted. In a
 * transaction of PostgreSQL all of them are locked until its end.
 */
export async function listForkPolicies(
  tx: Kysely<Schema>,
  repositoryUuid: Uuid,
): Promise<readonly ForkPolicy[]> {
  if (tx.getExecutor().adapter instanceof PostgresAdapter)
    await sql`select uuid from repository where uuid in (
      with recursive ancestor (uuid, parent_uuid) as (
        select uuid, parent_uuid from repository where uuid = ${repositoryUuid}
        union all
        select repository.uuid, repository.parent_uuid
          from ancestor inner join repository on repository.uuid = ancestor.parent_uuid
      )
      select uuid from ancestor
    ) for share`.execute(tx);
  // Parents are older than their forks and never change, so there are no cycles.
  const { rows } = await sql<{ fork_policy: ForkPolicy }>`
    with recursive ancestor (parent_uuid, fork_policy, distance) as (
      select parent_uuid, fork_policy, 0 from repository where uuid = ${repositoryUuid}
      union all
      select repository.parent_uuid, repository.fork_policy, ancestor.distance + 1
        from ancestor inner join repository on repository.uuid = ancestor.parent_uuid
    )
    select fork_policy from ancestor order by distance`.execute(tx);
  return rows.map((found) => found.fork_policy);
}
