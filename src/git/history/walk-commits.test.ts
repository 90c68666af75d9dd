import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { waitUntil } from "../../../tests/support/processes/process-table.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { openObjectReader } from "../objects/object-reader.ts";
import { EMPTY_GRAPH, openCommitGraphs, parseCommitGraph } from "./commit-graph.ts";
import { walkCommits } from "./walk-commits.ts";

const git = openRealGit();
const objects = openObjectReader();
after(() => objects.close());
const HISTORY_LENGTH = 60;

/** For each commit: its distance to each parent among those before it, and its time. */
type Shape = readonly { readonly parents: readonly number[]; readonly seconds: number }[];

const shapes: fc.Arbitrary<Shape> = fc.array(
  fc.record({
    parents: fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 }),
    // Few of them, so that many are equal and many contradict the order of the parents.
    seconds: fc.integer({ min: 0, max: 20 }),
  }),
  { minLength: 1, maxLength: HISTORY_LENGTH },
);

async function importHistory(shape: Shape): Promise<{ folder: string; ids: readonly ObjectId[] }> {
  const folder = git.newPath("history.git");
  await git.out(["init", "--bare", "--quiet", folder]);
  const commands = shape.map(({ parents, seconds }, index) => {
    const marks = parents.filter((distance) => distance <= index).map((distance) => index - distance + 1);
    const [first, ...others] = marks;
    return [
      ...(first === undefined ? [`reset refs/heads/c${index}`] : []),
      `commit refs/heads/c${index}`,
      `mark :${index + 1}`,
      // The index keeps equal shapes apart.
      `committer C${index} <c@c> ${seconds} +0000`,
      "data 0",
      ...(first === undefined ? [] : [`from :${first}`]),
      ...others.map((mark) => `merge :${mark}`),
      "",
    ].join("\n");
  });
  const marks = `${folder}/marks`;
  await git.out(["fast-import", "--quiet", "--force", `--export-marks=${marks}`], {
    folder,
    input: commands.join("\n"),
  });
  const lines = (
    await git.out(["cat-file", "--batch-check=%(objectname)"], {
      folder,
      input: shape.map((_, index) => `refs/heads/c${index}\n`).join(""),
    })
  ).split("\n");
  return { folder, ids: lines as ObjectId[] };
}

async function revList(
  folder: string,
  include: readonly ObjectId[],
  exclude: readonly ObjectId[],
): Promise<string[]> {
  const input = [...include, ...exclude.map((id) => `^${id}`)].map((line) => `${line}\n`).join("");
  const text = await git.out(["rev-list", "--topo-order", "--stdin"], { folder, input });
  return text === "" ? [] : text.split("\n");
}

const picks = fc.record({
  include: fc.array(fc.nat(HISTORY_LENGTH), { minLength: 1, maxLength: 5 }),
  exclude: fc.array(fc.nat(HISTORY_LENGTH), { maxLength: 3 }),
  skip: fc.nat(20),
  limit: fc.integer({ min: 1, max: 70 }),
  /** How much of the history the graph has. */
  graphed: fc.nat(HISTORY_LENGTH),
});

test("lists any history as git does, in the graph and outside", { timeout: 900_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.array(picks, { minLength: 6, maxLength: 6 }), async (shape, asked) => {
      const { folder, ids } = await importHistory(shape);
      const pick = (numbers: readonly number[]) => numbers.map((number) => ids[number % ids.length]!);
      for (const { include, exclude, skip, limit, graphed } of asked) {
        const tips = ids
          .slice(0, (graphed % ids.length) + 1)
          .map((id) => `${id}\n`)
          .join("");
        await git.out(["commit-graph", "write", "--stdin-commits", "--no-progress"], { folder, input: tips });
        const graph = openCommitGraphs(1_000_000).find(folder);
        const readCommit = (id: ObjectId) => objects.readCommit(folder, id);
        const query = { include: pick(include), exclude: pick(exclude) };
        const expected = await revList(folder, query.include, query.exclude);
        const listed = await walkCommits({ graph, readCommit }, { ...query, skip, limit });
        assert.deepEqual(listed, expected.slice(skip, skip + limit));
      }
    }),
    { numRuns: 12 },
  );
});

test("gives up when too much lies outside the graph", async () => {
  const shape = Array.from({ length: 300 }, (_, index) => ({
    parents: index === 0 ? [] : [1],
    seconds: index,
  }));
  const { folder, ids } = await importHistory(shape);
  await git.out(["commit-graph", "write", "--stdin-commits"], { folder, input: `${ids[0]}\n` });
  const graph = openCommitGraphs(1_000_000).find(folder);
  const readCommit = (id: ObjectId) => objects.readCommit(folder, id);
  const query = { exclude: [], skip: 0, limit: 1 };
  assert.equal(await walkCommits({ graph, readCommit }, { ...query, include: [ids[299]!] }), undefined);
  assert.deepEqual(await walkCommits({ graph, readCommit }, { ...query, include: [ids[200]!] }), [ids[200]]);
});

test("a first page costs what is new, however old some of the starts are", async () => {
  const shape = Array.from({ length: 300 }, (_, index) => ({
    parents: index === 0 ? [] : [1],
    seconds: index,
  }));
  const { folder, ids } = await importHistory(shape);
  await git.out(["commit-graph", "write", "--reachable"], { folder });
  const graph = openCommitGraphs(1_000_000).find(folder);
  const seen = new Set<number>();
  const commitAt = (position: number) => {
    seen.add(position);
    return graph.commitAt(position);
  };
  const counted = { ...graph, commitAt };
  const source = { graph: counted, readCommit: () => assert.fail("asked git") };
  const query = { include: [ids[299]!, ids[3]!], exclude: [], skip: 0, limit: 10 };
  assert.deepEqual(await walkCommits(source, query), ids.slice(290).toReversed());
  assert.ok(seen.size < 20, `${seen.size} commits were looked at`);
});

test("a graph that is cut off, of another version or a chain's is none", async () => {
  const { folder } = await importHistory([{ parents: [], seconds: 1 }]);
  await git.out(["commit-graph", "write", "--reachable"], { folder });
  const bytes = await readFile(`${folder}/objects/info/commit-graph`);
  assert.ok(parseCommitGraph(bytes));
  for (let length = 0; length < bytes.length - 40; length += 1) parseCommitGraph(bytes.subarray(0, length));
  for (const [at, value] of [
    [0, 0],
    [4, 2],
    [5, 2],
    [7, 1],
  ] as const) {
    const changed = Buffer.from(bytes);
    changed[at] = value;
    assert.equal(parseCommitGraph(changed), undefined);
  }
});

test("a graph is read again when git has written a new one", async () => {
  const { folder, ids } = await importHistory([
    { parents: [], seconds: 1 },
    { parents: [1], seconds: 2 },
  ]);
  const graphs = openCommitGraphs(1_000_000);
  assert.equal(graphs.find(folder), EMPTY_GRAPH);
  await git.out(["commit-graph", "write", "--stdin-commits"], { folder, input: `${ids[0]}\n` });
  assert.equal(graphs.find(folder).find(ids[1]!), undefined);
  await git.out(["commit-graph", "write", "--reachable"], { folder });
  // One that was looked for just now is taken as it was.
  await waitUntil("the new graph", () => graphs.find(folder).find(ids[1]!) !== undefined);
  assert.equal(openCommitGraphs(10).find(folder), EMPTY_GRAPH);
});
