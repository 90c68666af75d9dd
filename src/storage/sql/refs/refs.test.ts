import assert from "node:assert/strict";
import { before, test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import {
  newUuid,
  sampleProject,
  sampleRepository,
  sampleWorkspace,
} from "../../../../tests/support/examples/sample-model.ts";
import { fc } from "../../../../tests/support/fuzzing/seeded-properties.ts";
import { Failure } from "../../../model/failure.ts";
import type { ObjectId } from "../../../model/object-id.ts";
import type { Ref, RefUpdate } from "../../../model/ref.ts";
import type { RefName } from "../../../model/ref-name.ts";
import type { Repository } from "../../../model/repository.ts";
import { insertProject } from "../projects/projects.ts";
import { findRepository, insertRepository } from "../repositories/repositories.ts";
import { insertWorkspace } from "../workspaces/workspaces.ts";
import { applyRefUpdates } from "./ref-updates.ts";
import { findRef, findRefs, listRefs, listRefsByPrefix } from "./refs.ts";

const NOW = new Date("2026-07-07T07:07:07.007Z");
const ONE = "1".repeat(40) as ObjectId;
const TWO = "2".repeat(40) as ObjectId;

function name(text: string): RefName {
  return `refs/heads/${text}` as RefName;
}

function create(text: string, target = ONE, peeled?: ObjectId): RefUpdate {
  return { name: name(text), old: undefined, new: target, peeled };
}

function move(text: string, old = ONE, target = TWO): RefUpdate {
  return { name: name(text), old, new: target, peeled: undefined };
}

function remove(text: string, old = ONE): RefUpdate {
  return { name: name(text), old, new: undefined, peeled: undefined };
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

describeDatabases("refs", (current) => {
  const workspace = sampleWorkspace("acme");
  const project = sampleProject(workspace, "P");
  const db = () => current().database.kysely;

  before(async () => {
    await insertWorkspace(db(), workspace);
    await insertProject(db(), project);
  });

  function apply(repository: Repository, updates: readonly RefUpdate[], isAtomic = false) {
    return current().database.transaction((tx) =>
      applyRefUpdates(tx, repository.uuid, updates, { isAtomic, now: NOW }),
    );
  }

  /** A repository of its own, with branches at `ONE`. */
  async function repositoryWith(branches: readonly string[]): Promise<Repository> {
    const repository = sampleRepository(workspace, project, `r-${newUuid()}`);
    await insertRepository(db(), repository);
    const outcomes = await apply(
      repository,
      branches.map((branch) => create(branch)),
    );
    assert.deepEqual(
      outcomes.filter((outcome) => outcome.refused !== undefined),
      [],
    );
    return (await findRepository(db(), undefined, { uuid: repository.uuid }))!;
  }

  async function branchesOf(repository: Repository): Promise<Record<string, ObjectId>> {
    const refs = await listRefs(db(), repository.uuid);
    return Object.fromEntries(refs.map((ref) => [ref.name.slice("refs/heads/".length), ref.target]));
  }

  test("lists refs by the bytes of their names, in the repository only", async () => {
    // In JavaScript's own order the emoji, made of surrogates, comes before "￮".
    const branches = ["b", "a-b", "a/b", "a0", "B", "_", "ä", "￮", "🙂", "Z", "a.b"];
    const repository = await repositoryWith(branches);
    await repositoryWith(["other"]);
    const expected = branches.map(name).sort(byBytes);
    const refs = expected.map((each): Ref => ({ name: each, target: ONE, peeled: undefined }));
    assert.deepEqual(await listRefs(db(), repository.uuid), refs);
    const { lookups } = current().database;
    assert.deepEqual(await lookups.listRefs(repository.uuid), refs);
    const lines = refs.map((ref) => `${ref.target} ${ref.name}`);
    assert.equal(await lookups.listRefLines(repository.uuid), lines.join("\n"));
    assert.deepEqual(await listRefs(db(), newUuid()), []);
  });

  test("finds refs by name, those of many names too", async () => {
    const repository = await repositoryWith(["a", "b"]);
    const ref = { name: name("a"), target: ONE, peeled: undefined };
    assert.deepEqual(await findRef(db(), repository.uuid, name("a")), ref);
    assert.equal(await findRef(db(), repository.uuid, name("A")), undefined);
    const asked = Array.from({ length: 2500 }, (_, i) => name(`none-${i}`));
    assert.deepEqual([...(await findRefs(db(), repository.uuid, [...asked, name("b")])).keys()], [name("b")]);
    assert.deepEqual(await findRefs(db(), repository.uuid, []), new Map());
  });

  test("lists the refs under prefixes as a filter over all of them would", async () => {
    const unit = fc.constantFrom(
      "a",
      "b",
      "c",
      "%",
      "_",
      "\\",
      "/",
      "\ud7ff",
      "\ue000",
      "\uffff",
      "🙂",
      "\u{10ffff}",
    );
    const text = fc.string({ unit, maxLength: 3 });
    const repository = await repositoryWith([
      "a",
      "ab",
      "b%",
      "b%c",
      "b_",
      "c\\",
      "\uffff",
      "\u{10ffff}",
      "\u{10ffff}\u{10ffff}",
      "\ud7ff",
      "\ue000",
      "🙂a",
    ]);
    const all = await listRefs(db(), repository.uuid);
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 4 }), async (ends) => {
        const prefixes = ends.map(name);
        const expected = all.filter((ref) => prefixes.some((prefix) => ref.name.startsWith(prefix)));
        assert.deepEqual(await listRefsByPrefix(db(), repository.uuid, prefixes), expected);
      }),
      { numRuns: 60 },
    );
    assert.deepEqual(await listRefsByPrefix(db(), repository.uuid, [""]), all);
    assert.deepEqual(
      await listRefsByPrefix(db(), repository.uuid, ["refs/", "refs/heads/", "HEAD", "\0"]),
      all,
    );
    const many = Array.from({ length: 250 }, (_, i) => `refs/tags/${i}`);
    assert.deepEqual(await listRefsByPrefix(db(), repository.uuid, [...many, name("ab")]), [all[1]]);
  });

  test("creates, moves and deletes in one push, and counts one generation", async () => {
    const repository = await repositoryWith(["moved", "deleted", "kept"]);
    const updates = [create("new", TWO, ONE), move("moved"), remove("deleted")];
    const outcomes = await apply(repository, updates);
    assert.deepEqual(
      outcomes,
      updates.map((update) => ({ update, refused: undefined })),
    );
    assert.deepEqual(await branchesOf(repository), { kept: ONE, moved: TWO, new: TWO });
    assert.equal((await findRef(db(), repository.uuid, name("new")))?.peeled, ONE);
    assert.deepEqual(await findRepository(db(), undefined, { uuid: repository.uuid }), {
      ...repository,
      refGeneration: repository.refGeneration + 1,
      updatedAt: NOW,
    });
  });

  test("forgets what a moved tag peeled to", async () => {
    const repository = await repositoryWith([]);
    await apply(repository, [create("tag", ONE, TWO)]);
    await apply(repository, [move("tag")]);
    assert.deepEqual(await findRef(db(), repository.uuid, name("tag")), {
      name: name("tag"),
      target: TWO,
      peeled: undefined,
    });
  });

  for (const [why, branches, update, reason] of [
    ["a move from another value", ["a"], move("a", TWO, ONE), "stale info"],
    ["a move of what is not there", [], move("a"), "stale info"],
    ["a deletion from another value", ["a"], remove("a", TWO), "stale info"],
    ["a deletion of what is not there", ["A"], remove("a"), "reference does not exist"],
    ["a creation of what is there", ["a"], create("a", TWO), "already exists"],
    ["a creation below a ref", ["a"], create("a/b/c"), "cannot lock ref: 'refs/heads/a' exists"],
    ["a creation above a ref", ["a/b/c"], create("a"), "cannot lock ref: 'refs/heads/a/b/c' exists"],
  ] as const) {
    test(`refuses ${why}`, async () => {
      const repository = await repositoryWith(branches);
      const before = await branchesOf(repository);
      assert.deepEqual(await apply(repository, [update]), [{ update, refused: reason }]);
      assert.deepEqual(await branchesOf(repository), before);
      const after = await findRepository(db(), undefined, { uuid: repository.uuid });
      assert.deepEqual(after, repository, "neither the generation nor the date has changed");
    });
  }

  for (const [why, branches, updates, refused] of [
    ["a file where a directory was", ["a/b", "a/c"], [create("a"), remove("a/b"), remove("a/c")], []],
    ["a directory where a file was", ["a"], [create("a/b"), remove("a"), create("a/c")], []],
    [
      "names that only look alike",
      ["a", "a-b", "a0", "A/b"],
      [create("a.b"), create("ab"), create("A/c")],
      [],
    ],
    ["a file where a directory stays in part", ["a/b", "a/c"], [remove("a/b"), create("a")], [name("a")]],
    [
      "a file where the deletion is refused",
      ["a/b"],
      [remove("a/b", TWO), create("a")],
      [name("a/b"), name("a")],
    ],
    ["two new names in each other's way", [], [create("a"), create("a/b")], [name("a/b")]],
    ["two new names, the longer one first", [], [create("a/b/c"), create("a")], [name("a")]],
    ["a second update of one ref", ["a"], [move("a"), move("a", TWO, ONE)], [name("a")]],
    [
      "a deletion after another update of the ref",
      ["a"],
      [move("a"), remove("a"), create("a/b")],
      [name("a"), name("a/b")],
    ],
  ] as const) {
    test(`decides together: ${why}`, async () => {
      const repository = await repositoryWith(branches);
      const outcomes = await apply(repository, updates);
      assert.deepEqual(
        outcomes.filter((outcome) => outcome.refused !== undefined).map((outcome) => outcome.update.name),
        refused,
      );
      const left = Object.keys(await branchesOf(repository));
      const inTheWay = left.filter((branch) => left.some((other) => other.startsWith(`${branch}/`)));
      assert.deepEqual(inTheWay, []);
    });
  }

  test("applies none of an atomic push if one is refused", async () => {
    const repository = await repositoryWith(["a", "b"]);
    const outcomes = await apply(repository, [move("a"), move("b", TWO, ONE), create("c")], true);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.refused),
      ["atomic push failure", "stale info", "atomic push failure"],
    );
    assert.deepEqual(await branchesOf(repository), { a: ONE, b: ONE });
    assert.deepEqual(await findRepository(db(), undefined, { uuid: repository.uuid }), repository);
    const applied = await apply(repository, [move("a"), move("b")], true);
    assert.deepEqual(
      applied.map((outcome) => outcome.refused),
      [undefined, undefined],
    );
  });

  test("changes nothing for no updates, and fails for a repository that is gone", async () => {
    const repository = await repositoryWith([]);
    assert.deepEqual(await apply(repository, []), []);
    const gone = sampleRepository(workspace, project, "gone");
    await assert.rejects(
      apply(gone, [create("a")]),
      (error) => error instanceof Failure && error.kind === "not-found",
    );
  });

  test("lets one of many pushes at once win, and counts each that did", async () => {
    const repository = await repositoryWith(["a"]);
    const pushes = Array.from({ length: 8 }, (_, i) => apply(repository, [move("a"), create(`own-${i}`)]));
    const outcomes = await Promise.all(pushes);
    assert.equal(outcomes.filter(([moved]) => moved?.refused === undefined).length, 1);
    assert.equal(outcomes.filter(([, own]) => own?.refused === undefined).length, 8);
    const after = await findRepository(db(), undefined, { uuid: repository.uuid });
    assert.equal(after?.refGeneration, repository.refGeneration + 8);
  });

  test("rolls back with the transaction that it is part of", async () => {
    const repository = await repositoryWith(["a"]);
    const failed = current().database.transaction(async (tx) => {
      await applyRefUpdates(tx, repository.uuid, [move("a")], { isAtomic: false, now: NOW });
      throw new Error("afterwards");
    });
    await assert.rejects(failed, /afterwards/);
    assert.deepEqual(await branchesOf(repository), { a: ONE });
    assert.deepEqual(await findRepository(db(), undefined, { uuid: repository.uuid }), repository);
  });

  test("agrees with a model that applies deletions first", async () => {
    const branch = fc.constantFrom("a", "a/b", "a/b/c", "a/d", "b", "ab", "a-b");
    const update = fc.oneof(
      branch.map((text) => create(text)),
      branch.map((text) => remove(text)),
      fc.tuple(branch, fc.constantFrom(ONE, TWO)).map(([text, old]) => move(text, old, TWO)),
    );
    const distinct = fc.uniqueArray(update, { selector: (each) => each.name, maxLength: 7 });
    await fc.assert(
      fc.asyncProperty(distinct, distinct, async (first, second) => {
        const repository = await repositoryWith([]);
        const model = new Map<string, ObjectId>();
        for (const updates of [first, second]) {
          const outcomes = await apply(repository, updates);
          const expected = applyToModel(model, updates);
          assert.deepEqual(
            outcomes.map((outcome) => outcome.refused === undefined),
            updates.map((each) => expected.has(each)),
          );
          const rows = await listRefs(db(), repository.uuid);
          assert.deepEqual(new Map(rows.map((ref) => [ref.name as string, ref.target])), sortedMap(model));
        }
      }),
      { numRuns: 40 },
    );
  });

  test("takes ten thousand updates in one call within seconds", async () => {
    const repository = await repositoryWith([]);
    const started = process.cpuUsage();
    const creations = Array.from({ length: 10_000 }, (_, i) => create(`topic/${i % 100}/${i}`));
    const refused = (outcomes: Awaited<ReturnType<typeof apply>>) =>
      outcomes.filter((outcome) => outcome.refused !== undefined).length;
    assert.equal(refused(await apply(repository, creations)), 0);
    const moves = creations.slice(0, 5000).map((each) => ({ ...each, old: ONE, new: TWO }));
    const removals = creations.slice(5000).map((each) => ({ ...each, old: ONE, new: undefined }));
    assert.equal(refused(await apply(repository, [...moves, ...removals], true)), 0);
    const { user, system } = process.cpuUsage(started);
    const seconds = (user + system) / 1e6;
    assert.equal((await listRefs(db(), repository.uuid)).length, 5000);
    // Far above what it takes, far below a statement for each.
    assert.ok(seconds < 10, `took ${seconds} s of the processor`);
  });
});

/** Applies what may be applied, deletions first, one by one. Returns the updates that were. */
function applyToModel(model: Map<string, ObjectId>, updates: readonly RefUpdate[]): Set<RefUpdate> {
  const applied = new Set<RefUpdate>();
  const deletionsFirst = [
    ...updates.filter((each) => each.new === undefined),
    ...updates.filter((each) => each.new),
  ];
  const before = new Map(model);
  for (const update of deletionsFirst) {
    if (before.get(update.name) !== update.old) continue;
    const isInTheWay = [...model.keys()].some(
      (other) => other.startsWith(`${update.name}/`) || update.name.startsWith(`${other}/`),
    );
    if (update.new !== undefined && update.old === undefined && isInTheWay) continue;
    if (update.new === undefined && update.old === undefined) continue;
    applied.add(update);
    if (update.new === undefined) model.delete(update.name);
    else model.set(update.name, update.new);
  }
  return applied;
}

function sortedMap(model: ReadonlyMap<string, ObjectId>): Map<string, ObjectId> {
  return new Map([...model].sort(([a], [b]) => byBytes(a, b)));
}
