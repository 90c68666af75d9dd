import { randomUUID } from "node:crypto";
import type { Stats } from "node:fs";
import { link, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hasCode } from "../has-code.ts";
import { type LinkFile, takeFile } from "../packs/copy-packs.ts";

export type FileKeeper = {
  /** Gives `to` the file `from`, unless it is there. It is there whole or not at all. */
  readonly keep: LinkFile;
  /** The same for a file that may have become another one: what is there is replaced in one step. */
  readonly replace: LinkFile;
  /** What has been taken up to now. */
  taken(): { readonly files: number; readonly bytes: number };
};

/** For files that never change under their name, so that what is there needs no second look. */
export function openFileKeeper(
  unfinishedFolder: string,
  { mayLink }: { readonly mayLink: boolean },
): FileKeeper {
  let files = 0;
  let bytes = 0;
  const take: LinkFile = async (from, to) => {
    await mkdir(unfinishedFolder, { recursive: true, mode: 0o700 });
    const draft = join(unfinishedFolder, randomUUID());
    try {
      await takeFile(from, draft, mayLink ? link : refuseToLink);
      bytes += (await stat(draft)).size;
      files += 1;
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await rename(draft, to);
    } finally {
      // A rename onto another name of the same file does nothing, and leaves both.
      await rm(draft, { force: true });
    }
  };
  return {
    async keep(from, to) {
      if ((await findFile(to)) === undefined) await take(from, to);
    },
    async replace(from, to) {
      const [wanted, there] = [await stat(from), await findFile(to)];
      // A copy is younger than what it was made of.
      const isSame = there?.size === wanted.size && there.mtimeMs >= wanted.mtimeMs;
      if (!isSame) await take(from, to);
    },
    taken: () => ({ files, bytes }),
  };
}

const refuseToLink: LinkFile = () =>
  Promise.reject(Object.assign(new Error("links are not wanted"), { code: "EXDEV" }));

async function findFile(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}
