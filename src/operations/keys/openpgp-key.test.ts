import assert from "node:assert/strict";
import { test } from "node:test";
import { fc } from "../../../tests/support/fuzzing/seeded-properties.ts";
import { parseOpenPgpKey } from "./openpgp-key.ts";

/** Made by GnuPG 2.2.40, with a subkey that encrypts and expires, and one that signs and does not. */
const ADA = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEaw001RYJKwYBBAHaRw8BAQdAvsbEo/1NuztX/1TEg+DGKsIsIA36IezMlEzW
/aJIoGS0HUFkYSBFeGFtcGxlIDxhZGFAZXhhbXBsZS5jb20+iJYEExYIAD4WIQR0
+yA3gM0dp/rEQITLwFTy7mtxCAUCaw001QIbAQUJAgpCawULCQgHAgYVCgkICwIE
FgIDAQIeAQIXgAAKCRDLwFTy7mtxCF2cAQDWAU6eBG04gNuj/qr2XkjdCERNVUe4
+17MPuW/AKzeKAD+Oos2L8DmX2Nw0YiVYP/Bi5hAxA/vHABxaogctrErfwO4OARr
DTTVEgorBgEEAZdVAQUBAQdAs7p5RUGMdapwaKoxESlBf6yhz5P82P5+L8uBzV17
hGoDAQgHiH4EGBYIACYWIQR0+yA3gM0dp/rEQITLwFTy7mtxCAUCaw001QIbDAUJ
AReuawAKCRDLwFTy7mtxCLBxAPwMxI9wYeghF99jlSMvgxT8/WvuVCewR929SEGn
hhpcewEAgevOQsOKLZ++o55jZzJ3FuwUa8KL53GGkhmyEk64zgq4MwRrDTTVFgkr
BgEEAdpHDwEBB0DQEYVZC8AGAl+al19KkTtlcdO7Isfy5RhcfNcZ3nJXz4jvBBgW
CAAgFiEEdPsgN4DNHaf6xECEy8BU8u5rcQgFAmsNNNUCGwIAgQkQy8BU8u5rcQh2
IAQZFggAHRYhBKkQTvcjop/wqeWIpYqn5SiRwSwTBQJrDTTVAAoJEIqn5SiRwSwT
/nUA/AmndOaIDYE/tmhP6FsKQ2TlGGVtAcYw8uV7/HdQc7ZuAPoCcfRdXQHr8om8
r3xsEHm6bcnFDRUzqg4eczO1GSUXCiBdAP0QE2CeBAelpZiBSAfobMC/JynoixFq
zYyhs4D7UNKbgQD8DPcaJ2ra0AYMZ0QkR6tIfGqDNLEfbgdlnn0TlmuHQAA=
=/1T1
-----END PGP PUBLIC KEY BLOCK-----
`;

test("what GnuPG shows of a key is read from it", () => {
  const key = parseOpenPgpKey(ADA);
  assert.ok(!("problem" in key), JSON.stringify(key));
  assert.equal(key.userId, "Ada Example <ada@example.com>");
  assert.equal(key.fingerprint, "74fb203780cd1da7fac44084cbc054f2ee6b7108");
  assert.equal(key.keyId, "cbc054f2ee6b7108");
  assert.equal(key.createdAt.getTime(), 1_796_027_605_000);
  assert.equal(key.expiresAt?.getTime(), 1_830_254_400_000);
  assert.deepEqual(
    key.subkeys.map(({ fingerprint, expiresAt }) => [fingerprint, expiresAt?.getTime()]),
    [
      ["264916fba97f58ef13438e982461c09a373d8f6f", 1_814_356_800_000],
      ["a9104ef723a29ff0a9e588a58aa7e52891c12c13", undefined],
    ],
  );
});

test("other texts are refused with a reason", () => {
  const reasons: readonly (readonly [string, RegExp])[] = [
    ["", /must be one public key in ASCII armor/],
    [ADA.replaceAll("PUBLIC", "PRIVATE"), /private key/],
    [ADA + ADA, /must be one public key/],
    [ADA.replace(/^mDME.*\n/m, ""), /is no complete OpenPGP key|must begin with a public key/],
    [`${ADA}${" ".repeat(70_000)}`, /at most 65536/],
  ];
  for (const [text, expected] of reasons) {
    const key = parseOpenPgpKey(text);
    assert.ok("problem" in key, text);
    assert.match(key.problem, expected);
  }
});

test("damaged keys are read or refused, never more", () => {
  const body = ADA.split("\n").slice(2, -3).join("");
  const bytes = Buffer.from(body, "base64");
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 5 }),
      fc.nat(bytes.length),
      (changes, length) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at] = byte;
        const text = damaged.subarray(0, length).toString("base64");
        const key = parseOpenPgpKey(
          `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${text}\n-----END PGP PUBLIC KEY BLOCK-----`,
        );
        assert.ok("problem" in key || /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(key.fingerprint));
      },
    ),
  );
});
