import assert from "node:assert/strict";
import { test } from "node:test";
import { callerAs } from "../../../tests/support/examples/sample-model.ts";
import { startFilledApp } from "../../../tests/support/server/filled-app.ts";
import type { Bound } from "../../model/bound.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectId } from "../../model/object-id.ts";
import type { Ref } from "../../model/ref.ts";
import type { RefName } from "../../model/ref-name.ts";
import type { By } from "../../ports.ts";
import { listRefs } from "../../storage/sql/refs/refs.ts";
import type { CommitPart } from "../source/commit-request.ts";
import { createCommit } from "../source/create-commit.ts";
import { createBranch, createTag } from "./create-ref.ts";
import { deleteRef } from "./delete-ref.ts";
import { push } from "./push.ts";

const EMPTY_PACK = Buffer.from("5041434b0000000200000000029d08823bd8a8eab510ad6ac75c823cfd3ed31e", "hex");
const BOT = "refs/heads/bot/*";
const REFUSAL = /^the credential may change only refs that match refs\/heads\/bot\/\*, refs\/tags\/bot-\*$/;

const filled = await startFilledApp();
await filled.git.out(["checkout", "--quiet", "-B", "main"], { folder: filled.folder });
const tip = (await filled.commit({ "a.txt": "a\n" }, "First")) as ObjectId;
await filled.git.out(["push", "--quiet", "origin", "main", "main:other"], { folder: filled.folder });
const bot = by({ refs: [BOT, "refs/tags/bot-*"] });

/** The owner, by a credential that is limited to a bound. */
function by(bound: Bound): By {
  const caller = callerAs(filled.app.owner);
  return { ...filled.app.by, caller: { ...caller, credential: { ...caller.credential, bound } } };
}

async function refNames(): Promise<readonly string[]> {
  const { ports, repository } = filled.app;
  return (await listRefs(ports.database.kysely, repository.uuid)).map(({ name }) => name).sort();
}

/** Pushes the one commit to new refs. Returns the outcome of each, and what is told beside them. */
async function pushTo(names: readonly string[], isAtomic = false) {
  const commands = names.map((name) => ({ name, old: undefined, new: tip }));
  const capabilities = new Map(isAtomic ? [["atomic", true]] : []);
  async function* pack() {
    yield EMPTY_PACK;
  }
  const request = { capabilities, commands, pack: pack() } as unknown as Parameters<typeof push>[3];
  return push(filled.app.ports, bot, filled.app.repository, request, {});
}

test("a push with a credential bound to refs changes those, and is told which it may", async () => {
  const { refs, remarks = [] } = await pushTo(["refs/heads/bot/one", "refs/heads/botany", "refs/tags/v1"]);
  assert.equal(refs[0]?.refused, undefined);
  for (const { refused } of refs.slice(1)) assert.match(refused ?? "", REFUSAL);
  assert.equal(remarks.length, 2);
  assert.match(remarks[0]!, /^refs\/heads\/botany: the credential may change only refs/);
  assert.deepEqual(
    (await refNames()).filter((name) => name !== "refs/heads/main" && name !== "refs/heads/other"),
    ["refs/heads/bot/one"],
  );
});

test("an atomic push with one ref beside the bound changes none", async () => {
  const before = await refNames();
  const { refs } = await pushTo(["refs/heads/bot/atomic", "refs/heads/beside"], true);
  assert.equal(refs[0]?.refused, "atomic push failure");
  assert.match(refs[1]?.refused ?? "", REFUSAL);
  assert.deepEqual(await refNames(), before);
});

async function* commitTo(branch: string): AsyncGenerator<CommitPart> {
  yield { kind: "detail", detail: "branch", text: branch };
  async function* content() {
    yield Buffer.from("b\n");
  }
  yield { kind: "file", path: "b.txt" as never, type: "file", content: content() };
}

const other = (): Ref => ({ name: "refs/heads/other" as RefName, target: tip, peeled: undefined });

for (const [what, change] of [
  [
    "a branch",
    (who, name) => createBranch(filled.app.ports, who, filled.app.repository, { name, revision: "main" }),
  ],
  [
    "a tag",
    (who, name) =>
      createTag(filled.app.ports, who, filled.app.repository, { name, revision: "main", message: "m" }),
  ],
  ["a commit", (who, name) => createCommit(filled.app.ports, who, filled.app.repository, commitTo(name))],
  ["a deletion", (who) => deleteRef(filled.app.ports, who, filled.app.repository, other())],
] as readonly (readonly [string, (who: By, name: string) => Promise<unknown>])[]) {
  test(`${what} beside the bound is refused, and changes nothing`, async () => {
    const before = await refNames();
    await assert.rejects(
      change(bot, "elsewhere"),
      (error) =>
        error instanceof Failure && error.kind === "permission-missing" && REFUSAL.test(error.message),
    );
    assert.deepEqual(await refNames(), before);
  });
}

test("within the bound everything is as without", async () => {
  const { ports, repository } = filled.app;
  const ref = await createBranch(ports, bot, repository, { name: "bot/two", revision: "main" });
  await createTag(ports, bot, repository, { name: "bot-1", revision: "main", message: "m" });
  await createCommit(ports, bot, repository, commitTo("bot/three"));
  await deleteRef(ports, bot, repository, ref);
  const names = await refNames();
  assert.ok(names.includes("refs/tags/bot-1") && names.includes("refs/heads/bot/three"));
  assert.ok(!names.includes("refs/heads/bot/two"));
});

test("bound to no refs, a credential changes none; bound in another way, any", async () => {
  const { ports, repository } = filled.app;
  await assert.rejects(
    createBranch(ports, by({ refs: [] }), repository, { name: "bot/none", revision: "main" }),
    /the credential may change no refs/,
  );
  await createBranch(ports, by({ repositories: [repository.uuid] }), repository, {
    name: "any",
    revision: "main",
  });
});
