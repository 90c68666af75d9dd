import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Ref } from "../../model/ref.ts";
import { makeFolders } from "../files/make-folders.ts";
import { CONFIG } from "./repository-folders.ts";

/** Where git keeps it, in a repository. */
export const COMMIT_GRAPH = join("objects", "info", "commit-graph");

/** A bare repository for git to work in, with these refs and without objects. */
export async function makeScratchRepository(
  folder: string,
  refs: readonly Pick<Ref, "name" | "target">[],
): Promise<void> {
  for (const name of ["refs", join("objects", "pack"), join("objects", "info")])
    await makeFolders(join(folder, name));
  await writeFile(join(folder, "config"), CONFIG);
  await writeFile(join(folder, "HEAD"), "ref: refs/heads/main\n");
  // A file without a header: git does not take the lines for sorted, nor the tags for peeled.
  await writeFile(
    join(folder, "packed-refs"),
    refs.map(({ name, target }) => `${target} ${name}\n`).join(""),
  );
}
