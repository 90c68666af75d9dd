import assert from "node:assert/strict";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { Uuid } from "../../../src/model/uuid.ts";
import { findRepository } from "../../../src/storage/sql/repositories/repositories.ts";
import type { TestApp } from "../server/test-app.ts";
import { maintainNow } from "./maintain-now.ts";
import { gitDirOf } from "./repository-folder.ts";

const DAY_MS = 86_400_000;

/** Drops what nothing reaches, as if all packs were 20 days old and this were a month later. */
export async function dropUnreached({ ports }: Pick<TestApp, "ports">, uuid: Uuid): Promise<void> {
  const gitDir = gitDirOf(ports, uuid);
  const old = new Date(Date.now() - 20 * DAY_MS);
  const packs = join(gitDir, "objects", "pack");
  for (const name of await readdir(packs)) await utimes(join(packs, name), old, old);
  const clock = () => new Date(Date.now() + 30 * DAY_MS);
  await maintainNow({ ...ports, clock }, uuid);
  await utimes(join(gitDir, "full-repack-done"), old, old);
  const dropNumber = async () =>
    (await findRepository(ports.database.kysely, undefined, { uuid }))!.dropNumber;
  const before = await dropNumber();
  await maintainNow({ ...ports, clock }, uuid);
  assert.equal(await dropNumber(), before + 1);
}
