// The attack: a short text at which a regular expression goes back and forth, so that a request of kilobytes holds the whole
// process for seconds or minutes. Each text here did that to an expression that stood there, and could be longer. tests/tidy/linear-patterns.test.ts looks at all expressions; this shows the texts.
import assert from "node:assert/strict";
import { test } from "node:test";
import { normalizeFetchRequest } from "../../src/git/wire/normalize-fetch-request.ts";
import { dataPacket, FLUSH_PACKET, PACKET_BYTES_MAX } from "../../src/git/wire/packet.ts";
import { readFormParts } from "../../src/http/routes/form-parts.ts";
import { PART_HEADER_BYTES_MAX } from "../../src/http/routes/multipart.ts";
import { Failure } from "../../src/model/failure.ts";
import { maskPersonalText } from "../../src/model/mask-secrets.ts";
import { readCommitRequest } from "../../src/operations/source/commit-request.ts";
import type { Spool } from "../../src/storage/packs/spool.ts";
import { BOUNDARY, fieldPart, multipartBody } from "../support/clients/form-client.ts";
import { shortestAsyncCpuMs } from "../support/processes/shortest-time.ts";

const MS_MAX = 100;

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value;
}

async function readParts(...headers: readonly string[]): Promise<void> {
  const body = multipartBody([{ headers, content: "x" }]);
  const type = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const taken = { types: ["multipart/form-data"], otherType: "format-unsupported" } as const;
  for await (const { content } of readFormParts(once(body), type, taken)) for await (const _ of content);
}

async function readAuthor(text: string): Promise<void> {
  const spool = {} as Spool;
  await refusal(() => readCommitRequest(once({ kind: "detail", detail: "author", text } as const), spool));
}

const HEADER_ROOM = PART_HEADER_BYTES_MAX - 100;

for (const [what, act] of [
  [
    "a want of a fetch with a line feed at its end",
    async () => {
      const line = `want ${"a".repeat(PACKET_BYTES_MAX - 20)}\n\n`;
      normalizeFetchRequest(Buffer.concat([dataPacket(line), FLUSH_PACKET]), 2);
    },
  ],
  [
    "a name in brackets that do not end",
    () => readParts(`Content-Disposition: form-data`, `Content-Id: ${">".repeat(HEADER_ROOM)}x`),
  ],
  ["a header of spaces", () => refusal(() => readParts(`A:${" ".repeat(HEADER_ROOM)}\n`))],
  ["an author of spaces", () => readAuthor(" ".repeat(4_000))],
  ["an author with spaces for a name", () => readAuthor(`a${" ".repeat(50_000)}b`)],
  ["a long word in a message for the log", async () => void maskPersonalText("a".repeat(50_000))],
] as const) {
  test(`${what} does not hold the process`, async () => {
    const ms = await shortestAsyncCpuMs(act, MS_MAX);
    assert.ok(ms <= MS_MAX, `${ms.toFixed()} ms`);
  });
}

test("what a form names in brackets is read without them", async () => {
  const names: string[] = [];
  const part = { headers: [`Content-Disposition: attachment`, `Content-Id: <a > b> "`], content: "x" };
  const type = { "content-type": `multipart/form-data; boundary=${BOUNDARY}` };
  const taken = { types: ["multipart/form-data"], otherType: "format-unsupported" } as const;
  const body = multipartBody([part, fieldPart("plain", "x")]);
  for await (const { name } of readFormParts(once(body), type, taken)) names.push(name);
  assert.deepEqual(names, ["a > b", "plain"]);
});

/** The failure with which something is refused, or undefined if it is not. @throws what is no failure. */
async function refusal(act: () => unknown): Promise<Failure | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
