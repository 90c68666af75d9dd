import { createHash } from "node:crypto";
import type { GpgKeyPart } from "../../model/key.ts";

/**
 * Reads what is shown of an OpenPGP public key (RFC 9580, and RFC 4880 before it): fingerprints, times, the first user
 * id. No signature is verified: the key's owner says here that it is theirs, and nothing is opened by it. The library that does
 * all of OpenPGP takes 17 MB.
 */
export type OpenPgpKey = GpgKeyPart & { readonly userId: string; readonly subkeys: readonly GpgKeyPart[] };

/** Of the text. A key of RSA with a few user ids and signatures has 5,000. */
export const GPG_KEY_LENGTH_MAX = 65_536;
/** A key has three or four. */
const SUBKEYS_MAX = 50;
const USER_ID_BYTES_MAX = 1_024;

/** Packet types: RFC 9580 §5. */
const PACKET = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  userId: 13,
  publicSubkey: 14,
} as const;
/** Types of signature subpackets: RFC 9580 §5.2.3.7. */
const SUBPACKET = { keyExpirationTime: 9 } as const;
/** Signature types: RFC 9580 §5.2.1. */
const CERTIFICATIONS_AND_BINDINGS = new Set([0x10, 0x11, 0x12, 0x13, 0x18, 0x1f]);

type Packet = { readonly type: number; readonly body: Buffer };
type Found = Omit<GpgKeyPart, "expiresAt"> & { lifeSeconds: number };

/** @returns the key, or in words why the text is none. */
export function parseOpenPgpKey(armored: string): OpenPgpKey | { readonly problem: string } {
  if (armored.length > GPG_KEY_LENGTH_MAX)
    return { problem: `must have at most ${GPG_KEY_LENGTH_MAX} characters` };
  if (armored.includes("PRIVATE KEY BLOCK")) return { problem: "this is a private key: send the public one" };
  const bytes = readArmor(armored);
  if (bytes === undefined)
    return {
      problem:
        "must be one public key in ASCII armor (gpg --armor --export): -----BEGIN PGP PUBLIC KEY BLOCK-----",
    };
  const packets = readPackets(bytes);
  if (packets === undefined) return { problem: "is no complete OpenPGP key" };
  return readKey(packets);
}

/** RFC 9580 §6. The checksum is optional there, and is left out of account. */
function readArmor(text: string): Buffer | undefined {
  const lines = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.trimEnd());
  if (lines[0] !== "-----BEGIN PGP PUBLIC KEY BLOCK-----") return undefined;
  const end = lines.indexOf("-----END PGP PUBLIC KEY BLOCK-----");
  if (end !== lines.length - 1) return undefined;
  // Headers, such as `Version: …`, end with an empty line.
  const headersEnd = lines.indexOf("");
  if (headersEnd === -1) return undefined;
  const body = lines
    .slice(headersEnd + 1, end)
    .filter((line) => line !== "" && !/^=[A-Za-z0-9+/]{4}$/.test(line));
  const base64 = body.join("");
  return /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Buffer.from(base64, "base64") : undefined;
}

/** Undefined if the bytes are no sequence of whole packets. Those of partial lengths are of messages, not of keys. */
function readPackets(bytes: Buffer): readonly Packet[] | undefined {
  const packets: Packet[] = [];
  let position = 0;
  while (position < bytes.length) {
    const header = bytes[position]!;
    if ((header & 0x80) === 0) return undefined;
    const isNew = (header & 0x40) !== 0;
    const length = isNew
      ? readLength(bytes, position + 1)
      : readOldLength(bytes, position + 1, header & 0x03);
    if (length === undefined || length.start + length.size > bytes.length) return undefined;
    const end = length.start + length.size;
    packets.push({
      type: isNew ? header & 0x3f : (header >> 2) & 0x0f,
      body: bytes.subarray(length.start, end),
    });
    position = end;
  }
  return packets;
}

type Length = { readonly start: number; readonly size: number };

/** RFC 9580 §4.2.1; the same form is that of subpackets, §5.2.3.7. */
function readLength(bytes: Buffer, at: number): Length | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first < 192) return { start: at + 1, size: first };
  if (first < 224 && at + 2 <= bytes.length)
    return { start: at + 2, size: ((first - 192) << 8) + (bytes[at + 1] ?? 0) + 192 };
  return first === 255 && at + 5 <= bytes.length
    ? { start: at + 5, size: bytes.readUInt32BE(at + 1) }
    : undefined;
}

/** RFC 9580 §4.2.2. */
function readOldLength(bytes: Buffer, at: number, kind: number): Length | undefined {
  const size = [1, 2, 4][kind];
  if (size === undefined || at + size > bytes.length) return undefined;
  return { start: at + size, size: bytes.readUIntBE(at, size) };
}

function readKey(packets: readonly Packet[]): OpenPgpKey | { readonly problem: string } {
  const isSecret = packets.some(({ type }) => type === PACKET.secretKey || type === PACKET.secretSubkey);
  if (isSecret) return { problem: "this is a private key: send the public one" };
  if (packets[0]?.type !== PACKET.publicKey) return { problem: "must begin with a public key" };
  const found: Found[] = [];
  let userId: string | undefined;
  for (const { type, body } of packets) {
    if (type === PACKET.publicKey || type === PACKET.publicSubkey) {
      if (type === PACKET.publicKey && found.length > 0) return { problem: "must be one key" };
      const key = readPublicKey(body);
      if (key === undefined) return { problem: "has a key of an unknown version" };
      found.push(key);
    } else if (type === PACKET.userId) {
      userId ??= body
        .subarray(0, USER_ID_BYTES_MAX)
        .toString()
        .replace(/\p{Cc}/gu, " ");
    } else if (type === PACKET.signature) {
      const life = readKeyLife(body);
      // The latest certification that names one counts.
      if (life !== undefined) found.at(-1)!.lifeSeconds = life;
    }
  }
  if (found.length > SUBKEYS_MAX + 1) return { problem: `must have at most ${SUBKEYS_MAX} subkeys` };
  const [primary, ...subkeys] = found.map(toPart);
  return { ...primary!, userId: userId ?? "", subkeys };
}

function toPart({ lifeSeconds, ...key }: Found): GpgKeyPart {
  const expiresAt = lifeSeconds === 0 ? undefined : new Date(key.createdAt.getTime() + lifeSeconds * 1_000);
  return { ...key, expiresAt };
}

/** RFC 9580 §5.5.4: of version 4, SHA-1 over the packet as an old one; of version 6, SHA-256. */
function readPublicKey(body: Buffer): Found | undefined {
  const version = body[0];
  if (body.length < 6 || (version !== 4 && version !== 6)) return undefined;
  const prefix = Buffer.alloc(version === 4 ? 3 : 5);
  prefix[0] = version === 4 ? 0x99 : 0x9b;
  prefix.writeUIntBE(body.length, 1, prefix.length - 1);
  const hash = createHash(version === 4 ? "sha1" : "sha256");
  const fingerprint = hash.update(prefix).update(body).digest("hex");
  return {
    fingerprint,
    keyId: version === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16),
    createdAt: new Date(body.readUInt32BE(1) * 1_000),
    lifeSeconds: 0,
  };
}

/** Seconds after the key's creation, from the hashed subpackets of a signature: RFC 9580 §5.2.3.13. */
function readKeyLife(body: Buffer): number | undefined {
  const [version, type] = body;
  if ((version !== 4 && version !== 6) || !CERTIFICATIONS_AND_BINDINGS.has(type ?? -1)) return undefined;
  const countSize = version === 4 ? 2 : 4;
  const start = 4 + countSize;
  if (body.length < start) return undefined;
  const end = start + body.readUIntBE(4, countSize);
  if (end > body.length) return undefined;
  const hashed = body.subarray(start, end);
  let position = 0;
  while (position < hashed.length) {
    const length = readLength(hashed, position);
    if (length === undefined || length.size === 0 || length.start + length.size > hashed.length)
      return undefined;
    // The highest bit says that it must be understood.
    const kind = hashed[length.start]! & 0x7f;
    if (kind === SUBPACKET.keyExpirationTime && length.size === 5)
      return hashed.readUInt32BE(length.start + 1);
    position = length.start + length.size;
  }
  return undefined;
}
