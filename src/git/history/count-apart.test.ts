import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { openObjectReader } from "../objects/object-reader.ts";
import { EMPTY_GRAPH, openCommitGraphs } from "./commit-graph.ts";
import { countApart } from "./count-apart.ts";
import { findTipsWith } from "./find-tips-with.ts";

const git = openRealGit();
const objects = openObjectReader();
after(() => objects.close());
const { signal } = new AbortController();

/** For each commit its distance to each parent, among those before it. */
async function importHistory(shape: readonly (readonly number[])[]) {
  const folder = git.newPath("history.git");
  await git.out(["init", "--bare", "--quiet", folder]);
  const commands = shape.map((distances, index) => {
    const marks = distances.filter((distance) => distance <= index).map((distance) => index - distance + 1);
    const lines = marks.map((mark, order) => `${order === 0 ? "from" : "merge"} :${mark}`);
    const reset = marks.length === 0 ? [`reset refs/heads/c${index}`] : [];
    const head = [
      `commit refs/heads/c${index}`,
      `mark :${index + 1}`,
      `committer C${index} <c@c> ${index} +0000`,
    ];
    return [...reset, ...head, "data 0", ...lines, ""].join("\n");
  });
  await git.out(["fast-import", "--quiet", "--force"], { folder, input: commands.join("\n") });
  const names = shape.map((_, index) => `refs/heads/c${index}\n`).join("");
  const listed = await git.out(["cat-file", "--batch-check=%(objectname)"], { folder, input: names });
  return { folder, ids: listed.split("\n") as ObjectId[] };
}

function sourceOf(folder: string) {
  return {
    graph: openCommitGraphs(1024 ** 2).find(folder),
    readCommit: (id: ObjectId) => objects.readCommit(folder, id),
  };
}

const shapes = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }), {
  minLength: 2,
  maxLength: 50,
});

test("counts, and finds, what git does in any history, in the graph and outside", {
  timeout: 900_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(
      shapes,
      fc.array(fc.nat(60), { minLength: 4, maxLength: 8 }),
      fc.nat(60),
      async (shape, picks, graphed) => {
        const { folder, ids } = await importHistory(shape);
        const input = ids
          .slice(0, graphed % ids.length)
          .map((id) => `${id}\n`)
          .join("");
        if (input !== "")
          await git.out(["commit-graph", "write", "--stdin-commits", "--no-progress"], { folder, input });
        const source = sourceOf(folder);
        const [base, ...tips] = [...new Set(picks.map((number) => ids[number % ids.length]!))];
        const distances = await countApart(source, base!, tips, { signal });
        for (const [index, tip] of tips.entries()) {
          const counted = await git.out(["rev-list", "--left-right", "--count", `${tip}...${base}`], {
            folder,
          });
          const { ahead, behind, isCut } = distances![index]!;
          assert.deepEqual([`${ahead}\t${behind}`, isCut], [counted, false]);
        }
        const having = await findTipsWith(source, base!, [base!, ...tips], { signal });
        const named = await git.out(["for-each-ref", "--contains", base!, "--format=%(objectname)"], {
          folder,
        });
        const expected = new Set(named.split("\n"));
        assert.deepEqual(having, new Set([base!, ...tips].filter((tip) => expected.has(tip))));
      },
    ),
    { numRuns: 25 },
  );
});

test("ends after so many steps, and says that there are more", async () => {
  const { folder, ids } = await importHistory([[], ...Array.from({ length: 30 }, () => [1]), [31]]);
  const source = sourceOf(folder);
  const [distance] = (await countApart(source, ids.at(-2)!, [ids.at(-1)!], { signal, stepsMax: 10 }))!;
  assert.deepEqual([distance!.isCut, distance!.ahead], [true, 0]);
  assert.equal(distance!.behind, 10);
  assert.equal(await findTipsWith(source, ids[0]!, [ids.at(-2)!], { signal, stepsMax: 10 }), undefined);
});

test("says nothing of a history that cannot be read", async () => {
  const { folder, ids } = await importHistory([[], [1]]);
  const missing = "1".repeat(40) as ObjectId;
  const source = { graph: EMPTY_GRAPH, readCommit: (id: ObjectId) => objects.readCommit(folder, id) };
  assert.equal(await countApart(source, ids[0]!, [missing], { signal }), undefined);
  assert.equal(await findTipsWith(source, missing, ids, { signal }), undefined);
});
