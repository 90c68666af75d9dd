import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection } from "node:net";
import { after, test } from "node:test";
import { startTestApp } from "../tests/support/server/test-app.ts";
import { startApp } from "./app.ts";
import { TOKEN_REVOCATION_PATH } from "./own-routes/token-revocation.ts";

const served = await startTestApp();
after(() => served.close());

test("requests that last longer than the stop waits are cut, and the log says how many", async () => {
  const closing = await startApp(served.ports, { sharesPort: false, closeMsMax: 100 });
  const host = `127.0.0.1:${closing.port}`;
  const cut: Promise<unknown>[] = [];
  for (let number = 0; number < 2; number += 1) {
    const socket = createConnection(closing.port, "127.0.0.1").on("error", () => {});
    const begun = once(closing.server, "request");
    // The rest of its body never comes.
    socket.write(
      `POST ${TOKEN_REVOCATION_PATH} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n`,
    );
    await begun;
    cut.push(once(socket, "close"));
  }
  await closing.close();
  await Promise.all(cut);
  const [line, ...others] = served.logLines.filter((each) => "requests.cut" in each);
  assert.deepEqual([line?.["requests.cut"], others], [2, []]);
});
