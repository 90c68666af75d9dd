import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { type Files, openMergedRepository } from "../../../tests/support/git/merged-repository.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";

const git = openRealGit();
const repository = await openMergedRepository(git);
after(() => repository.objects.close());

const PATHS = ["a", "b", "d/a", "d/b", "e/deep/c"] as const;
const LINES = 9;
const START: Files = Object.fromEntries(
  PATHS.map((path) => [path, Array.from({ length: LINES }, (_, line) => `${path} ${line}\n`).join("")]),
);

const path = fc.constantFrom(...PATHS);
const change = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      path,
      line: fc.nat(LINES - 1),
      text: fc.nat(3),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("rename" as const), path, to: path, suffix: fc.nat(2) }),
  },
  fc.record({ kind: fc.constant("delete" as const), path }),
  fc.record({ kind: fc.constant("mode" as const), path }),
  fc.record({ kind: fc.constant("binary" as const), path, text: fc.nat(2) }),
  fc.record({ kind: fc.constant("link" as const), path, text: fc.nat(2) }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

/** On one of two branches: a few changes, or a merge of the other branch, which may have been merged the other way. */
const step = fc.record({
  branch: fc.nat(1),
  isMerge: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
  changes: fc.array(change, { minLength: 1, maxLength: 2 }),
});

function withoutKind(text: string): string {
  return text.replace(/^(?:exec|link):/, "");
}

/** A path may be gone by then: the change is left out. */
function apply(files: Record<string, string>, made: Change): void {
  const text = files[made.path];
  if (text === undefined) return;
  switch (made.kind) {
    case "edit": {
      const all = text.split("\n");
      if (text.startsWith("link:") || made.line >= all.length - 1) return;
      files[made.path] = all.with(made.line, `${all[made.line]}${made.text}`).join("\n");
      return;
    }
    case "rename":
      delete files[made.path];
      files[`${made.to}-${made.suffix}`] = text;
      return;
    case "delete":
      delete files[made.path];
      return;
    case "mode":
      files[made.path] = text.startsWith("exec:") ? text.slice(5) : `exec:${withoutKind(text)}`;
      return;
    case "binary":
      files[made.path] = `\0${made.text}`;
      return;
    case "link":
      files[made.path] = `link:target-${made.text}`;
  }
}

type Branch = { tip: ObjectId; files: Record<string, string> };

async function makeHistory(steps: readonly (typeof step extends fc.Arbitrary<infer T> ? T : never)[]) {
  const root = await repository.commit({ files: START });
  const branches: [Branch, Branch] = [
    { tip: root, files: { ...START } },
    { tip: root, files: { ...START } },
  ];
  for (const [number, { branch, isMerge, changes }] of steps.entries()) {
    const [one, other] = branch === 0 ? branches : branches.toReversed();
    const files = isMerge ? { ...other!.files, ...one!.files } : { ...one!.files };
    for (const made of changes) apply(files, made);
    const parents = isMerge && one!.tip !== other!.tip ? [one!.tip, other!.tip] : [one!.tip];
    const message = `Step ${number}\n`;
    one!.tip = await repository.commit({ files, parents, message, seconds: 1_600_000_000 + number });
    one!.files = files;
  }
  return { destination: branches[0].tip, source: branches[1].tip };
}

async function treeOf(revision: string): Promise<string> {
  return repository.show("%T", "-1", revision);
}

async function compareMerges(destination: ObjectId, source: ObjectId) {
  const { merge, inWorkTree, show } = repository;
  const ours = await merge("merge_commit", destination, source);
  const squashed = await merge("squash", destination, source);
  const rebased = await merge("rebase_fast_forward", destination, source);
  const isNothing = (await show("%H", `${destination}..${source}`)) === "";
  if (isNothing) {
    for (const made of [ours, squashed, rebased]) assert.equal(made.kind, "nothing");
    return;
  }
  const plain = await inWorkTree(destination, ["merge", "--no-ff", "-m", "M", source]);
  assert.equal(ours.kind, plain.status === 0 ? "made" : "conflicts");
  if (ours.kind === "made") {
    assert.equal(await show("%T %P", "-1", ours.tip), await show("%T %P", "-1", plain.tip));
    const squash = await inWorkTree(destination, ["merge", "--squash", source], ["commit", "-m", "M"]);
    assert.equal(squashed.kind, squash.status === 0 ? "made" : "nothing");
    if (squashed.kind === "made")
      assert.equal(await show("%T %P", "-1", squashed.tip), await show("%T %P", "-1", squash.tip));
  }
  const rebase = await inWorkTree(source, ["rebase", destination]);
  if (rebase.status !== 0) {
    assert.equal(rebased.kind, "conflicts");
    return;
  }
  const tip = rebased.kind === "made" ? rebased.tip : destination;
  assert.notEqual(rebased.kind, "conflicts");
  assert.equal(await treeOf(tip), await treeOf(rebase.tip));
  const kept = "%T %an %ae %at %B";
  assert.equal(await show(kept, `${destination}..${tip}`), await show(kept, `${destination}..${rebase.tip}`));
}

test("merges, squashes and rebases of any history are those of plain git", async () => {
  let clean = 0;
  const steps = fc.array(step, { minLength: 2, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(steps, async (made) => {
      const { destination, source } = await makeHistory(made);
      await compareMerges(destination, source);
      if ((await repository.merge("merge_commit", destination, source)).kind === "made") clean += 1;
    }),
    { numRuns: Number(process.env.MERGE_RUNS ?? 15) },
  );
  assert.ok(clean > 2, `only ${clean} of them could be merged`);
});
