import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openRealGit } from "../../../tests/support/real-git.ts";
import { openDiskQuarantine } from "./disk-quarantine.ts";
import { openPackSizes } from "./pack-sizes.ts";

const git = openRealGit();
const NAME = `pack-${"5".repeat(40)}`;

test("a pack that comes again gets another name, so that whoever removes the first one leaves it", async () => {
  const gitDir = git.newPath("again.git");
  const folder = join(gitDir, "objects", "pack");
  await mkdir(folder, { recursive: true });
  const packSizes = openPackSizes();
  for (let time = 0; time < 2; time += 1) {
    const quarantine = await openDiskQuarantine(gitDir, () => git.newPath(`quarantine-${time}`), packSizes);
    await quarantine.packFiles.write(`${NAME}.idx`, Buffer.from("an index"));
    await quarantine.packFiles.write(`${NAME}.pack`, Buffer.from("a pack"));
    assert.equal(await quarantine.accept(), (time + 1) * 14);
    await quarantine.discard();
  }
  for (const ending of [".pack", ".idx"]) await rm(join(folder, NAME + ending));
  const [index, pack, ...others] = (await readdir(folder)).sort();
  assert.deepEqual(others, []);
  assert.match(pack ?? "", /^pack-[0-9a-f]{40}\.pack$/);
  assert.equal(index, pack!.replace(/pack$/, "idx"));
  assert.equal(await readFile(join(folder, pack!), "utf8"), "a pack");
  assert.equal(await readFile(join(folder, index!), "utf8"), "an index");
});

test("so it does if only the index of the first one is left: maintenance is about to remove that", async () => {
  const gitDir = git.newPath("lone-index.git");
  const folder = join(gitDir, "objects", "pack");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${NAME}.idx`), "left over");
  const quarantine = await openDiskQuarantine(gitDir, () => git.newPath("quarantine"), openPackSizes());
  for (const ending of [".idx", ".pack"]) await quarantine.packFiles.write(NAME + ending, Buffer.from("new"));
  await quarantine.accept();
  await rm(join(folder, `${NAME}.idx`));
  const [index, pack] = (await readdir(folder)).sort();
  assert.equal(index, pack?.replace(/pack$/, "idx"));
});
