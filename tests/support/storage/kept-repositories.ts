import type { Uuid } from "../../../src/model/uuid.ts";
import type { Ports } from "../../../src/ports.ts";

/** Those of which something is kept, whether or not they have a row: folders of the disk, or packs in the object store. */
export async function listKeptRepositories({
  packFolders,
  database,
}: Pick<Ports, "packFolders" | "database">): Promise<readonly Uuid[]> {
  if (packFolders !== undefined) return packFolders.listRepositories();
  const rows = await database.kysely.selectFrom("pack").select("repository_uuid").distinct().execute();
  return rows.map(({ repository_uuid }) => repository_uuid as Uuid);
}
