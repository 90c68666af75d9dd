import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { after, test } from "node:test";
import { startTestApp } from "../../../tests/support/server/test-app.ts";
import { Failure } from "../../model/failure.ts";
import { createHttpServer } from "./server.ts";

const app = await startTestApp();
after(() => app.close());
const server = createHttpServer(app.ports);
after(() => server.close());

/** More than connections hold that nobody reads from. */
const CHUNKS = 500;

function streamOf(error: Error | undefined): Readable {
  function* chunks() {
    for (let count = 0; count < CHUNKS; count += 1) {
      if (count === 1 && error !== undefined) throw error;
      yield Buffer.alloc(65_536);
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}

const ends = {
  "/whole": undefined,
  "/left": undefined,
  "/fails": new Failure("unavailable", "the disk is away"),
  "/breaks": new Error("a bug"),
};
for (const [path, error] of Object.entries(ends))
  server.get(path, (_request, reply) => reply.send(streamOf(error)));
const url = await server.listen({ host: "127.0.0.1", port: 0 });

async function findLines(route: string): Promise<readonly Record<string, unknown>[]> {
  for (let waitedMs = 0; ; waitedMs += 5) {
    const lines = app.logLines.filter((line) => line.route === route);
    if (lines.some(({ msg }) => msg === "request") || waitedMs > 5_000) return lines;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("an answer that comes to its end has one line", async () => {
  await (await fetch(`${url}/whole`)).arrayBuffer();
  const lines = await findLines("/whole");
  assert.deepEqual(
    lines.map((line) => [line.msg, line.status, line["failure.kind"]]),
    [["request", 200, undefined]],
  );
});

test("one whose client leaves has a line that says so", async () => {
  await (await fetch(`${url}/left`)).body!.cancel();
  const lines = await findLines("/left");
  assert.deepEqual(
    lines.map((line) => [line.msg, line.status, line["failure.kind"]]),
    [["request", 200, "client-gone"]],
  );
});

test("one that fails after its beginning has a line with the reason", async () => {
  await assert.rejects((await fetch(`${url}/fails`)).arrayBuffer());
  const lines = await findLines("/fails");
  assert.deepEqual(
    lines.map((line) => [line.msg, line["failure.kind"], line["failure.message"]]),
    [["request", "unavailable", "the disk is away"]],
  );
});

test("a bug in the middle of one is in the log", async () => {
  await assert.rejects((await fetch(`${url}/breaks`)).arrayBuffer());
  assert.deepEqual(
    (await findLines("/breaks")).map(({ msg }) => msg),
    ["bug", "request"],
  );
});
