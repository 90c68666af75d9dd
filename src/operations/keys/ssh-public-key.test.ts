import assert from "node:assert/strict";
import { test } from "node:test";
import { parseSshPublicKey } from "./ssh-public-key.ts";

/** As ssh-keygen writes them, each with the fingerprint that it shows. */
const KEYS: readonly (readonly [string, string])[] = [
  [
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOKhHN7Yn2nphXLucMtbYxCigmwAWSz/hoxqq2plZk4+ ada at home",
    "MAddxbOSAkgYPCHndEqtvHBoOHMchJjSteLng+94/zw",
  ],
  [
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDCaQBJ0ZCuzO5J/GrjFd3b9uTL4wWWkys8RcO44EDbng2kP4j03Hd3AQlZrLx/yfFw4izeRlrU9V5Swj1yNhnqltsTPPUU4zwq1mUcFOPenR2Vn+QP3ygoxYaOvMhBX7FwGx/LgfZ0xgvBGfhjlDsVRL8yIQecZdodAD0NICIzSberIno+T7sJuaIAmw15kIgf4f1QtscU4L+QajwamU7QZ9b9HmV/253Yy97LDQJML5UvG4z5pDW9N6KWnRmTkDSHjiATExh+QhrWgUOUT6rOe22G8vA0fag2H2JXIHblNHNKamICfTS4b/VMw/XJxRtMyhCXpvv2s7ku6vKMRzQt ada at home",
    "GjUkJ434JDqj5vKDkZoRQ8+H5fj5vIqcg6z6ZU+oC3A",
  ],
  [
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBLjZbrrkdeZo9sh+W38cHfi7gFpUNYc21SrZVuranwrKNm5FNzyGUzTtwnZOIR/HLvuH5vfC4gfDfnPcaj+rkQ5skvvEu0ZcXtU6cO47LPIIhOXJWovZN4JLrJ9ub1h7wQ== ada at home",
    "l5fsWNArnmOVVk6uktkvTcl2dLpkIkf/okKSkcg0Vz4",
  ],
];

test("keys are read as ssh-keygen shows them", () => {
  for (const [text, fingerprint] of KEYS) {
    const key = parseSshPublicKey(`  ${text}\n`);
    assert.ok(!("problem" in key), JSON.stringify(key));
    assert.deepEqual(key, {
      algorithm: text.split(" ")[0],
      text: text.split(" ").slice(0, 2).join(" "),
      comment: "ada at home",
      fingerprint,
    });
  }
});

test("what is no public key is refused with a reason", () => {
  const [ed25519 = ""] = KEYS[0]!;
  const [algorithm, base64 = ""] = ed25519.split(" ");
  const reasons: readonly (readonly [string, RegExp])[] = [
    ["", /OpenSSH's format/],
    ["__proto__ AAAA", /OpenSSH's format/],
    ["ssh-dss AAAAB3NzaC1kc3MAAAAB", /OpenSSH's format/],
    [`${algorithm} ${base64.slice(0, -8)}`, /no complete ssh-ed25519 key/],
    [`${algorithm} ${base64}AAAA`, /no complete ssh-ed25519 key/],
    [`ssh-rsa ${base64}`, /no complete ssh-rsa key/],
    [`${algorithm} !!!!`, /no complete ssh-ed25519 key/],
    [`${ed25519}\nssh-rsa AAAA`, /one line/],
    ["-----BEGIN OPENSSH PRIVATE KEY-----", /private key/],
    [`${ed25519}${"x".repeat(9_000)}`, /at most 8192/],
  ];
  for (const [text, expected] of reasons) {
    const key = parseSshPublicKey(text);
    assert.ok("problem" in key, text);
    assert.match(key.problem, expected);
  }
});
