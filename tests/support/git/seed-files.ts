import { textToBytes } from "../../../src/model/byte-text.ts";
import type { ObjectId } from "../../../src/model/object-id.ts";
import { BRANCH_PREFIX } from "../../../src/model/ref-name.ts";
import type { Repository } from "../../../src/model/repository.ts";
import type { TestApp } from "../server/test-app.ts";
import { runFastImport, writeObjects } from "./write-objects.ts";

/** 2026-01-01 00:00 UTC. */
const BEGIN_S = 1_767_225_600;

export type SeededCommit = {
  readonly message: string;
  /** As in a commit: `Name <address>`. */
  readonly author?: string;
  /** What is written, by path (`bytesToText` of it); undefined removes it. */
  readonly files: Readonly<Record<string, string | Buffer | undefined>>;
};

/** Puts commits with files on a new branch of a repository, without a push, and returns their ids, oldest first. `main` becomes its main branch. */
export async function seedFiles(
  app: Pick<TestApp, "ports" | "by">,
  repository: Repository,
  branch: string,
  commits: readonly SeededCommit[],
): Promise<readonly ObjectId[]> {
  const name = `${BRANCH_PREFIX}${branch}`;
  const parts = commits.flatMap(({ message, author = "Ada Example <ada@example.com>", files }, index) => {
    const date = `${BEGIN_S + 60 * index} +0000`;
    return [
      Buffer.from(
        `commit ${name}\nmark :${index + 1}\nauthor ${author} ${date}\ncommitter ${author} ${date}\n`,
      ),
      dataOf(Buffer.from(message)),
      ...Object.entries(files).flatMap(([path, content]) =>
        content === undefined
          ? [Buffer.from(`D ${quoted(path)}\n`)]
          : [Buffer.from(`M 100644 inline ${quoted(path)}\n`), dataOf(Buffer.from(content))],
      ),
      Buffer.from(`get-mark :${index + 1}\n`),
    ];
  });
  const { ids } = await writeObjects(app, repository.uuid, async (objects) => {
    const made = await runFastImport(objects, Buffer.concat([...parts, Buffer.from("done\n")]));
    const refs = { [name]: made.at(-1)! };
    return { ids: made, refs, ...(branch === "main" ? { mainBranch: branch } : {}) };
  });
  return ids;
}

function dataOf(content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`data ${content.length}\n`), content, Buffer.from("\n")]);
}

/** git-fast-import(1): a path in double quotes is C-quoted. */
function quoted(path: string): string {
  const bytes = [...textToBytes(path)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`);
  return `"${bytes.join("")}"`;
}
