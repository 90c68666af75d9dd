import assert from "node:assert/strict";
import type { Uuid } from "../../../src/model/uuid.ts";
import { findRepository } from "../../../src/storage/sql/repositories/repositories.ts";
import type { TestApp } from "../server/test-app.ts";
import { agePacks } from "./age-packs.ts";
import { maintainNow } from "./maintain-now.ts";

const DAY_MS = 86_400_000;

/** Drops what nothing reaches, as if all packs were 20 days old and this were a month later. */
export async function dropUnreached({ ports }: Pick<TestApp, "ports">, uuid: Uuid): Promise<void> {
  const clock = () => new Date(Date.now() + 30 * DAY_MS);
  await agePacks(ports, uuid, { packsDays: 20 });
  await maintainNow({ ...ports, clock }, uuid);
  await agePacks(ports, uuid, { dropDays: 20 });
  const dropNumber = async () =>
    (await findRepository(ports.database.kysely, undefined, { uuid }))!.dropNumber;
  const before = await dropNumber();
  await maintainNow({ ...ports, clock }, uuid);
  assert.equal(await dropNumber(), before + 1);
}
