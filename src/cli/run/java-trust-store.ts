import { createHash } from "node:crypto";

/** The field's usual one: what it protects is public. */
export const TRUST_STORE_PASSWORD = "changeit";

/** `java.security.KeyStore` of type JKS, which every Java reads: `sun.security.provider.JavaKeyStore` describes it. */
const MAGIC = 0xfeedfeed;
const VERSION = 2;
const TRUSTED_CERTIFICATE = 2;
const SALT = "Mighty Aphrodite";

/** A trust store of these certificates (PEM). Made by hand: `keytool` may not be there, and would start a Java for each. */
export function writeJavaTrustStore(certificates: readonly string[], now: Date): Buffer {
  const content = Buffer.concat([
    uint32(MAGIC),
    uint32(VERSION),
    uint32(certificates.length),
    ...certificates.flatMap((pem, index) => {
      const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
      return [
        uint32(TRUSTED_CERTIFICATE),
        text(`root-${index}`),
        uint64(now.getTime()),
        text("X.509"),
        uint32(der.length),
        der,
      ];
    }),
  ]);
  const password = Buffer.from(TRUST_STORE_PASSWORD, "utf16le").swap16();
  const digest = createHash("sha1").update(password).update(SALT).update(content).digest();
  return Buffer.concat([content, digest]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** As `DataOutputStream.writeUTF` writes ASCII. */
function text(value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([length, Buffer.from(value, "latin1")]);
}
