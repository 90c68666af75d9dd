import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import pino from "pino";
import { openTestDatabase } from "../../../tests/support/database/test-database.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";
import type { CachedObject } from "./cached-object.ts";
import { openObjectCache } from "./object-cache.ts";
import { objectKey } from "./stored-objects.ts";

const root = await mkdtemp(join(tmpdir(), "pail-cache-"));
after(() => rm(root, { recursive: true, force: true }));
const { database, close } = await openTestDatabase("sqlite");
after(close);
const store = openMemoryObjectStore();
const SECTIONS = { pack: 600, idx: 400 };
const OBJECT_BYTES = 1000;
const HOUR_MS = 3_600_000;

async function newObject(digit: string): Promise<CachedObject> {
  const name = digit.repeat(40) as ObjectName;
  const content = Buffer.alloc(OBJECT_BYTES, digit);
  await store.write(objectKey(name), content);
  const sha256 = createHash("sha256").update(content).digest();
  return { name, bytes: OBJECT_BYTES, sha256, sections: SECTIONS, isInline: false };
}

test("evicts whole objects, those first that were used longest ago, whatever the times of packs", async () => {
  const folder = join(root, "objects");
  const now = new Date(Math.floor(Date.now() / 1000) * 1000);
  const hoursAgo = (hours: number) => new Date(now.getTime() - hours * HOUR_MS);
  let names = 0;
  const open = (bytesMax: number) =>
    openObjectCache({
      folder,
      bytesMax,
      store,
      database,
      newName: () => String(++names),
      clock: () => hoursAgo(1),
      log: pino({ level: "silent" }),
    });
  const [first, second, third] = [await newObject("a"), await newObject("b"), await newObject("c")] as const;
  const pathOf = ({ name }: CachedObject, ending: string) =>
    join(folder, name.slice(0, 2), `pack-${name}.${ending}`);
  const timeOf = async (object: CachedObject, ending: string) => (await stat(pathOf(object, ending))).mtime;

  await open(1024 ** 3).linkInto(await mkdtemp(join(root, "view-")), [first, second, third]);
  // The use is noted beside the work.
  for (let waited = 0; (await timeOf(first, "idx")) > hoursAgo(1) && waited < 5_000; waited += 10)
    await delay(10);
  assert.deepEqual(await timeOf(first, "idx"), hoursAgo(1));
  assert.ok((await timeOf(first, "pack")) >= now, "by it maintenance says how old an object of git's is");

  for (const object of [first, second, third]) await utimes(pathOf(object, "pack"), hoursAgo(9), hoursAgo(9));
  await utimes(pathOf(second, "idx"), hoursAgo(2), hoursAgo(2));
  await utimes(pathOf(first, "pack"), hoursAgo(99), hoursAgo(99));
  await open(2.5 * OBJECT_BYTES).evict();
  const left = (await readdir(folder, { recursive: true })).filter((path) => path.includes("pack-"));
  const whole = [first, third].flatMap((object) => [pathOf(object, "idx"), pathOf(object, "pack")]);
  assert.deepEqual(left.map((path) => join(folder, path)).toSorted(), whole.toSorted());
});
