import type { ObjectId } from "../../../src/model/object-id.ts";
import { BRANCH_PREFIX } from "../../../src/model/ref-name.ts";
import type { Repository } from "../../../src/model/repository.ts";
import type { TestApp } from "../server/test-app.ts";
import { runFastImport, writeObjects } from "./write-objects.ts";

/** 2026-01-01 00:00 UTC. */
const BEGIN_S = 1_767_225_600;

/** Puts empty commits on a new branch of a repository, without a push, and returns their ids, oldest first. */
export async function seedCommits(
  app: Pick<TestApp, "ports" | "by">,
  repository: Repository,
  branch: string,
  messages: readonly string[],
): Promise<readonly ObjectId[]> {
  const name = `${BRANCH_PREFIX}${branch}`;
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
  const { ids } = await writeObjects(app, repository.uuid, async (objects) => {
    const made = await runFastImport(objects, `${lines.join("\n")}\ndone\n`);
    return { ids: made, refs: { [name]: made.at(-1)! } };
  });
  return ids;
}
