import assert from "node:assert/strict";
import test from "node:test";
import { Failure } from "../../model/failure.ts";
import type { GitProtocol, ProtocolVersion } from "./git-protocol.ts";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET } from "./packet.ts";
import { parseUploadPackRequest } from "./upload-pack-request.ts";

const WANT = "a".repeat(40);
const protocolOf = (version: ProtocolVersion): GitProtocol => ({ version, text: `version=${version}` });

function commandRequest(command: string, args: readonly string[]): Buffer {
  return Buffer.concat([
    dataPacket(`command=${command}\n`),
    DELIMITER_PACKET,
    ...args.map((arg) => dataPacket(`${arg}\n`)),
    FLUSH_PACKET,
  ]);
}

test("a request that was parsed before is parsed alike", () => {
  const bytes = () => commandRequest("ls-refs", ["peel", "ref-prefix refs/heads/"]);
  const first = parseUploadPackRequest(bytes(), protocolOf(2));
  assert.equal(first.kind, "ls-refs");
  assert.deepEqual(parseUploadPackRequest(bytes(), protocolOf(2)), first);
});

test("a fetch that was parsed before keeps its own bytes", () => {
  const [first, second] = [0, 1].map(() => commandRequest("fetch", [`want ${WANT}`, "done"]));
  parseUploadPackRequest(first!, protocolOf(2));
  const parsed = parseUploadPackRequest(second!, protocolOf(2));
  assert.ok(parsed.kind === "fetch" && parsed.bytes === second && parsed.normalized !== undefined);
});

test("the same bytes mean something else in another version", () => {
  const bytes = commandRequest("ls-refs", ["peel"]);
  assert.equal(parseUploadPackRequest(bytes, protocolOf(2)).kind, "ls-refs");
  assert.equal(parseUploadPackRequest(bytes, protocolOf(0)).kind, "fetch");
});

test("a request that is refused is refused again", () => {
  const bytes = commandRequest("object-info", []);
  for (let attempt = 0; attempt < 2; attempt += 1)
    assert.throws(() => parseUploadPackRequest(bytes, protocolOf(2)), Failure);
});
