import assert from "node:assert/strict";
import { test } from "node:test";
import { isInNetwork, parseNetwork } from "./network.ts";

for (const text of ["192.0.2.0/24", "0.0.0.0/0", "192.0.2.7/32", "2001:db8::/32", "::1/128", "::/0"])
  test(`${text} is a network`, () => assert.equal(parseNetwork(text), text));

for (const text of [
  ...["", "192.0.2.0", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/024", "192.0.2/24", "256.0.0.0/8"],
  ...["2001:db8::/129", "2001:db8::%1/64", "/8", "192.0.2.0/24 ", "::ffff:1/1/1"],
])
  test(`"${text}" is no network`, () => assert.equal(parseNetwork(text), undefined));

for (const [network, address, isIn] of [
  ["192.0.2.0/24", "192.0.2.255", true],
  ["192.0.2.0/24", "192.0.3.0", false],
  ["192.0.2.7/32", "192.0.2.7", true],
  ["192.0.2.7/32", "192.0.2.8", false],
  ["0.0.0.0/0", "203.0.113.9", true],
  ["0.0.0.0/0", "::1", false],
  ["::/0", "203.0.113.9", false],
  ["2001:db8::/33", "2001:db8:7fff::1", true],
  ["2001:db8::/33", "2001:db8:8000::1", false],
  // The address of a connection that is gone.
  ["0.0.0.0/0", "unknown", false],
] as const)
  test(`${address} is ${isIn ? "" : "not "}in ${network}`, () =>
    assert.equal(isInNetwork(address, parseNetwork(network)!), isIn));
