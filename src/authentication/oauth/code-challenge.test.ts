import assert from "node:assert/strict";
import { test } from "node:test";
import { Secret } from "../../model/secret.ts";
import { isVerifierOf, parseChallenge } from "./code-challenge.ts";

/** RFC 7636, appendix B. */
const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

for (const [why, challenge, verifier, expected] of [
  ["its own challenge", CHALLENGE, VERIFIER, true],
  ["nothing, and there is none", undefined, undefined, true],
  ["a challenge that is missing", undefined, VERIFIER, false],
  ["a challenge, and is missing", CHALLENGE, undefined, false],
  ["a challenge, and is empty", CHALLENGE, "", false],
  ["a challenge that is the verifier itself, as of the method plain", VERIFIER, VERIFIER, false],
  ["another challenge", CHALLENGE, `${VERIFIER.slice(0, -1)}l`, false],
] as const)
  test(`a verifier is ${expected ? "" : "not "}that of ${why}`, () => {
    const sent = verifier === undefined ? undefined : new Secret(verifier);
    assert.equal(isVerifierOf(challenge, sent), expected);
  });

for (const [text, expected] of [
  [CHALLENGE, CHALLENGE],
  ["a".repeat(43), "a".repeat(43)],
  ["a".repeat(128), "a".repeat(128)],
  ["a".repeat(42), undefined],
  ["a".repeat(129), undefined],
  ["", undefined],
  [`${"a".repeat(43)}=`, undefined],
] as const)
  test(`a challenge of ${text.length} characters is ${expected === undefined ? "refused" : "read"}`, () => {
    assert.equal(parseChallenge(text), expected);
  });
