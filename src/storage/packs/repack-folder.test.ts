import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { RefName } from "../../model/ref-name.ts";
import { openRepackFolder } from "./repack-folder.ts";

const git = await openRealGit();

test("a pack that has only got bitmaps is put in the place of the same pack without them", async () => {
  const repository = git.newPath("repository");
  await git.out(["init", "-q", "--bare", repository]);
  const tree = await git.out(["mktree"], { folder: repository, input: "" });
  const target = (await git.out(["commit-tree", "-m", "first", tree], { folder: repository })) as ObjectId;
  await git.out(["update-ref", "refs/heads/main", target], { folder: repository });
  await git.out(["-c", "repack.writeBitmaps=false", "repack", "-a", "-d", "-q"], { folder: repository });
  const listFiles = () => readdir(join(repository, "objects", "pack"));
  const before = await listFiles();
  assert.ok(!before.some((name) => name.endsWith(".bitmap")), before.join());

  const refs = [{ name: "refs/heads/main" as RefName, target }];
  const folder = await openRepackFolder(repository, git.newPath("repack"), refs);
  await git.out(["repack", "-a", "-d", "-q", "--write-bitmap-index"], { folder: folder.gitDir });
  await folder.place();
  await folder.removeReplaced();
  await folder.close();
  const endings = (await listFiles()).map((name) => name.slice(name.lastIndexOf(".")));
  assert.equal(endings.filter((ending) => ending === ".pack").length, 1);
  assert.ok(endings.includes(".bitmap"), endings.join());
  await git.out(["fsck", "--full", "--strict"], { folder: repository });
});
