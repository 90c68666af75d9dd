import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { Failure } from "../../model/failure.ts";
import { dataPacket, FLUSH_PACKET } from "./packet.ts";
import { PUSH_COMMANDS_MAX, PUSH_OPTIONS_MAX, readPushRequest } from "./push-request.ts";

const A = "a".repeat(40);
const B = "b".repeat(40);
const ZERO = "0".repeat(40);

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}

async function collect(pieces: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all).toString();
}

const REQUEST = Buffer.concat([
  dataPacket(`shallow ${B}\n`),
  dataPacket(`${ZERO} ${A} refs/heads/main\0 report-status side-band-64k push-options agent=git/2.39`),
  dataPacket(`${A} ${ZERO} refs/tags/ö`),
  FLUSH_PACKET,
  dataPacket("ci.skip\n"),
  FLUSH_PACKET,
  Buffer.from("PACK and so on"),
]);

for (const size of [1, 3, 7, 1000]) {
  test(`reads commands, options and pack from pieces of ${size} bytes`, async () => {
    const request = await readPushRequest(inPieces(REQUEST, size));
    assert.ok(request !== undefined);
    assert.deepEqual(request.commands, [
      { name: "refs/heads/main", old: undefined, new: A },
      { name: "refs/tags/ö", old: A, new: undefined },
    ]);
    assert.ok(request.capabilities.has("report-status"));
    assert.deepEqual(request.options, ["ci.skip"]);
    assert.equal(await collect(request.pack), "PACK and so on");
  });
}

test("a lone flush is no push", async () => {
  assert.equal(await readPushRequest(inPieces(FLUSH_PACKET, 4)), undefined);
});

for (const [why, bytes] of [
  ["a line that is no command", dataPacket("hello")],
  ["a short object id", dataPacket(`${A.slice(1)} ${B} refs/heads/x`)],
  ["no ref name", dataPacket(`${A} ${B} `)],
  ["an end within a packet", Buffer.from("0099abc")],
] as const) {
  test(`refuses ${why}`, async () => {
    await assert.rejects(readPushRequest(inPieces(Buffer.concat([bytes, FLUSH_PACKET]), 100)), (error) => {
      return error instanceof Failure && error.kind === "invalid-input";
    });
  });
}

for (const [why, line, name, reportName, reason] of [
  [
    "a SHA-256 object id",
    `${"a".repeat(64)} ${"b".repeat(64)} refs/heads/x`,
    "refs/heads/x",
    "refs/heads/x",
    /SHA-256/,
  ],
  [
    "a name that is not UTF-8",
    `${A} ${B} refs/heads/\xff`,
    '"refs/heads/\\377"',
    "refs/heads/\xff",
    /"refs\/heads\/\\377" is not UTF-8/,
  ],
  [
    "a name with a line feed",
    `${A} ${B} refs/heads/a\nb`,
    '"refs/heads/a\\nb"',
    '"refs/heads/a\\nb"',
    /control characters/,
  ],
] as const) {
  test(`${why} is refused by itself`, async () => {
    const lines = [
      dataPacket(`${ZERO} ${A} refs/heads/main\0report-status`),
      dataPacket(Buffer.from(line, "latin1")),
    ];
    const request = await readPushRequest(inPieces(Buffer.concat([...lines, FLUSH_PACKET]), 100));
    assert.deepEqual(request?.commands, [{ name: "refs/heads/main", old: undefined, new: A }]);
    const [refused, ...more] = request?.refusedCommands ?? [];
    assert.deepEqual(more, []);
    assert.equal(refused!.name, name);
    assert.equal(refused!.reportName.toString("latin1"), reportName);
    assert.match(refused!.reason, reason);
  });
}

test("one push option, and one command, more than the limit is a problem that names it", async () => {
  const command = dataPacket(`${ZERO} ${A} refs/heads/main\0push-options`);
  const options = Array.from({ length: PUSH_OPTIONS_MAX + 1 }, () => dataPacket("x"));
  const problemOf = async (bytes: Buffer) => (await readPushRequest(inPieces(bytes, 65_536)))?.problem;
  assert.match(
    (await problemOf(Buffer.concat([command, FLUSH_PACKET, ...options, FLUSH_PACKET])))!.message,
    new RegExp(`${PUSH_OPTIONS_MAX} push options`),
  );
  const commands = Array.from({ length: PUSH_COMMANDS_MAX + 1 }, (_, index) =>
    dataPacket(`${ZERO} ${A} refs/heads/${index}`),
  );
  assert.match(
    (await problemOf(Buffer.concat([...commands, FLUSH_PACKET])))!.message,
    new RegExp(`${PUSH_COMMANDS_MAX} refs`),
  );
  const shallow = Array.from({ length: 100_001 }, () => dataPacket(`shallow ${A}`));
  assert.match(
    (await problemOf(Buffer.concat([...shallow, command, FLUSH_PACKET, FLUSH_PACKET])))!.message,
    /shallow lines/,
  );
});

test("junk is a request, none, or a failure", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (junk) => {
      try {
        await readPushRequest(inPieces(Buffer.from(junk), 16));
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
      }
    }),
  );
});
