// What is stored without git must be what git would have stored, and what git would have refused must never be.
import assert from "node:assert/strict";
import { hash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { ObjectId } from "../../model/object-id.ts";
import { openObjectReader } from "../objects/object-reader.ts";
import { TOLERATED_FAULTS } from "./index-pack.ts";
import { resolveSmallPack } from "./resolve-small-pack.ts";
import { type PackFiles, storeSmallPack } from "./store-small-pack.ts";

const git = openRealGit();
const objects = openObjectReader();
after(() => objects.close());

const STRICT = `--strict=${TOLERATED_FAULTS.map((fault) => `${fault}=ignore`).join(",")}`;

/** A repository that has a history, and a working one that has gone on from there. */
async function openPair() {
  const work = git.newPath("work");
  const gitDir = git.newPath("server.git");
  await git.out(["init", "--quiet", "--initial-branch=main", work]);
  const commit = async (files: Readonly<Record<string, string>>) => {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(join(work, path, ".."), { recursive: true });
      await writeFile(join(work, path), content);
    }
    await git.out(["add", "--all"], { folder: work });
    await git.out(["commit", "--quiet", "--message", "A commit"], { folder: work });
    return (await git.out(["rev-parse", "HEAD"], { folder: work })) as ObjectId;
  };
  const base = await commit({
    "README.md": lines(0, 400),
    ".gitignore": "*.o\n",
    "src/main.c": lines(1000, 300),
    "src/deep/er/file.txt": lines(2000, 50),
    "docs/a.txt": "a\n",
  });
  await git.out(["clone", "--quiet", "--bare", work, gitDir]);
  await git.out(["repack", "-adq"], { folder: gitDir });
  const target = {
    gitDir,
    objects,
    areCommitsReached: async (ids: readonly ObjectId[]) => ids.every((id) => id === base),
  };
  return { work, gitDir, base, target, commit };
}

function lines(seed: number, count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${(seed + index) * 7919} of a text\n`).join("");
}

async function openFolder(): Promise<string> {
  const folder = git.newPath("quarantine");
  await mkdir(join(folder, "pack"), { recursive: true });
  return folder;
}

/** Where the objects of a folder like that are written. */
function filesIn(folder: string): PackFiles {
  const pathOf = (name: string) => join(folder, "pack", name);
  return {
    write: (name, bytes) => writeFile(pathOf(name), bytes, { flag: "wx" }),
    remove: (name) => rm(pathOf(name), { force: true }),
  };
}

const packFiles = async (folder: string) => (await readdir(join(folder, "pack"))).sort();

/** What git makes of the same pack, beside the same repository. */
async function indexByGit(gitDir: string, pack: Buffer) {
  const folder = await openFolder();
  const environment = { GIT_OBJECT_DIRECTORY: folder, GIT_ALTERNATE_OBJECT_DIRECTORIES: `${gitDir}/objects` };
  const args = ["index-pack", "--stdin", "--fix-thin", STRICT];
  const run = await git.run(args, { folder: gitDir, environment, input: pack });
  return { folder, isGood: run.status === 0, said: run.stderr };
}

const { work, gitDir, base, target, commit } = await openPair();
const packOf = (args: readonly string[], tip: string) =>
  git.bytes(["pack-objects", "--revs", "--stdout", "--quiet", ...args], {
    folder: work,
    input: `${tip}\n^${base}\n`,
  });

const first = await commit({ "README.md": `${lines(0, 400)}more\n` });
const tip = await commit({
  "src/main.c": lines(1000, 301),
  "src/new/über.c": "new\n",
  "src/deep/er/file.txt": lines(2000, 51),
});
await git.out(["tag", "--annotate", "--message", "A tag", "v1"], { folder: work });
const tag = await git.out(["rev-parse", "v1"], { folder: work });

const PACKS = [
  ["whole", await packOf([], tip)],
  ["without deltas", await packOf(["--depth=0", "--window=0"], tip)],
  ["with offsets", await packOf(["--delta-base-offset"], tip)],
  ["thin", await packOf(["--thin"], tip)],
  ["thin, with offsets", await packOf(["--thin", "--delta-base-offset"], tip)],
  ["with a tag", await packOf(["--thin"], tag)],
  ["of one commit", await packOf(["--thin"], first)],
] as const;

for (const [what, pack] of PACKS) {
  test(`a pack ${what} is stored as git stores it`, async () => {
    const folder = await openFolder();
    const stored = await storeSmallPack(pack, filesIn(folder), target);
    assert.ok(stored !== undefined, "it needs no git");
    const byGit = await indexByGit(gitDir, pack);
    assert.ok(byGit.isGood, byGit.said);
    const [index, packFile] = (await packFiles(folder)).map((name) => join(folder, "pack", name));
    assert.ok(index !== undefined && packFile !== undefined);
    assert.ok(index.endsWith(".idx") && packFile.endsWith(".pack"));
    // git may deflate the bases that it adds to a thin pack in other bytes, so its index is made of our pack.
    const again = git.newPath("again.idx");
    await git.out(["index-pack", "-o", again, packFile], { folder: gitDir });
    assert.deepEqual(await readFile(index), await readFile(again));
    if (!what.includes("thin") && !what.includes("one commit") && !what.includes("tag")) {
      assert.deepEqual(await packFiles(folder), await packFiles(byGit.folder));
      for (const name of await packFiles(folder))
        assert.deepEqual(
          await readFile(join(folder, "pack", name)),
          await readFile(join(byGit.folder, "pack", name)),
        );
    }
    const listed = await git.out(["show-index"], { folder: gitDir, input: await readFile(index) });
    const byGitIndex = (await packFiles(byGit.folder)).find((name) => name.endsWith(".idx")) ?? "";
    const listedByGit = await git.out(["show-index"], {
      folder: gitDir,
      input: await readFile(join(byGit.folder, "pack", byGitIndex)),
    });
    const ids = (text: string) => text.split("\n").map((line) => line.split(" ")[1]);
    assert.deepEqual(ids(listed), ids(listedByGit));
  });
}

test("the packs have deltas against what the repository has, or the thin ones are none", () => {
  const sizes = new Map(PACKS.map(([what, pack]) => [what, pack.length]));
  assert.ok(sizes.get("thin")! < sizes.get("whole")! / 2, JSON.stringify([...sizes]));
});

/** Some bytes changed, cut out or put in; often with the checksum made right again. */
const damages = fc.record({
  pack: fc.nat(PACKS.length - 1),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  cut: fc.integer({ min: 0, max: 3 }),
  put: fc.uint8Array({ maxLength: 3 }),
  isSigned: fc.boolean(),
});

test("a damaged pack is stored only if git takes it as well", async () => {
  let mended = 0;
  await fc.assert(
    fc.asyncProperty(damages, async ({ pack: number, at, cut, put, isSigned }) => {
      const pack = PACKS[number]![1];
      const offset = Math.floor(at * (pack.length - 20));
      const body = Buffer.concat([pack.subarray(0, offset), put, pack.subarray(offset + cut, -20)]);
      const damaged = Buffer.concat([body, isSigned ? hash("sha1", body, "buffer") : pack.subarray(-20)]);
      const folder = await openFolder();
      const stored = await storeSmallPack(damaged, filesIn(folder), target);
      if (stored === undefined) return (await packFiles(folder)).length === 0;
      mended += 1;
      return (await indexByGit(gitDir, damaged)).isGood;
    }),
    { numRuns: 600 },
  );
  assert.ok(mended < 60, "most are seen to be damaged");
});

test("an object that is there already, wherever it is, is stored once more: what is there need not stay", async () => {
  const [, pack] = PACKS.find(([what]) => what === "of one commit")!;
  const blob = await git.out(["rev-parse", `${first}:README.md`], { folder: work });
  const content = await git.bytes(["cat-file", "blob", blob], { folder: work });
  await git.out(["hash-object", "-w", "--stdin"], { folder: gitDir, input: content });
  const folder = await openFolder();
  const stored = await storeSmallPack(pack, filesIn(folder), target);
  assert.ok(stored?.has(blob as ObjectId));
  assert.equal((await packFiles(folder)).length, 2);
  await rm(join(gitDir, "objects", blob.slice(0, 2), blob.slice(2)));
  assert.ok((await storeSmallPack(await gitPackOf(base), filesIn(await openFolder()), target)) !== undefined);
});

for (const [why, other] of [
  ["other bytes", { type: "blob", content: (bytes: Buffer) => Buffer.from(bytes).fill("x") }],
  ["another type", { type: "tree", content: (bytes: Buffer) => bytes }],
  ["another length", { type: "blob", content: (bytes: Buffer) => bytes.subarray(1) }],
] as const)
  test(`an id that stands for ${why} already is left to git, and nothing is written`, async () => {
    const [, pack] = PACKS.find(([what]) => what === "of one commit")!;
    const blob = await git.out(["rev-parse", `${first}:README.md`], { folder: work });
    const content = other.content(await git.bytes(["cat-file", "blob", blob], { folder: work }));
    const objects = {
      ...target.objects,
      hasNoneOf: async () => false,
      readHeader: async (_: string, id: ObjectId) =>
        id === blob ? { type: other.type, size: content.length } : undefined,
      readObjectUpTo: async (path: string, id: ObjectId, bytesMax: number) =>
        id === blob ? { type: other.type, content } : target.objects.readObjectUpTo(path, id, bytesMax),
    };
    const folder = await openFolder();
    assert.equal(await storeSmallPack(pack, filesIn(folder), { ...target, objects }), undefined);
    assert.deepEqual(await packFiles(folder), []);
  });

for (const [why, act] of [
  ["with trailing bytes", () => Buffer.concat([PACKS[0][1], Buffer.from("x")])],
  ["of another version", () => resigned(PACKS[0][1], (body) => body.writeUInt32BE(3, 4))],
  ["with fewer objects than it says", () => resigned(PACKS[0][1], (body) => body.writeUInt32BE(99, 8))],
  ["that is empty of bytes", () => Buffer.alloc(0)],
] as const) {
  test(`a pack ${why} is left to git, and nothing is written`, async () => {
    const folder = await openFolder();
    assert.equal(await storeSmallPack(await act(), filesIn(folder), target), undefined);
    assert.deepEqual(await packFiles(folder), []);
  });
}

test("hashing a pack of many objects leaves turns to whoever else waits", async () => {
  const limits = { objectsMax: 200, objectBytesMax: 100_000, contentBytesMax: 200_000 };
  const entries = Array.from({ length: 150 }, (_, number) => ({
    kind: "whole" as const,
    type: "blob" as const,
    content: Buffer.from(lines(number * 1000, 40)),
    offset: number,
    crc: 0,
  }));
  let turns = 0;
  const count = () => {
    turns += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  const resolved = await resolveSmallPack(entries, limits, async () => undefined);
  clearImmediate(counting);
  const bytes = entries.reduce((sum, { content }) => sum + content.length, 0);
  assert.equal(resolved?.objects.size, 150);
  assert.ok(bytes > 120_000, `${bytes} bytes`);
  assert.ok(turns > bytes / (32 * 1024), `${turns} turns`);
});

function gitPackOf(id: string): Promise<Buffer> {
  return git.bytes(["pack-objects", "--revs", "--stdout", "--quiet"], { folder: work, input: `${id}\n` });
}

function resigned(pack: Buffer, change: (body: Buffer) => void): Buffer {
  const body = Buffer.from(pack.subarray(0, -20));
  change(body);
  return Buffer.concat([body, hash("sha1", body, "buffer")]);
}
