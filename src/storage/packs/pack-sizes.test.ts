import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openPackSizes, sumOf } from "./pack-sizes.ts";

const folder = await mkdtemp(join(tmpdir(), "pail-sizes-"));
after(() => rm(folder, { recursive: true }));
const put = (name: string, bytes: number) => writeFile(join(folder, name), Buffer.alloc(bytes));
const packName = (digit: string) => `pack-${digit.repeat(40)}.pack`;

test("tells the bytes of what is in the folder now", async () => {
  const sizes = openPackSizes();
  await put(packName("1"), 10);
  await put("multi-pack-index", 1);
  assert.deepEqual([...(await sizes.list(folder))].sort(), [
    ["multi-pack-index", 1],
    [packName("1"), 10],
  ]);
  await put(packName("2"), 20);
  // What is no pack may change.
  await put("multi-pack-index", 5);
  assert.equal(sumOf(await sizes.list(folder)), 35);
  await rm(join(folder, packName("1")));
  assert.equal(sumOf(await sizes.list(folder)), 25);
  await put(packName("1"), 11);
  assert.equal(sumOf(await sizes.list(folder)), 36);
});

test("is an error for a folder that is not there", async () => {
  await assert.rejects(openPackSizes().list(join(folder, "nowhere")), { code: "ENOENT" });
});
