import { type Kysely, sql } from "kysely";
import type { Uuid } from "../../../model/uuid.ts";
import type { Schema } from "../schema.ts";

/** Whether two repositories go back to one: a fork and its parent, forks of one repository, and forks of forks. */
export async function areOfOneFamily(db: Kysely<Schema>, one: Uuid, other: Uuid): Promise<boolean> {
  // Parents are older than their forks and never change, so there are no cycles.
  const { rows } = await sql`
    with recursive ancestor (side, uuid, parent_uuid) as (
      select uuid, uuid, parent_uuid from repository where uuid in (${one}, ${other})
      union all
      select ancestor.side, repository.uuid, repository.parent_uuid
        from ancestor inner join repository on repository.uuid = ancestor.parent_uuid
    )
    select 1 from ancestor as first inner join ancestor as second on second.uuid = first.uuid
      where first.side = ${one} and second.side = ${other} limit 1`.execute(db);
  return rows.length > 0;
}
