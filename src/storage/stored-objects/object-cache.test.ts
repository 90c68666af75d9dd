import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import pino from "pino";
import { openTestDatabase } from "../../../tests/support/database/test-database.ts";
import { openMemoryObjectStore } from "../../../tests/support/object-store/memory-object-store.ts";
import { Failure } from "../../model/failure.ts";
import type { ObjectStore } from "../object-store/object-store.ts";
import type { ObjectName } from "../sql/stored-objects/stored-objects.ts";
import type { CachedObject } from "./cached-object.ts";
import { type ObjectCache, openObjectCache } from "./object-cache.ts";
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
      closeIdleViews: async () => {},
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

/** A cache in a folder of its own. */
function openIn(name: string, other: Partial<Parameters<typeof openObjectCache>[0]> = {}): ObjectCache {
  let names = 0;
  return openObjectCache({
    folder: join(root, name),
    bytesMax: 1024 ** 3,
    store,
    database,
    newName: () => `new-${++names}`,
    closeIdleViews: async () => {},
    clock: () => new Date(),
    log: pino({ level: "silent" }),
    ...other,
  });
}

async function listFiles(folder: string): Promise<readonly string[]> {
  return (await readdir(folder, { recursive: true })).filter((path) => path.endsWith(".pack"));
}

for (const [what, isEverFull] of [
  ["on a full disk what nobody uses is removed, and the object is brought after all", false],
  ["who still finds it full is told so", true],
] as const)
  test(what, async () => {
    const name = `full-${isEverFull}`;
    const [old, wanted] = [await newObject("d"), await newObject("e")];
    let isFull = false;
    let closed = 0;
    const limited: ObjectStore = {
      ...store,
      async read(...given) {
        if (isFull) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
        return store.read(...given);
      },
    };
    const cache = openIn(name, {
      store: limited,
      async closeIdleViews() {
        closed += 1;
        isFull = isEverFull;
      },
    });
    await cache.linkInto(await mkdtemp(join(root, "view-")), [old]);
    isFull = true;
    const view = await mkdtemp(join(root, "view-"));
    const linked = cache.linkInto(view, [wanted]);
    if (isEverFull)
      await assert.rejects(
        linked,
        (error) => error instanceof Failure && /disk .* is full/.test(error.message),
      );
    else await linked;
    assert.equal(closed, 1);
    const left = isEverFull ? [] : [`pack-${wanted.name}.pack`];
    assert.deepEqual(await listFiles(view), left);
    assert.deepEqual(
      (await listFiles(join(root, name))).map((path) => path.slice(path.lastIndexOf("/") + 1)),
      left,
    );
  });

test("what is in the place of its folders and files is removed", async () => {
  const objects = [await newObject("1"), await newObject("2")];
  const folder = join(root, "odd");
  await mkdir(join(folder, "22", `pack-${objects[1]!.name}.idx`), { recursive: true });
  for (const name of ["incoming", "11", "33"]) await writeFile(join(folder, name), "");
  const cache = openIn("odd");
  await cache.sweep(() => true);
  await cache.evict();
  const view = await mkdtemp(join(root, "view-"));
  await cache.linkInto(view, objects);
  assert.equal((await listFiles(view)).length, 2);
  await openIn("odd", { bytesMax: 1 }).evict();
  assert.deepEqual(await listFiles(folder), []);
});
