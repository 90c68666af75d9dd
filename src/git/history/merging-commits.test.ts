import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { type ObjectId, parseObjectId } from "../../model/object-id.ts";
import { openObjectReader } from "../objects/object-reader.ts";
import { EMPTY_GRAPH } from "./commit-graph.ts";
import { listMergingCommits } from "./merging-commits.ts";

const git = openRealGit();
const folder = git.newPath("history");
const gitDir = `${folder}/.git`;
const objects = openObjectReader();
after(() => objects.close());
await git.out(["init", "--quiet", "-b", "main"], { folder });

const commits = new Map<string, ObjectId>();

async function commit(name: string, parents: readonly string[]): Promise<void> {
  const args = parents.flatMap((parent) => ["-p", commits.get(parent)!]);
  const tree = await git.out(["mktree"], { folder, input: "" });
  const id = parseObjectId(await git.out(["commit-tree", ...args, "-m", name, tree], { folder }));
  commits.set(name, id!);
}

// Two branches of main, the second of which has merged the first, and one that nobody has merged.
await commit("old", []);
await commit("a1", ["old"]);
await commit("a2", ["a1"]);
await commit("b1", ["old"]);
await commit("b2", ["b1", "a2"]);
await commit("m1", ["old", "a1"]);
await commit("m2", ["m1", "b2"]);
await commit("tip", ["m2"]);
await commit("else", ["old"]);

const names = new Map([...commits].map(([name, id]) => [id, name]));

async function list(tip: string, old: string | undefined, outputBytesMax?: number) {
  const limit = outputBytesMax === undefined ? {} : { outputBytesMax };
  const id = old === undefined ? undefined : commits.get(old)!;
  const signal = new AbortController().signal;
  const source = { gitDir, objects, graph: EMPTY_GRAPH, signal, ...limit };
  const found = await listMergingCommits(source, commits.get(tip)!, id);
  return Object.fromEntries([...found].map(([gained, merging]) => [names.get(gained), names.get(merging)]));
}

test("each commit is merged by the first one on the branch that has it", async () => {
  const expected = { tip: "tip", m2: "m2", b2: "m2", b1: "m2", a2: "m2", m1: "m1", a1: "m1" };
  assert.deepEqual(await list("tip", "old"), expected);
  assert.deepEqual(await list("tip", undefined), { ...expected, old: "old" });
});

test("a straight line is its own", async () => {
  assert.deepEqual(await list("a2", "old"), { a1: "a1", a2: "a2" });
  assert.deepEqual(await list("a2", "a2"), {});
});

test("of a history too large to look through nothing is said", async () => {
  assert.deepEqual(await list("tip", undefined, 200), {});
});
