import assert from "node:assert/strict";
import { test } from "node:test";
import { isPublicAddress } from "./public-address.ts";

for (const [address, isPublic] of [
  ["93.184.216.34", true],
  ["8.8.8.8", true],
  ["2606:4700::1111", true],
  ["::ffff:8.8.8.8", true],
  ["127.0.0.1", false],
  ["127.255.255.254", false],
  ["0.0.0.0", false],
  ["10.1.2.3", false],
  ["100.64.0.1", false],
  ["169.254.169.254", false],
  ["172.31.255.255", false],
  ["172.32.0.1", true],
  ["192.168.1.1", false],
  ["224.0.0.1", false],
  ["255.255.255.255", false],
  ["::1", false],
  ["::", false],
  ["::ffff:127.0.0.1", false],
  ["::ffff:7f00:1", false],
  ["::ffff:169.254.169.254", false],
  ["64:ff9b::7f00:1", false],
  ["64:ff9b::808:808", false],
  ["64:ff9b:1::1", false],
  ["::127.0.0.1", false],
  ["::ffff:0:127.0.0.1", false],
  ["2001:db8::1", false],
  ["2001:0:1::1", false],
  ["3fff::1", false],
  ["fec0::1", false],
  ["4000::1", false],
  ["fe80::1%lo", false],
  ["2606:4700::1111%lo", false],
  ["168.63.129.16", false],
  ["127.1", false],
  ["0177.0.0.1", false],
  ["2002:7f00:1::", false],
  ["fd00::1", false],
  ["fe80::1", false],
  ["ff02::1", false],
  ["localhost", false],
  ["", false],
  ["1", false],
] as const) {
  test(`${address || "nothing"} is ${isPublic ? "" : "not "}public`, () => {
    assert.equal(isPublicAddress(address), isPublic);
  });
}
