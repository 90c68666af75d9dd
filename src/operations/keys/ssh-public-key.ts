import { createHash } from "node:crypto";
import type { SshPublicKey } from "../../model/key.ts";

/** Longer than any RSA key that clients make: 16,384 bits are 2,800 characters. */
export const SSH_KEY_LENGTH_MAX = 8_192;

/** How many strings the bytes of a key have after its algorithm: RFC 4253 §6.6, RFC 5656, RFC 8709, OpenSSH's PROTOCOL.u2f. */
const PARTS: Readonly<Record<string, number>> = {
  "ssh-rsa": 2,
  "ssh-ed25519": 1,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
  "sk-ssh-ed25519@openssh.com": 2,
  "sk-ecdsa-sha2-nistp256@openssh.com": 3,
};

/** @returns the key, or in words why the text is none. */
export function parseSshPublicKey(given: string): SshPublicKey | { readonly problem: string } {
  if (given.length > SSH_KEY_LENGTH_MAX)
    return { problem: `must have at most ${SSH_KEY_LENGTH_MAX} characters` };
  if (given.includes("PRIVATE KEY")) return { problem: "this is a private key: send the public one" };
  const text = given.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
  if (/[\x00-\x1f\x7f]/.test(text.replaceAll("\t", " "))) return { problem: "must be one line" };
  const [algorithm = "", base64 = ""] = text.split(/[ \t]+/, 2);
  const comment = text.slice(text.indexOf(base64, algorithm.length) + base64.length).trim();
  const parts = Object.hasOwn(PARTS, algorithm) ? PARTS[algorithm] : undefined;
  if (parts === undefined) {
    const known = Object.keys(PARTS).join(", ");
    return { problem: `must be a public key in OpenSSH's format, which begins with one of ${known}` };
  }
  const bytes = Buffer.from(base64, "base64");
  if (bytes.toString("base64") !== base64 || countStrings(bytes, algorithm) !== parts + 1)
    return { problem: `is no complete ${algorithm} key` };
  return {
    algorithm,
    text: `${algorithm} ${base64}`,
    comment,
    fingerprint: createHash("sha256").update(bytes).digest("base64").replaceAll("=", ""),
  };
}

/** The number of strings (RFC 4251 §5) that the bytes are; undefined if they are none, or the first is another algorithm. */
function countStrings(bytes: Buffer, algorithm: string): number | undefined {
  let position = 0;
  let count = 0;
  while (position < bytes.length) {
    if (position + 4 > bytes.length) return undefined;
    const end = position + 4 + bytes.readUInt32BE(position);
    if (end > bytes.length || end === position + 4) return undefined;
    if (count === 0 && bytes.toString("latin1", position + 4, end) !== algorithm) return undefined;
    position = end;
    count += 1;
  }
  return count;
}
