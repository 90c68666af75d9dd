import assert from "node:assert/strict";
import { test } from "node:test";
import { openPailCommand } from "../../../tests/support/server/pail-command.ts";

const pail = openPailCommand();

test("the document is printed without a server, with URLs for any", async () => {
  const { status, stdout, stderr } = await pail.run(["openapi"]);
  assert.equal(status, 0, stderr);
  const document = JSON.parse(stdout) as { readonly servers: unknown; readonly paths: object };
  assert.deepEqual(document.servers, [{ url: "/" }]);
  assert.ok("/2.0/user" in document.paths);
});
