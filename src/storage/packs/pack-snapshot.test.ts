import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openPackSnapshot } from "./pack-snapshot.ts";

const root = await mkdtemp(join(tmpdir(), "pail-snapshot-"));
after(() => rm(root, { recursive: true, force: true }));
let count = 0;

async function newObjects(): Promise<{ readonly objects: string; readonly folder: string }> {
  count += 1;
  const objects = join(root, `${count}`, "objects");
  for (const name of ["pack", "info"]) await mkdir(join(objects, name), { recursive: true });
  for (const ending of ["pack", "idx", "bitmap"])
    await writeFile(join(objects, "pack", `pack-a.${ending}`), ending);
  await writeFile(join(objects, "info", "commit-graph"), "graph");
  return { objects, folder: join(root, `${count}`, "unfinished", "snapshot") };
}

const isThere = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

test("what a snapshot has is there when the repository has it no more, and gone when it is closed", async () => {
  const { objects, folder } = await newObjects();
  const snapshot = (await openPackSnapshot(objects, folder))!;
  await rm(objects, { recursive: true });
  assert.deepEqual(await readdir(join(snapshot.objectFolder, "pack")), [
    "pack-a.bitmap",
    "pack-a.idx",
    "pack-a.pack",
  ]);
  assert.equal(await readFile(join(snapshot.objectFolder, "pack", "pack-a.pack"), "utf8"), "pack");
  assert.equal(await readFile(join(snapshot.objectFolder, "info", "commit-graph"), "utf8"), "graph");
  await snapshot.close();
  assert.equal(await isThere(folder), false);
});

test("a repository without a commit graph has a snapshot too", async () => {
  const { objects, folder } = await newObjects();
  await rm(join(objects, "info", "commit-graph"));
  const snapshot = (await openPackSnapshot(objects, folder))!;
  assert.deepEqual(await readdir(join(snapshot.objectFolder, "info")), []);
});

for (const [what, change] of [
  ["loose objects", (objects: string) => mkdir(join(objects, "3f"))],
  ["alternates", (objects: string) => writeFile(join(objects, "info", "alternates"), "/elsewhere\n")],
] as const)
  test(`there is none of a repository with ${what}: git looks there too`, async () => {
    const { objects, folder } = await newObjects();
    await change(objects);
    assert.equal(await openPackSnapshot(objects, folder), undefined);
    assert.equal(await isThere(folder), false);
  });

for (const code of ["EXDEV", "EPERM", "ENOSPC"])
  test(`there is none where a second name is refused with ${code}: bytes are not copied, and nothing is left`, async () => {
    const { objects, folder } = await newObjects();
    const refuse = () => Promise.reject(Object.assign(new Error(code), { code }));
    assert.equal(await openPackSnapshot(objects, folder, refuse), undefined);
    assert.equal(await isThere(folder), false);
  });
