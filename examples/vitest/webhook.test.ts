// Another file, so another worker: vitest runs it beside the first one, with a server of its own.
import { startPail } from "pail/testing";
import { expect, test } from "vitest";
import { askForDescriptions } from "./bot.ts";

test("others hear of the question", async () => {
  await using pail = await startPail({ seed: "seed.yaml" });
  await askForDescriptions({ ...pail, repository: "team/site" });
  const { url, body } = await pail.webhooks.waitFor("pullrequest:comment_created");
  expect(url).toBe("https://ci.example.com/hook");
  expect(JSON.parse(body).pullrequest.title).toBe("Silent");
});
