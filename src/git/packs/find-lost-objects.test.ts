import assert from "node:assert/strict";
import { readdir, rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openRealGit } from "../../../tests/support/git/real-git.ts";
import { findLostObjects, type PackAges } from "./find-lost-objects.ts";

const git = await openRealGit();
const NOW = new Date();
const DAY_MS = 86_400_000;

async function newRepository(name: string): Promise<string> {
  const folder = git.newPath(name);
  await git.out(["init", "-q", "--bare", folder]);
  return folder;
}

/** With one process for all. @returns their ids, sorted. */
async function addBlobs(folder: string, texts: readonly string[]): Promise<readonly string[]> {
  const input = texts.map((text) => `blob\ndata ${text.length}\n${text}\n`).join("");
  await git.out(["-c", "fastimport.unpackLimit=10000", "fast-import", "--quiet"], { folder, input });
  const format = "--batch-check=%(objectname)";
  return (await git.out(["cat-file", "--batch-all-objects", format], { folder })).split("\n");
}

/** @returns the path of the pack without its ending. */
async function packOf(folder: string, ids: readonly string[]): Promise<string> {
  const path = join(folder, "objects", "pack", "pack");
  const input = ids.map((id) => `${id}\n`).join("");
  return `${path}-${await git.out(["pack-objects", "-q", path], { folder, input })}`;
}

const agesOf = (pack: string, madeAt = NOW): PackAges => ({
  index: `${pack}.idx`,
  mtimes: undefined,
  madeAt,
});

test("what replaced packs have must be in those that replace them", async () => {
  const folder = await newRepository("replaced");
  const ids = await addBlobs(
    folder,
    Array.from({ length: 600 }, (_, number) => `${number}`),
  );
  const [first, second] = [await packOf(folder, ids.slice(0, 400)), await packOf(folder, ids.slice(300))];
  const all = await packOf(folder, ids);
  const lessOne = await packOf(folder, ids.toSpliced(350, 1));
  const replaced = [agesOf(first), agesOf(second)];

  assert.deepEqual(await findLostObjects(replaced, [`${all}.idx`]), { count: 0, examples: [] });
  // Counted in each pack that has it.
  assert.deepEqual(await findLostObjects(replaced, [`${lessOne}.idx`]), {
    count: 2,
    examples: [ids[350], ids[350]],
  });
  assert.equal((await findLostObjects(replaced, [`${lessOne}.idx`, `${first}.idx`])).count, 0);
  assert.equal((await findLostObjects(replaced, [])).count, 700);
});

test("a drop may leave out what is old enough: by the pack's time, or by that of the object", async () => {
  const folder = await newRepository("dropped");
  const [young, old] = (await addBlobs(folder, ["one", "two"])) as [string, string];
  const until = new Date(NOW.getTime() - 14 * DAY_MS);
  const past = new Date(NOW.getTime() - 15 * DAY_MS);
  const both = await packOf(folder, [young, old]);
  assert.equal((await findLostObjects([agesOf(both)], [], until)).count, 2);
  assert.equal((await findLostObjects([agesOf(both, past)], [], until)).count, 0);
  assert.equal((await findLostObjects([agesOf(both, past)], [])).count, 2);

  await rm(`${both}.idx`);
  await rm(`${both}.pack`);
  await packOf(folder, [young]);
  await utimes(`${await packOf(folder, [old])}.pack`, past, past);
  await git.out(["prune-packed"], { folder });
  await git.out(["repack", "-q", "-d", "-a", "--cruft"], { folder });
  const [mtimes] = (await readdir(join(folder, "objects", "pack"))).filter((name) =>
    name.endsWith(".mtimes"),
  );
  const cruft = join(folder, "objects", "pack", mtimes!.slice(0, -".mtimes".length));
  const ages = { index: `${cruft}.idx`, mtimes: `${cruft}.mtimes`, madeAt: past };
  assert.deepEqual(await findLostObjects([ages], [], until), { count: 1, examples: [young] });
  assert.equal((await findLostObjects([ages], [])).count, 2);
});

test("an index of another version is not compared", async () => {
  const folder = await newRepository("version");
  const pack = await packOf(folder, await addBlobs(folder, ["content"]));
  await git.out(["index-pack", "--index-version=1", "-o", `${pack}.old`, `${pack}.pack`], { folder });
  await assert.rejects(findLostObjects([agesOf(pack)], [`${pack}.old`]), /not an index of version 2/);
});
