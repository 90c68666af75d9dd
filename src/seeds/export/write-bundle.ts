import { runGit } from "../../git/process/git-process.ts";
import type { Repository } from "../../model/repository.ts";
import type { Ports } from "../../ports.ts";
import { withRepository } from "../../storage/packs/with-repository.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";

/**
 * Writes all branches, tags and notes of a repository into a bundle.
 *
 * @returns whether there is anything to write.
 */
export async function writeBundle(
  { database, packs }: Pick<Ports, "database" | "packs">,
  { uuid, refGeneration, mainBranch }: Repository,
  path: string,
): Promise<boolean> {
  const refs = await listRefs(database.kysely, uuid);
  if (refs.length === 0) return false;
  return withRepository(packs, uuid, async (opened) => {
    await opened.writeRefs(refGeneration, mainBranch, async () => refs);
    // One thread: the same objects make the same bundle.
    await runGit(["-c", "pack.threads=1", "bundle", "create", "--quiet", path, "--stdin"], {
      gitDir: opened.gitDir,
      input: refs.map(({ name }) => `${name}\n`).join(""),
    });
    return true;
  });
}
