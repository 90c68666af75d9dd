import assert from "node:assert/strict";
import { test } from "node:test";
import { describeDatabases } from "../../../../tests/support/database/test-database.ts";
import { newUuid } from "../../../../tests/support/examples/sample-model.ts";
import { deleteExpiredHolds, endHold, HOLD_MS, renewHold, takeHold } from "./holds.ts";

describeDatabases("holds", (current) => {
  const db = () => current().database.kysely;
  const holds = () => db().selectFrom("hold").selectAll().execute();
  const expire = (id: string) =>
    db()
      .updateTable("hold")
      .set({ expires_at: Date.now() - 60_000 })
      .where("id", "=", id)
      .execute();

  test("last for a quarter of an hour, by the clock of the database, and are renewed", async () => {
    const id = newUuid();
    await takeHold(db(), { id, purpose: "backup" });
    const lasts = async () => Math.abs((await holds())[0]!.expires_at - Date.now() - HOLD_MS) < 60_000;
    assert.equal(await lasts(), true);
    await db()
      .updateTable("hold")
      .set({ expires_at: Date.now() + 60_000 })
      .execute();
    assert.equal(await renewHold(db(), id), true);
    assert.equal(await lasts(), true);
    await endHold(db(), id);
    assert.deepEqual(await holds(), []);
    assert.equal(await renewHold(db(), id), false);
  });

  test("that have expired are not renewed, for what they held may be gone, and are deleted", async () => {
    const [dead, living] = [newUuid(), newUuid()];
    for (const id of [dead, living]) await takeHold(db(), { id, purpose: "backup" });
    await expire(dead);
    assert.equal(await renewHold(db(), dead), false);
    await deleteExpiredHolds(db());
    assert.deepEqual(
      (await holds()).map(({ id }) => id),
      [living],
    );
  });
});
