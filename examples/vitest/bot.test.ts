import { startPail } from "pail/testing";
import { afterAll, beforeEach, expect, test } from "vitest";
import { askForDescriptions } from "./bot.ts";

const pail = await startPail({ seed: "seed.yaml" });
const settings = { ...pail, repository: "team/site" };
beforeEach(() => pail.reset());
afterAll(() => pail.close());

test("the bot asks once, and only where there is no description", async () => {
  expect(await askForDescriptions(settings)).toEqual([2]);
  expect(await askForDescriptions(settings)).toEqual([]);
});

test("the bot tries again when Bitbucket does not answer", async () => {
  await pail.faults.add({ route: "/2.0/repositories/**", status: 503, times: 2 });
  expect(await askForDescriptions(settings)).toEqual([2]);
});
