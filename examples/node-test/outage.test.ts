// Another file, so another process: `node --test` runs it beside the first one, with a server of its own.
import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { startPail } from "pail/testing";
import { askForDescriptions } from "./bot.ts";
import { seed } from "./seed.ts";

const pail = await startPail({ seed });
const settings = { ...pail, repository: "team/site" };
beforeEach(() => pail.reset());
after(() => pail.close());

test("the bot tries again when Bitbucket does not answer", async () => {
  await pail.faults.add({ route: "/2.0/repositories/**", status: 503, times: 2 });
  assert.deepEqual(await askForDescriptions(settings), [2]);
});

test("the bot gives up on a token that has expired", async () => {
  await pail.clock.advance("31d");
  await assert.rejects(askForDescriptions(settings), /401/);
});
