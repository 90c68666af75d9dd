import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { Secret } from "../../model/secret.ts";
import { parseUserCode, writeConsumerKey, writeConsumerSecret, writeUserCode } from "./oauth-secrets.ts";
import { isRefreshToken, writeRefreshToken } from "./refresh-token-text.ts";

test("keys and secrets of consumers are as long as Bitbucket's", () => {
  assert.match(writeConsumerKey(randomBytes), /^[A-Za-z0-9]{18}$/);
  assert.match(writeConsumerSecret(randomBytes).reveal(), /^[A-Za-z0-9]{32}$/);
});

test("every letter of a secret is equally likely", () => {
  const counts = new Map<string, number>();
  for (let round = 0; round < 2_000; round += 1)
    for (const letter of writeConsumerSecret(randomBytes).reveal())
      counts.set(letter, (counts.get(letter) ?? 0) + 1);
  assert.equal(counts.size, 62);
  const expected = (2_000 * 32) / 62;
  for (const [letter, count] of counts)
    assert.ok(Math.abs(count - expected) < expected / 3, `${letter}: ${count}`);
});

test("a user code is read as people type it", () => {
  const code = writeUserCode(randomBytes).reveal();
  assert.match(code, /^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
  for (const typed of [code, code.toLowerCase(), code.replace("-", ""), ` ${code.replace("-", " ")} `])
    assert.equal(parseUserCode(typed)?.reveal(), code);
  for (const typed of ["", "BCDF", `${code}B`, "AEIO-UAEI", "BCDF-GHJ0"])
    assert.equal(parseUserCode(typed), undefined);
});

test("a refresh token that is cut off or mistyped is none", () => {
  const text = writeRefreshToken(randomBytes).reveal();
  assert.equal(text.length, 80);
  assert.equal(isRefreshToken(new Secret(text)), true);
  const other = text.at(20) === "A" ? "B" : "A";
  for (const wrong of ["", text.slice(1), `${text}0`, text.slice(0, 20) + other + text.slice(21)])
    assert.equal(isRefreshToken(new Secret(wrong)), false);
});
