import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { type LaneCommit, type LaneRow, layOutLanes } from "./lay-out-lanes.ts";

/** Follows the lines down from a commit, as somebody who looks at the drawing does. */
function followLines(commits: readonly LaneCommit[], rows: readonly LaneRow[], start: number): string[] {
  const found: string[] = [];
  for (const { half, from, to } of rows[start]!.lines) {
    if (half !== "lower") continue;
    assert.equal(from, rows[start]!.lane);
    const row = rows.findIndex(
      (each, index) => index > start && !each.lines.some((line) => line.half === "whole" && line.from === to),
    );
    if (row === -1) {
      found.push("below");
      continue;
    }
    const arriving = rows[row]!.lines.find((line) => line.half === "upper" && line.from === to);
    assert.ok(arriving !== undefined, `the line in lane ${to} ends in row ${row}`);
    assert.equal(arriving.to, rows[row]!.lane);
    found.push(commits[row]!.id);
  }
  return found;
}

function assertDrawn(commits: readonly LaneCommit[], rows: readonly LaneRow[]): void {
  const listed = new Set(commits.map(({ id }) => id));
  for (const [index, { parents }] of commits.entries()) {
    const expected = [...new Set(parents)].map((parent) => (listed.has(parent) ? parent : "below"));
    assert.deepEqual(followLines(commits, rows, index).toSorted(), expected.toSorted());
    assert.equal(rows[index]!.hasHiddenParents, false);
  }
}

const id = (number: number) => String(number).padStart(40, "0") as ObjectId;

function commitsOf(history: string): LaneCommit[] {
  return history.split(" ").map((text) => {
    const [own, ...parents] = text.split(/[<,]/).map((each) => id(Number(each)));
    return { id: own!, parents };
  });
}

for (const [what, history, lanes] of [
  ["a straight line", "3<2 2<1 1", [0, 0, 0]],
  ["a branch that was merged", "4<3,2 3<1 2<1 1", [0, 0, 1, 0]],
  ["a criss-cross", "6<4,5 5<3,2 4<2,3 3<1 2<1 1", [0, 1, 0, 1, 2, 1]],
  ["an octopus", "5<4,3,2 4<1 3<1 2<1 1", [0, 0, 1, 2, 0]],
  ["two tips", "4<2 3<1 2<1 1", [0, 1, 0, 1]],
  ["a parent that is named twice", "2<1,1 1", [0, 0]],
  ["two roots", "3<2,1 2 1", [0, 0, 1]],
] as const)
  test(`draws ${what}`, () => {
    const commits = commitsOf(history);
    const rows = layOutLanes(commits, 12);
    assert.deepEqual(
      rows.map(({ lane }) => lane),
      lanes,
    );
    assertDrawn(commits, rows);
  });

test("draws lines to exactly the parents that real git has in any history", async () => {
  const git = openRealGit();
  const shapes = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 5 }), {
    minLength: 1,
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(20), async (shape, skipped) => {
      const folder = git.newPath("lanes.git");
      await git.out(["init", "--bare", "--quiet", folder]);
      const commands = shape.map((distances, index) => {
        const marks = distances
          .filter((distance) => distance <= index)
          .map((distance) => index - distance + 1);
        const lines = marks.map((mark, order) => `${order === 0 ? "from" : "merge"} :${mark}`);
        const reset = marks.length === 0 ? [`reset refs/heads/c${index}`] : [];
        return [
          ...reset,
          `commit refs/heads/c${index}`,
          `mark :${index + 1}`,
          `committer C${index} <c@c> ${index} +0000`,
          "data 0",
          ...lines,
          "",
        ].join("\n");
      });
      await git.out(["fast-import", "--quiet", "--force"], { folder, input: commands.join("\n") });
      const listed = await git.out(["log", "--all", "--topo-order", "--format=%H %P", `--skip=${skipped}`], {
        folder,
      });
      const commits = listed
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => {
          const [own, ...parents] = line.trim().split(" ") as ObjectId[];
          return { id: own!, parents };
        });
      assertDrawn(commits, layOutLanes(commits, 1000));
    }),
    { numRuns: 30 },
  );
});

test("leaves out what is beyond the limit, and draws no line that ends nowhere", () => {
  const distances = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(distances, { minLength: 1, maxLength: 80 }),
      fc.integer({ min: 1, max: 5 }),
      (shape, max) => {
        const commits = shape.map((each, index) => ({
          id: id(index),
          parents: each
            .map((distance) => id(index + distance))
            .filter((parent) => Number(parent) < shape.length),
        }));
        const rows = layOutLanes(commits, max);
        for (const [index, { lane, lines, hasHiddenParents }] of rows.entries()) {
          assert.ok(lines.every(({ from, to }) => from < max && to < max));
          const drawn = lane === undefined ? [] : followLines(commits, rows, index);
          const parents: string[] = commits[index]!.parents;
          assert.ok(drawn.every((parent) => parents.includes(parent)));
          assert.equal(hasHiddenParents, drawn.length < parents.length);
        }
      },
    ),
  );
});
