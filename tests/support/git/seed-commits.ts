import { runGit } from "../../../src/git/process/git-process.ts";
import { type ObjectId, parseObjectId } from "../../../src/model/object-id.ts";
import { BRANCH_PREFIX, type RefName } from "../../../src/model/ref-name.ts";
import type { Repository } from "../../../src/model/repository.ts";
import { applyRefUpdates } from "../../../src/storage/sql/refs/ref-updates.ts";
import type { TestApp } from "../server/test-app.ts";
import { gitDirOf } from "./repository-folder.ts";

/** 2026-01-01 00:00 UTC. */
const BEGIN_S = 1_767_225_600;

/** Puts empty commits on a new branch of a repository, without a push, and returns their ids, oldest first. */
export async function seedCommits(
  { ports, by }: Pick<TestApp, "ports" | "by">,
  repository: Repository,
  branch: string,
  messages: readonly string[],
): Promise<readonly ObjectId[]> {
  const name = `${BRANCH_PREFIX}${branch}` as RefName;
  const gitDir = gitDirOf(ports, repository.uuid);
  const lines = messages.flatMap((message, index) => {
    const who = `Ada Example <ada@example.com> ${BEGIN_S + index} +0000`;
    return [
      `commit ${name}`,
      `mark :${index + 1}`,
      `author ${who}`,
      `committer ${who}`,
      `data ${Buffer.byteLength(message)}\n${message}`,
      `get-mark :${index + 1}`,
    ];
  });
  const output = await runGit(["fast-import", "--quiet", "--cat-blob-fd=1"], {
    gitDir,
    input: `${lines.join("\n")}\ndone\n`,
  });
  const ids = output
    .toString()
    .split("\n")
    .flatMap((line) => parseObjectId(line) ?? []);
  const update = { name, old: undefined, new: ids.at(-1), peeled: undefined };
  await by.transaction((tx) =>
    applyRefUpdates(tx, repository.uuid, [update], { isAtomic: true, now: ports.clock() }),
  );
  return ids;
}
