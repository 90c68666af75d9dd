import { randomBytes } from "node:crypto";

/** Public keys that nobody holds the private half of, and that nobody has added yet. */

function sshString(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

export function newSshPublicKey(comment = "someone@example.com"): string {
  const bytes = Buffer.concat([sshString(Buffer.from("ssh-ed25519")), sshString(randomBytes(32))]);
  return `ssh-ed25519 ${bytes.toString("base64")} ${comment}`;
}

/** A primary key of Ed25519 with a user id, and no signature: RFC 9580 §5.5.2. */
export function newGpgPublicKey(userId = "Someone <someone@example.com>"): string {
  const created = Buffer.alloc(4);
  created.writeUInt32BE(1_700_000_000);
  const oid = Buffer.from([9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1]);
  const point = Buffer.concat([Buffer.from([0x01, 0x07, 0x40]), randomBytes(32)]);
  const key = Buffer.concat([Buffer.from([4]), created, Buffer.from([22]), oid, point]);
  const packet = (type: number, body: Buffer) =>
    Buffer.concat([Buffer.from([0xc0 | type, body.length]), body]);
  const bytes = Buffer.concat([packet(6, key), packet(13, Buffer.from(userId))]);
  const lines = bytes.toString("base64").replace(/.{64}/g, "$&\n").trimEnd();
  return `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${lines}\n-----END PGP PUBLIC KEY BLOCK-----\n`;
}
