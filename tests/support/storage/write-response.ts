import { writeSync } from "node:fs";
import type { Uuid } from "../../../src/model/uuid.ts";
import { openDiskFetchResponses } from "../../../src/storage/fetch-responses/disk-fetch-responses.ts";

// A process of its own that writes a response, tells its parent that it has begun, and waits to be killed.
const [folder = "", text = ""] = process.argv.slice(2);
const key = {
  repositoryUuid: "11111111-2222-4333-8444-555555555555" as Uuid,
  digest: "aa",
  sizeBytesGuess: 0,
};
await openDiskFetchResponses(folder, 1_000_000).open(key, new AbortController().signal, async (file) => {
  writeSync(file, text);
  return { ended: new Promise(() => {}), stop() {} };
});
process.send?.("begun");
// Nothing else keeps it from ending.
process.on("message", () => {});
