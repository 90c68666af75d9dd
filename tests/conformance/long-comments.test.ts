// In a real server of two processes: each renders with threads of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openDemoRestClient } from "../support/clients/rest-client.ts";
import { workersServe } from "../support/processes/process-table.ts";
import { startPail } from "../support/server/pail-server.ts";

test("every process of a server renders long comments", async () => {
  const server = await startPail({ args: ["--workers", "2"] });
  try {
    await workersServe(server.processId, 1);
    const ask = openDemoRestClient(server);
    const path = "/repositories/acme/demo/commit/main/comments";
    const json = { content: { raw: `${"*a* b\n".repeat(5000)}**end**` } };
    const made = await ask(path, { method: "POST", json });
    assert.equal(made.status, 201);
    // Each on a connection of its own, which the kernel gives to one of the processes.
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(path)));
    for (const answer of answers) {
      const [{ content }] = answer.json().values as [{ content: { html: string } }];
      assert.ok(content.html.startsWith("<p><em>a</em> b<br>\n"));
      assert.ok(content.html.endsWith("<strong>end</strong></p>"));
    }
    assert.doesNotMatch(server.logText(), /"level":"(?:error|fatal)"/);
  } finally {
    await server.stop();
  }
});
