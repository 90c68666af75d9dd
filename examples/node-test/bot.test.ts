import assert from "node:assert/strict";
import { test } from "node:test";
import { startPail } from "pail/testing";
import { askForDescriptions } from "./bot.ts";
import { seed } from "./seed.ts";

test("the bot asks once, and only where there is no description", async () => {
  await using pail = await startPail({ seed });
  const settings = { ...pail, repository: "team/site" };
  assert.deepEqual(await askForDescriptions(settings), [2]);
  assert.deepEqual(await askForDescriptions(settings), []);

  await pail.reset();
  assert.deepEqual(await askForDescriptions(settings), [2]);
});
