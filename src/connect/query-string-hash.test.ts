import assert from "node:assert/strict";
import { test } from "node:test";
import { isHashOf, queryStringHash, writeCanonicalRequest } from "./query-string-hash.ts";

/** Contract, auth-beyond-tokens.md §3.5 (recorded) and §8.1. */
for (const [method, target, canonical, hash] of [
  [
    "POST",
    "/bitbucket/install",
    "POST&/bitbucket/install&",
    "558563f29d5457e68521c3a1aa2caf0d46b7cf9820f1328a184cb75cc2bd656b",
  ],
  [
    "POST",
    "/bitbucket/uninstall",
    "POST&/bitbucket/uninstall&",
    "6a8804c6201d2999836a35c283c608338960c209911010870013877dc74cac04",
  ],
  [
    "POST",
    "/bitbucket/webhook",
    "POST&/bitbucket/webhook&",
    "dbcf4dcadc2373d44fff39fd9ecf9442792238144d029aa2502f63a9b6ed6393",
  ],
  [
    "GET",
    "/2.0/repositories/acme/demo/commits?q=author+%3D+%22a%2Cb%22&pagelen=50",
    "GET&/2.0/repositories/acme/demo/commits&pagelen=50&q=author%20%3D%20%22a%2Cb%22",
    "7e2d4d623e2105490b7436e82366678e6814ce63139f2fcfbe464e6e4e7b693c",
  ],
  ["get", "/", "GET&/&", "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239"],
  [
    "POST",
    "/webhook/?jwt=left.out.ofit",
    "POST&/webhook&",
    "202e1fcb819506f8ba2d4f2eba43dc8b9f635f263eb53df8a64dea718eeedeb6",
  ],
  [
    "GET",
    "/panel?name=x%20y&a=2&a=1",
    "GET&/panel&a=1,2&name=x%20y",
    "3f175b20d076cc53c05e27d142747fca117b9bf2d9579d574a8c65e053363f6d",
  ],
] as const) {
  test(`hashes ${method} ${target} as the vector does`, () => {
    assert.equal(writeCanonicalRequest({ method, target }), canonical);
    assert.equal(queryStringHash({ method, target }), hash);
  });
}

test("an & in the path is escaped, and ~ in a value is not", () => {
  assert.equal(writeCanonicalRequest({ method: "GET", target: "/a&b?x=~*'" }), "GET&/a%26b&x=~%2A%27");
});

test("a path counts as sent and with its escapes undone", () => {
  const sent = { method: "GET", target: "/2.0/repositories/%7Buuid%7D/x" };
  assert.ok(isHashOf(queryStringHash(sent), sent));
  assert.ok(isHashOf(queryStringHash({ ...sent, target: "/2.0/repositories/{uuid}/x" }), sent));
  assert.ok(!isHashOf(queryStringHash({ ...sent, target: "/2.0/repositories/{other}/x" }), sent));
  assert.ok(!isHashOf(undefined, sent));
  assert.ok(!isHashOf("", { method: "GET", target: "/%zz" }));
});
