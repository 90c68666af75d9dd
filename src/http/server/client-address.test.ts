import assert from "node:assert/strict";
import { test } from "node:test";
import { clientAddress, networkOf } from "./client-address.ts";

for (const [why, isBehindProxy, ip, header, expected] of [
  ["nothing is forwarded", true, "192.0.2.1", undefined, "192.0.2.1"],
  ["no proxy is declared", false, "192.0.2.1", "198.51.100.7", "192.0.2.1"],
  ["a proxy is", true, "192.0.2.1", "198.51.100.7", "198.51.100.7"],
  ["the client has sent entries of its own", true, "192.0.2.1", "10.0.0.1, 198.51.100.7", "198.51.100.7"],
  ["the entry is no address", true, "192.0.2.1", "unknown", "192.0.2.1"],
  ["IPv4 comes over a socket of IPv6", false, "::ffff:192.0.2.1", undefined, "192.0.2.1"],
  ["the connection is gone", false, undefined, undefined, "unknown"],
  ["the address has a zone", false, "fe80::1%eth0", undefined, "fe80::1"],
] as const) {
  test(`the address is ${expected} when ${why}`, () => {
    const headers = header === undefined ? {} : { "x-forwarded-for": header };
    assert.equal(clientAddress({ ip: ip as string, headers }, { isBehindProxy }), expected);
  });
}

for (const [address, network] of [
  ["192.0.2.1", "192.0.2.1"],
  ["2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"],
  ["2001:db8:0:1::9", "2001:db8:0:1::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::", "0:0:0:0::/64"],
] as const) {
  test(`the network of ${address} is ${network}`, () => {
    assert.equal(networkOf(address), network);
  });
}
