import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import {
  DELIMITER_PACKET,
  dataPacket,
  FLUSH_PACKET,
  MalformedPacketError,
  PACKET_BYTES_MAX,
  parsePacket,
  sidebandPackets,
} from "./packet.ts";

for (const [what, bytes, kind] of [
  ["a flush", FLUSH_PACKET, "flush"],
  ["a delimiter", DELIMITER_PACKET, "delimiter"],
  ["a response-end", Buffer.from("0002"), "response-end"],
  ["an empty data packet", Buffer.from("0004"), "data"],
] as const) {
  test(`reads ${what}`, () => {
    assert.deepEqual(parsePacket(bytes, 0)?.packet.kind, kind);
    assert.equal(parsePacket(bytes, 0)?.end, 4);
  });
}

for (const [why, text] of [
  ["letters that are not hex", "00zz"],
  ["a sign", "+005a"],
  ["a space", " 005a"],
  ["the length 3", "0003"],
  ["a length above the limit", "fff1"],
] as const) {
  test(`refuses ${why}`, () => assert.throws(() => parsePacket(Buffer.from(text), 0), MalformedPacketError));
}

test("takes the largest packet and not one byte more", () => {
  const packet = dataPacket(Buffer.alloc(PACKET_BYTES_MAX - 4));
  assert.equal(parsePacket(packet, 0)?.end, PACKET_BYTES_MAX);
  assert.throws(() => dataPacket(Buffer.alloc(PACKET_BYTES_MAX - 3)));
});

test("needs more bytes at every cut, and then gives back what was written", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(), (payload, cut) => {
      const bytes = dataPacket(Buffer.from(payload));
      assert.equal(parsePacket(bytes.subarray(0, cut % bytes.length), 0), undefined);
      const parsed = parsePacket(bytes, 0);
      assert.ok(parsed?.packet.kind === "data");
      assert.deepEqual(parsed.packet.payload, Buffer.from(payload));
    }),
  );
});

test("junk is a packet, too little, or malformed, and nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (junk) => {
      try {
        parsePacket(Buffer.from(junk), 0);
      } catch (error) {
        assert.ok(error instanceof MalformedPacketError);
      }
    }),
  );
});

test("wraps any number of bytes in sideband packets within the limit", () => {
  for (const length of [0, 1, PACKET_BYTES_MAX - 5, PACKET_BYTES_MAX - 4, 200_000]) {
    const wrapped = sidebandPackets(2, Buffer.alloc(length, 7));
    let offset = 0;
    let carried = 0;
    while (offset < wrapped.length) {
      const parsed = parsePacket(wrapped, offset);
      assert.ok(parsed?.packet.kind === "data");
      assert.equal(parsed.packet.payload[0], 2);
      carried += parsed.packet.payload.length - 1;
      offset = parsed.end;
    }
    assert.equal(carried, length);
  }
});
