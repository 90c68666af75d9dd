import assert from "node:assert/strict";
import { test } from "node:test";
import { maskForm, maskHeader, maskJson, maskUrl } from "./mask-recorded.ts";

const TOKEN = `ATATT3xFfGF0${"a".repeat(171)}=0A1B2C3D`;
const HASH = "0123456789abcdef0123456789abcdef01234567";

for (const [name, value, masked] of [
  ["Authorization", "Basic b3duZXI6c2VjcmV0", "Basic [secret]"],
  ["authorization", TOKEN, "[secret]"],
  ["Cookie", "session=abc", "[secret]"],
  ["set-cookie", "session=abc; HttpOnly", "[secret]"],
  ["X-Own", `has ${TOKEN} in it`, "has [token] in it"],
  ["Location", "https://example.com/back?code=abc&page=2", "https://example.com/back?code=[secret]&page=2"],
  ["content-type", "application/json", "application/json"],
] as const)
  test(`${name}: ${value.slice(0, 30)}`, () =>
    assert.deepEqual(maskHeader({ name, value }), { name, value: masked }));

for (const [url, masked] of [
  ["/2.0/user?fields=uuid", "/2.0/user?fields=uuid"],
  ["/2.0/user?access_token=abc&a=b", "/2.0/user?access_token=[secret]&a=b"],
  [`/-/link/${"Ab-_".repeat(11)}`, "/-/link/[secret]"],
  [`/2.0/repositories/a/b/commit/${HASH}`, `/2.0/repositories/a/b/commit/${HASH}`],
  [`/2.0/repositories/${TOKEN}/b`, "/2.0/repositories/[token]/b"],
] as const)
  test(`of ${url.slice(0, 40)}`, () => assert.equal(maskUrl(url), masked));

for (const [text, masked] of [
  ['{"password": "abc\\"def", "name": "kept"}', '{"password": "[secret]", "name": "kept"}'],
  ['{"a":{"client_secret":"abc"},"token":"x"}', '{"a":{"client_secret":"[secret]"},"token":"[secret]"}'],
  ['{"key":"K","value":"abc","secured":true}', '{"key":"K","value":"[secret]","secured":true}'],
  ['{"key":"K","value":"abc","secured":false}', '{"key":"K","value":"abc","secured":false}'],
  ['{"refresh_token":"cut in the mid', '{"refresh_token":"[secret]'],
  [`{"description":"${TOKEN}"}`, '{"description":"[token]"}'],
] as const)
  test(`of ${text.slice(0, 40)}`, () => assert.equal(maskJson(text), masked));

test("of a form", () =>
  assert.equal(
    maskForm("grant_type=refresh_token&refresh_token=abc&scope=account&flag"),
    "grant_type=refresh_token&refresh_token=[secret]&scope=account&flag",
  ));
