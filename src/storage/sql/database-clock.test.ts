import assert from "node:assert/strict";
import { test } from "node:test";
import pino from "pino";
import { describeDatabases } from "../../../tests/support/database/test-database.ts";
import { openDatabaseClock } from "./database-clock.ts";
import { databaseNow } from "./database-now.ts";

describeDatabases("the database's clock", (current) => {
  async function databaseTime(): Promise<number> {
    const { kysely } = current().database;
    const { now } = await kysely.selectNoFrom(databaseNow(kysely).as("now")).executeTakeFirstOrThrow();
    return Number(now);
  }

  test("is followed whatever the clock of the machine says, which is told", async (context) => {
    for (const aheadMs of [60_000, -60_000]) {
      const machine = Date.now.bind(Date);
      const set = context.mock.method(Date, "now", () => machine() + aheadMs);
      const lines: string[] = [];
      const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(line) });
      const opened = await openDatabaseClock({ database: current().database, log });
      const before = await databaseTime();
      const read = opened.clock().getTime();
      const after = await databaseTime();
      assert.ok(read >= before - 100 && read <= after + 100, `${read} is not from ${before} to ${after}`);
      assert.ok(Math.abs(opened.machineAheadMs() - aheadMs) < 1_000, String(opened.machineAheadMs()));
      assert.match(lines.join(""), /"clock.ahead_ms":-?(59|60)\d{3}.*differs from the database's/);
      await opened.close();
      set.mock.restore();
    }
  });
});
