import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { Secret } from "../model/secret.ts";
import { type Claims, parseJsonWebToken, tokenProblem, writeJsonWebToken } from "./json-web-token.ts";

const SECRET = new Secret("pail-test-secret");
const NOW = new Date(1_700_000_000_000);
const SECONDS = 1_700_000_000;
const CLAIMS = { iss: "app", sub: "connection:1", iat: SECONDS, exp: SECONDS + 180 };

/** The vector of the contract, auth-beyond-tokens.md §8.1. */
const VECTOR =
  "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJhcmk6Y2xvdWQ6Yml0YnVja2V0OjphcHAve2FjZjU0ODc4LTUxYmUtNDczZS1iZjBiLTBmYmIxMmUwMTFhZH0vcGFpbC10ZXN0IiwiaWF0IjoxNzAwMDAwMDAwLCJxc2giOiIyMDJlMWZjYjgxOTUwNmY4YmEyZDRmMmViYTQzZGM4YjlmNjM1ZjI2M2ViNTNkZjhhNjRkZWE3MThlZWVkZWI2IiwiYXVkIjoiYXJpOmNsb3VkOmJpdGJ1Y2tldDo6YXBwL3thY2Y1NDg3OC01MWJlLTQ3M2UtYmYwYi0wZmJiMTJlMDExYWR9L3BhaWwtdGVzdCIsImV4cCI6MTcwMDAwMzYwMH0.IEVb3K_kagC5fI2xnLbUdQJTeZYiUgs75jKVoK5jIV0";
const CLIENT_KEY = "ari:cloud:bitbucket::app/{acf54878-51be-473e-bf0b-0fbb12e011ad}/pail-test";

function problemOf(text: string, secret = SECRET): string | undefined {
  const token = parseJsonWebToken(text);
  return token === undefined ? "no token" : tokenProblem(token, secret, NOW)?.text;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

/** A token with any header, signed with HMAC-SHA-256 all the same. */
function signedAs(
  header: object,
  claims: Claims = CLAIMS,
  key: string | Buffer = "pail-test-secret",
): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

test("writes the token of the vector, and reads it", () => {
  const qsh = "202e1fcb819506f8ba2d4f2eba43dc8b9f635f263eb53df8a64dea718eeedeb6";
  const claims = { iss: CLIENT_KEY, iat: SECONDS, qsh, aud: CLIENT_KEY, exp: SECONDS + 3_600 };
  assert.equal(writeJsonWebToken(claims, SECRET), VECTOR);
  assert.deepEqual(parseJsonWebToken(VECTOR)!.claims, claims);
  assert.equal(problemOf(VECTOR), undefined);
});

for (const [why, text] of [
  ["nothing", ""],
  ["two parts", "e30.e30"],
  ["four parts", "e30.e30.e30.e30"],
  ["a claim set that is a list", `e30.${encode([])}.e30`],
  ["a header that is no JSON", `${Buffer.from("{").toString("base64url")}.e30.e30`],
  ["padding", "e30=.e30.e30"],
  ["more than the limit", signedAs({ alg: "HS256" }, { ...CLAIMS, more: "x".repeat(8 * 1024) })],
] as const) {
  test(`takes ${why} for no token`, () => {
    assert.equal(parseJsonWebToken(text), undefined);
  });
}

for (const [why, text, problem] of [
  ["alg: none without a signature", `${encode({ alg: "none" })}.${encode(CLAIMS)}.`, /alg/],
  ["alg: None with a good signature", signedAs({ alg: "None" }), /alg/],
  ["no alg", signedAs({ typ: "JWT" }), /alg/],
  ["alg as a list", signedAs({ alg: ["HS256"] }), /alg/],
  ["HS512", signedAs({ alg: "HS512" }), /alg/],
  ["RS256, signed with a public key as the secret of HMAC", signedAs({ alg: "RS256" }), /alg/],
  ["crit", signedAs({ alg: "HS256", crit: ["b64"], b64: false }), /crit/],
  ["no signature", `${encode({ alg: "HS256" })}.${encode(CLAIMS)}.`, /signature/],
  ["a signature that is cut off", VECTOR.slice(0, -4), /signature/],
  ["another secret", signedAs({ alg: "HS256" }, CLAIMS, "another"), /signature/],
  [
    "changed claims",
    VECTOR.replace(/\.[^.]+\./, `.${encode({ ...CLAIMS, sub: "connection:2" })}.`),
    /signature/,
  ],
  ["iat in the future", signedAs({ alg: "HS256" }, { ...CLAIMS, iat: SECONDS + 61 }), /future/],
  ["no iat", signedAs({ alg: "HS256" }, { exp: SECONDS + 60 }), /iat/],
  ["no exp", signedAs({ alg: "HS256" }, { iat: SECONDS }), /exp/],
  ["exp as text", signedAs({ alg: "HS256" }, { ...CLAIMS, exp: String(SECONDS + 60) }), /exp/],
  ["exp that has come", signedAs({ alg: "HS256" }, { ...CLAIMS, exp: SECONDS }), /expired/],
  ["nbf in the future", signedAs({ alg: "HS256" }, { ...CLAIMS, nbf: SECONDS + 61 }), /not valid yet/],
] as const) {
  test(`refuses ${why}`, () => {
    assert.match(problemOf(text) ?? "taken", problem);
  });
}

test("takes an iat of a clock that is a minute ahead", () => {
  assert.equal(problemOf(signedAs({ alg: "HS256" }, { ...CLAIMS, iat: SECONDS + 60 })), undefined);
});
