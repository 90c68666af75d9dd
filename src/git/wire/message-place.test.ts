import assert from "node:assert/strict";
import { test } from "node:test";
import { BEGINNING_BYTES_MAX, findMessagePlace } from "./message-place.ts";
import { DELIMITER_PACKET, dataPacket, FLUSH_PACKET, sidebandPackets } from "./packet.ts";

const ID = "a".repeat(40);
const PACK = sidebandPackets(1, Buffer.from("PACK…"));

for (const [what, before, after] of [
  ["protocol 2, a clone", [dataPacket("packfile\n")], [PACK, FLUSH_PACKET]],
  [
    "protocol 2, after a negotiation",
    [dataPacket("acknowledgments\n"), dataPacket("ready\n"), DELIMITER_PACKET, dataPacket("packfile\n")],
    [PACK, FLUSH_PACKET],
  ],
  ["protocol 0", [dataPacket("NAK\n")], [PACK, FLUSH_PACKET]],
  [
    "protocol 0, a shallow clone",
    [dataPacket(`shallow ${ID}`), FLUSH_PACKET, dataPacket("NAK\n")],
    [sidebandPackets(2, Buffer.from("Counting")), PACK, FLUSH_PACKET],
  ],
] as const) {
  test(`a message has its place before the pack: ${what}`, () => {
    const place = Buffer.concat(before).length;
    assert.deepEqual(findMessagePlace(Buffer.concat([...before, ...after])), {
      kind: "found",
      offset: place,
    });
  });
}

test("the place is known as soon as a packet of the pack has begun", () => {
  const beginning = dataPacket("NAK\n");
  const all = Buffer.concat([beginning, PACK]);
  assert.deepEqual(findMessagePlace(all.subarray(0, beginning.length + 4)), { kind: "unknown" });
  const found = { kind: "found", offset: beginning.length };
  assert.deepEqual(findMessagePlace(all.subarray(0, beginning.length + 5)), found);
});

for (const [what, bytes] of [
  [
    "the pack of a client without sidebands",
    Buffer.concat([dataPacket("NAK\n"), Buffer.from("PACK\0\0\0\x02")]),
  ],
  ["a beginning that is too long", Buffer.alloc(BEGINNING_BYTES_MAX, dataPacket(`ACK ${ID} common\n`))],
] as const) {
  test(`no message goes into ${what}`, () => {
    assert.deepEqual(findMessagePlace(bytes), { kind: "none" });
  });
}

for (const [what, bytes] of [
  ["nothing yet", Buffer.alloc(0)],
  [
    "a round of the negotiation",
    Buffer.concat([dataPacket("acknowledgments\n"), dataPacket("NAK\n"), FLUSH_PACKET]),
  ],
  ["an error packet", dataPacket("ERR upload-pack: not our ref")],
] as const) {
  test(`there is no place in ${what}`, () => {
    assert.deepEqual(findMessagePlace(bytes), { kind: "unknown" });
  });
}
