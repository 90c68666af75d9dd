import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { link, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, beforeEach, test } from "node:test";
import { Failure } from "../../model/failure.ts";
import type { Uuid } from "../../model/uuid.ts";
import { copyPacks, type LinkFile } from "./copy-packs.ts";
import { openDiskPackStore } from "./disk-pack-store.ts";
import { gitDirIn } from "./repository-folders.ts";

const root = await mkdtemp(join(tmpdir(), "pail-copy-"));
after(() => rm(root, { recursive: true }));
let from: string;
let to: string;

beforeEach(async () => {
  const folder = join(root, randomUUID());
  from = join(folder, "from");
  to = join(folder, "to");
  await mkdir(from, { recursive: true });
  await mkdir(to);
});

async function addPack(folder: string, name: string): Promise<void> {
  for (const ending of [".pack", ".rev", ".idx"])
    await writeFile(join(folder, `pack-${name}${ending}`), `${name}${ending}`);
}

function refused(code: string): LinkFile {
  return () => Promise.reject(Object.assign(new Error(code), { code }));
}

test("packs are linked, and what is no whole pack is left", async () => {
  await addPack(from, "a");
  await writeFile(join(from, "tmp_pack_1"), "");
  await writeFile(join(from, "pack-half.pack"), "");
  await writeFile(join(from, "pack-half.bitmap"), "");
  // git removes a pack before its index.
  await writeFile(join(from, "pack-gone.idx"), "");
  await writeFile(join(from, "pack-a.bitmap"), "");
  await copyPacks(from, to);
  assert.deepEqual((await readdir(to)).sort(), ["pack-a.bitmap", "pack-a.idx", "pack-a.pack", "pack-a.rev"]);
  assert.equal((await stat(join(to, "pack-a.pack"))).nlink, 2);
});

for (const code of ["EXDEV", "EPERM", "EMLINK"]) {
  test(`where a link is refused with ${code}, the bytes are copied`, async () => {
    await addPack(from, "a");
    await copyPacks(from, to, refused(code));
    assert.equal(await readFile(join(to, "pack-a.pack"), "utf8"), "a.pack");
    assert.equal((await stat(join(to, "pack-a.pack"))).nlink, 1);
  });
}

test("a full disk is no reason to copy", async () => {
  await addPack(from, "a");
  await assert.rejects(copyPacks(from, to, refused("ENOSPC")), { code: "ENOSPC" });
});

test("the index is linked last", async () => {
  await addPack(from, "a");
  const order: string[] = [];
  await copyPacks(from, to, async (source, target) => {
    order.push(source.slice(source.lastIndexOf(".")));
    await link(source, target);
  });
  assert.deepEqual(order, [".pack", ".rev", ".idx"]);
});

for (const ending of [".pack", ".rev", ".idx"]) {
  test(`a repack that ends just before the ${ending} is linked loses nothing and leaves nothing half`, async () => {
    await addPack(from, "a");
    await addPack(from, "b");
    let isRepacked = false;
    await copyPacks(from, to, async (source, target) => {
      if (!isRepacked && source.endsWith(`a${ending}`)) {
        isRepacked = true;
        await addPack(from, "joined");
        for (const old of ["a", "b"])
          for (const each of [".idx", ".rev", ".pack"]) await rm(join(from, `pack-${old}${each}`));
      }
      await link(source, target);
    });
    assert.ok(isRepacked);
    const names = await readdir(to);
    assert.ok(names.includes("pack-joined.idx"));
    const indexes = names.filter((name) => name.endsWith(".idx"));
    const packs = names.filter((name) => name.endsWith(".pack"));
    assert.deepEqual(
      packs.map((name) => name.replace(".pack", ".idx")).sort(),
      indexes.sort(),
      "no pack without its index",
    );
  });
}

test("a repository that is repacked without end is given up, in words", async () => {
  let number = 0;
  await addPack(from, "0");
  const repackAndLink: LinkFile = async (source, target) => {
    if (source.endsWith(".idx")) {
      await rename(source, join(from, `pack-${++number}.idx`));
      await writeFile(join(from, `pack-${number}.pack`), "");
    }
    await link(source, target);
  };
  await assert.rejects(copyPacks(from, to, repackAndLink), /repacked again and again/);
});

test("start-up removes the copy of a process that has gone, unless it has a row", async () => {
  const folder = join(root, randomUUID());
  const packs = openDiskPackStore(folder);
  const [parent, kept, lost, confirmed] = Array.from({ length: 4 }, () => randomUUID() as Uuid);
  await (await packs.createRepository(parent!)).confirm();
  for (const uuid of [kept!, lost!]) await packs.copyRepository(parent!, uuid);
  await (await packs.copyRepository(parent!, confirmed!)).confirm();
  await packs.sweep(async (uuid) => uuid === kept);
  for (const [uuid, isThere] of [
    [kept, true],
    [lost, false],
    [confirmed, true],
    [parent, true],
  ] as const) {
    const found = await stat(gitDirIn(folder, uuid!)).then(
      () => true,
      () => false,
    );
    assert.equal(found, isThere);
  }
  assert.deepEqual(await readdir(join(folder, "unfinished")), []);
});

test("a copy that is discarded, or whose source has gone, leaves nothing", async () => {
  const folder = join(root, randomUUID());
  const packs = openDiskPackStore(folder);
  const [parent, fork] = [randomUUID() as Uuid, randomUUID() as Uuid];
  await assert.rejects(
    packs.copyRepository(parent, fork),
    (error) => error instanceof Failure && error.kind === "not-found",
  );
  await (await packs.createRepository(parent)).confirm();
  await (await packs.copyRepository(parent, fork)).discard();
  await assert.rejects(stat(gitDirIn(folder, fork)), { code: "ENOENT" });
  assert.deepEqual(await readdir(join(folder, "unfinished")), []);
});
