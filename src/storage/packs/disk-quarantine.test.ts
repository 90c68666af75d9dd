import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import type { Kysely } from "kysely";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import type { Schema } from "../sql/schema.ts";
import { openDiskQuarantine } from "./disk-quarantine.ts";
import { openPackSizes } from "./pack-sizes.ts";

const git = openRealGit();
const NAME = `pack-${"5".repeat(40)}`;

/** A folder needs none. */
const NO_TRANSACTION = undefined as unknown as Kysely<Schema>;

test("a pack gets a name of its own, so that whoever removes one of the same bytes late leaves it", async () => {
  const gitDir = git.newPath("again.git");
  const folder = join(gitDir, "objects", "pack");
  await mkdir(folder, { recursive: true });
  const packSizes = openPackSizes();
  const accept = async () => {
    const quarantine = await openDiskQuarantine(gitDir, () => git.newPath("quarantine"), packSizes);
    await quarantine.packFiles.write(`${NAME}.idx`, Buffer.from("an index"));
    await quarantine.packFiles.write(`${NAME}.pack`, Buffer.from("a pack"));
    const bytes = await (await quarantine.accept()).record(NO_TRANSACTION);
    await quarantine.discard();
    return { bytes, files: (await readdir(folder)).sort() };
  };
  const { files: first } = await accept();
  for (const file of first) await rm(join(folder, file));
  const { bytes, files } = await accept();
  assert.equal(bytes, 14);
  // As a server does that was frozen for long before it removes what it has listed.
  for (const file of first) await rm(join(folder, file), { force: true });
  assert.deepEqual((await readdir(folder)).sort(), files);
  const [index, pack, ...others] = files;
  assert.deepEqual(others, []);
  assert.match(pack ?? "", /^pack-[0-9a-f]{40}\.pack$/);
  assert.equal(index, pack!.replace(/pack$/, "idx"));
  assert.equal(await readFile(join(folder, pack!), "utf8"), "a pack");
  assert.equal(await readFile(join(folder, index!), "utf8"), "an index");
  assert.equal((await accept()).bytes, 28);
});

test("what an index without a pack has for a name is left alone: maintenance is about to remove it", async () => {
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

test("a pack that is removed while it is taken once more leaves nothing of it behind, however often that is tried", async () => {
  const gitDir = git.newPath("removed.git");
  const folder = join(gitDir, "objects", "pack");
  await mkdir(folder, { recursive: true });
  const quarantine = await openDiskQuarantine(gitDir, () => git.newPath("quarantine"), openPackSizes());
  for (const ending of [".pack", ".idx"]) await quarantine.packFiles.write(NAME + ending, Buffer.from("new"));
  await quarantine.accept();
  const again = async () => readdir(join((await quarantine.reopen()).objectFolder, "pack"));
  for (let time = 0; time < 2; time += 1) assert.equal((await again()).length, 2);
  for (const file of await readdir(folder)) if (file.endsWith(".idx")) await rm(join(folder, file));
  for (let time = 0; time < 2; time += 1) assert.deepEqual(await again(), []);
});
