// That an object is missing lets a push store it without a comparison of bytes. So it may be said only of what git would call
// missing too, wherever else git looks, and whatever a repack does meanwhile.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { openPackReader } from "./pack-reader.ts";

const root = mkdtempSync(join(tmpdir(), "pail-missing-"));
const reader = openPackReader(60_000);
after(() => {
  reader.close();
  rmSync(root, { recursive: true });
});

let repositories = 0;

function openRepository() {
  repositories += 1;
  const folder = join(root, `${repositories}.git`);
  const git = (args: readonly string[], input = "") =>
    execFileSync("git", ["-C", folder, ...args], { input, stdio: ["pipe", "pipe", "ignore"] }).toString();
  execFileSync("git", ["init", "--quiet", "--bare", folder]);
  const packFolder = join(folder, "objects", "pack");
  return {
    folder,
    git,
    packFolder,
    /** Loose. */
    store: (text: string) => git(["hash-object", "-w", "--stdin"], text).trim() as ObjectId,
    nameOf: (text: string) => git(["hash-object", "--stdin"], text).trim() as ObjectId,
    pack(ids: readonly ObjectId[]) {
      git(["pack-objects", "--quiet", join(packFolder, "pack")], ids.map((id) => `${id}\n`).join(""));
      git(["prune-packed", "--quiet"]);
    },
    indexes: () => readdirSync(packFolder).filter((name) => name.endsWith(".idx")),
    isMissing: (ids: readonly ObjectId[]) =>
      !/ blob$/m.test(git(["cat-file", "--batch-check=%(objectname) %(objecttype)"], ids.join("\n"))),
  };
}

type Repository = ReturnType<typeof openRepository>;

const ABSENT = ["never stored", "nor was this"];

/** Two objects in packs of their own, one loose. */
function openFilled() {
  const repository = openRepository();
  const [first, second] = ["first", "second"].map((text) => {
    const id = repository.store(text);
    repository.pack([id]);
    return id;
  });
  const loose = repository.store("loose");
  return { ...repository, first: first!, second: second!, loose, absent: ABSENT.map(repository.nameOf) };
}

test("says of what is nowhere that it is missing, and of nothing that is packed or loose", () => {
  const { folder, first, second, loose, absent } = openFilled();
  assert.equal(reader.hasNoneOf(folder, absent), true);
  assert.equal(reader.hasNoneOf(folder, []), true);
  for (const id of [first, second, loose]) {
    assert.equal(reader.hasNoneOf(folder, [id]), false);
    assert.equal(reader.hasNoneOf(folder, [...absent, id]), false);
  }
});

test("says of an empty repository that all is missing, and nothing of one that is not there", () => {
  const { folder, nameOf } = openRepository();
  assert.equal(reader.hasNoneOf(folder, ABSENT.map(nameOf)), true);
  assert.equal(reader.hasNoneOf(join(root, "nowhere"), ABSENT.map(nameOf)), false);
  assert.equal(reader.hasNoneOf(folder, ["f".repeat(64) as ObjectId]), false);
});

test("sees a pack that has come since, at once and always", () => {
  const repository = openRepository();
  for (let count = 0; count < 20; count += 1) {
    const text = `object ${count}`;
    const id = repository.nameOf(text);
    assert.equal(reader.hasNoneOf(repository.folder, [id]), true);
    repository.pack([repository.store(text)]);
    assert.equal(reader.hasNoneOf(repository.folder, [id]), false);
  }
});

for (const [what, change] of [
  [
    "has alternates",
    ({ folder }: Repository) =>
      writeFileSync(join(folder, "objects", "info", "alternates"), `${openFilled().folder}/objects\n`),
  ],
  ["has a multi-pack-index", ({ git }: Repository) => git(["multi-pack-index", "write"])],
  [
    "has an index that is cut off",
    ({ packFolder, indexes }: Repository) => {
      const path = join(packFolder, indexes()[0]!);
      chmodSync(path, 0o644);
      truncateSync(path, statSync(path).size - 50);
    },
  ],
  [
    "has an index without its pack",
    ({ packFolder, indexes }: Repository) => {
      const pack = indexes()[0]!.replace(".idx", ".pack");
      renameSync(join(packFolder, pack), join(packFolder, `${pack}.away`));
    },
  ],
  [
    "has an index of the first version",
    ({ git, packFolder, indexes }: Repository) => {
      const path = join(packFolder, indexes()[0]!);
      rmSync(path);
      git(["index-pack", "--index-version=1", "-o", path, path.replace(".idx", ".pack")]);
    },
  ],
  [
    "has more packs than are opened",
    ({ store, pack }: Repository) => {
      for (let count = 0; count < 40; count += 1) pack([store(`one of many ${count}`)]);
    },
  ],
] as const) {
  test(`leaves it to git to say what a repository has not that ${what}`, () => {
    const repository = openFilled();
    assert.equal(reader.hasNoneOf(repository.folder, repository.absent), true);
    change(repository);
    // What is open already stays good: these were not so when they were opened.
    reader.forget(repository.folder);
    assert.equal(reader.hasNoneOf(repository.folder, repository.absent), false);
  });
}

test("says what git says, however objects are spread over packs and loose ones", () => {
  const texts = Array.from({ length: 24 }, (_, number) => `text ${number}`);
  const packNumbers = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 24, maxLength: 24 });
  const questions = fc.array(fc.subarray([...texts.keys()], { minLength: 1, maxLength: 6 }), {
    minLength: 8,
  });
  let missing = 0;
  fc.assert(
    fc.property(packNumbers, questions, (packOf, asked) => {
      const repository = openRepository();
      const ids = texts.map((text, number) =>
        // 0: nowhere.
        packOf[number] === 0 ? repository.nameOf(text) : repository.store(text),
      );
      for (const pack of [1, 2, 3]) {
        const packed = ids.filter((_, number) => packOf[number] === pack);
        if (packed.length > 0) repository.pack(packed);
      }
      for (const numbers of asked) {
        const some = numbers.map((number) => ids[number]!);
        const isMissing = repository.isMissing(some);
        if (isMissing) missing += 1;
        assert.equal(reader.hasNoneOf(repository.folder, some), isMissing);
      }
      rmSync(repository.folder, { recursive: true });
    }),
    { numRuns: 12 },
  );
  assert.ok(missing > 0, "some were missing");
});

test("never misses what moves from pack to pack, and between packs and loose objects", async () => {
  const { folder, git, store, pack, absent } = openFilled();
  const ids: ObjectId[] = [];
  for (let count = 0; count < 12; count += 1) {
    ids.push(store(`moves ${count}`));
    if (count % 2 === 0) pack(ids.slice(-1));
  }
  git(["update-ref", "refs/tags/some", ids[0]!]);
  // All packed into one; what nothing reaches made loose; packed again, in packs of their own.
  const script = `for round in 1 2 3 4; do
    git repack -adkq; git repack -Adq
    for id in ${ids.join(" ")}; do echo $id | git pack-objects -q objects/pack/pack; git prune-packed -q; done
    git repack -dq --geometric=2
  done >/dev/null 2>&1`;
  const moving = spawn("sh", ["-c", script], { cwd: folder, stdio: "ignore" });
  const ended = once(moving, "exit");
  let asked = 0;
  let known = 0;
  while (moving.exitCode === null) {
    for (const id of ids) {
      asked += 1;
      assert.equal(reader.hasNoneOf(folder, [id]), false, id);
    }
    if (reader.hasNoneOf(folder, absent)) known += 1;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(await ended, [0, null]);
  assert.ok(asked > 1000 && known > 0, `${asked} asked, ${known} times known`);
});

test("keeps packs open that stay, and closes those that a repack has replaced", async () => {
  const { folder, git, absent, packFolder } = openFilled();
  const openFiles = () => {
    const files = execFileSync("sh", ["-c", `ls -l /proc/${process.pid}/fd`]).toString();
    return files.split("\n").filter((line) => line.includes(packFolder));
  };
  assert.equal(reader.hasNoneOf(folder, absent), true);
  assert.equal(openFiles().length, 4);
  git(["repack", "-adkq"]);
  assert.equal(reader.hasNoneOf(folder, absent), true);
  // Files are closed a little later.
  await waitFor(() => openFiles().length === 2);
  assert.ok(openFiles().every((line) => !line.includes("(deleted)")));
  reader.forget(folder);
  await waitFor(() => openFiles().length === 0);
});

async function waitFor(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
