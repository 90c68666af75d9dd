import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Uuid } from "../../../src/model/uuid.ts";
import type { Ports } from "../../../src/ports.ts";

const DAY_MS = 86_400_000;

export type PackAge = {
  /** How old all packs of the repository are. */
  readonly packsDays?: number;
  /** When it was last looked for objects that nothing reaches, if it ever was. */
  readonly dropDays?: number;
};

/** Changes the times by which maintenance judges: those of files, or of rows. */
export async function agePacks(
  ports: Pick<Ports, "database" | "packFolders">,
  repository: Uuid,
  { packsDays, dropDays }: PackAge,
): Promise<void> {
  if (ports.packFolders === undefined) {
    if (packsDays !== undefined) await ageObjects(ports, repository, daysAgo(packsDays));
    if (dropDays !== undefined) await ageDropCheck(ports, repository, daysAgo(dropDays));
    return;
  }
  const { path } = await ports.packFolders.locate(repository);
  const folder = join(path, "objects", "pack");
  if (packsDays !== undefined)
    for (const name of await readdir(folder))
      await utimes(join(folder, name), daysAgo(packsDays), daysAgo(packsDays)).catch(() => {});
  if (dropDays !== undefined)
    await utimes(join(path, "full-repack-done"), daysAgo(dropDays), daysAgo(dropDays)).catch(() => {});
}

function daysAgo(days: number): Date {
  return new Date(Date.now() - days * DAY_MS);
}

async function ageObjects({ database }: Pick<Ports, "database">, repository: Uuid, at: Date): Promise<void> {
  await database.kysely
    .updateTable("stored_object")
    .set({ state_at: at.getTime() })
    .where("name", "in", (eb) =>
      eb.selectFrom("pack").select("object_name").where("repository_uuid", "=", repository),
    )
    .execute();
}

async function ageDropCheck(
  { database }: Pick<Ports, "database">,
  repository: Uuid,
  at: Date,
): Promise<void> {
  await database.kysely
    .updateTable("repository")
    .set({ drop_checked_at: at.getTime() })
    .where("uuid", "=", repository)
    .where("drop_checked_at", "is not", null)
    .execute();
}
