/**
 * pkt-line framing: gitprotocol-common(5). Four hex digits give the length of the packet with themselves; 0000, 0001
 * and 0002 are the special packets flush, delimiter and response-end.
 */
export type Packet =
  | { readonly kind: "data"; readonly payload: Buffer }
  | { readonly kind: "flush" }
  | { readonly kind: "delimiter" }
  | { readonly kind: "response-end" };

/** gitprotocol-common(5): the largest packet, its four length digits included. */
export const PACKET_BYTES_MAX = 65_520;

export const LENGTH_DIGITS = 4;

export class MalformedPacketError extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = "MalformedPacketError";
  }
}

/**
 * Reads the packet at `offset` (in bytes). The payload is a view of `bytes`, not a copy.
 *
 * @returns the packet and the offset after it, or undefined if more bytes are needed.
 * @throws MalformedPacketError if the length is not four hex digits, is 0003, or is above the limit.
 */
export function parsePacket(bytes: Buffer, offset: number): { packet: Packet; end: number } | undefined {
  if (bytes.length - offset < LENGTH_DIGITS) return undefined;
  const digits = bytes.toString("latin1", offset, offset + LENGTH_DIGITS);
  if (!/^[0-9a-fA-F]{4}$/.test(digits))
    throw new MalformedPacketError("packet length is not four hex digits");
  const length = Number.parseInt(digits, 16);
  const afterDigits = offset + LENGTH_DIGITS;
  switch (length) {
    case 0:
      return { packet: { kind: "flush" }, end: afterDigits };
    case 1:
      return { packet: { kind: "delimiter" }, end: afterDigits };
    case 2:
      return { packet: { kind: "response-end" }, end: afterDigits };
    case 3:
      throw new MalformedPacketError("packet length 0003 has no meaning");
  }
  if (length > PACKET_BYTES_MAX)
    throw new MalformedPacketError(`packet is longer than ${PACKET_BYTES_MAX} bytes`);
  if (bytes.length - offset < length) return undefined;
  return {
    packet: { kind: "data", payload: bytes.subarray(afterDigits, offset + length) },
    end: offset + length,
  };
}

/** The text of a packet without the one line feed that many senders add. */
export function packetText(payload: Buffer): string {
  const end = payload.at(-1) === 0x0a ? payload.length - 1 : payload.length;
  return payload.toString("utf8", 0, end);
}

export const FLUSH_PACKET = Buffer.from("0000");
export const DELIMITER_PACKET = Buffer.from("0001");

/** One data packet. The payload must leave room for the length digits. */
export function dataPacket(payload: Buffer | string): Buffer {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  const length = bytes.length + LENGTH_DIGITS;
  if (length > PACKET_BYTES_MAX) throw new Error(`payload of ${bytes.length} bytes does not fit a packet`);
  return Buffer.concat([Buffer.from(length.toString(16).padStart(LENGTH_DIGITS, "0")), bytes]);
}

/**
 * Puts a packet for each of many lines into `target`, which has room for them: nothing is made for one alone.
 *
 * @param lines each ends with a line feed, has at least so many bytes before it, and fits a packet.
 * @returns where they end.
 */
export function writeLinePackets(target: Buffer, at: number, lines: Buffer, lineBytesMin: number): number {
  let end = at;
  for (let start = 0; start < lines.length; ) {
    const next = lines.indexOf(LINE_FEED, start + lineBytesMin) + 1;
    if (next === 0) throw new Error("the last line has no line feed");
    const length = next - start + LENGTH_DIGITS;
    for (let digit = 0; digit < LENGTH_DIGITS; digit += 1)
      target[end + digit] = HEX_DIGITS[(length >>> (4 * (LENGTH_DIGITS - 1 - digit))) & 15]!;
    lines.copy(target, end + LENGTH_DIGITS, start, next);
    end += length;
    start = next;
  }
  return end;
}

const LINE_FEED = 0x0a;
const HEX_DIGITS = Buffer.from("0123456789abcdef");

/** gitprotocol-pack(5), "Packfile Data": channel 1 carries data, 2 messages for the person, 3 a fatal error. */
export type SidebandChannel = 1 | 2 | 3;

/** Wraps bytes as sideband packets, as many as are needed. No bytes give one empty packet: a sign of life. */
export function sidebandPackets(channel: SidebandChannel, bytes: Buffer): Buffer {
  const payloadMax = PACKET_BYTES_MAX - LENGTH_DIGITS - 1;
  const packets: Buffer[] = [];
  let offset = 0;
  do {
    packets.push(
      dataPacket(Buffer.concat([Buffer.of(channel), bytes.subarray(offset, offset + payloadMax)])),
    );
    offset += payloadMax;
  } while (offset < bytes.length);
  return Buffer.concat(packets);
}

/** gitprotocol-common(5): an error may come instead of any packet; git shows `remote error: …` and ends. */
export function errorPacket(message: string): Buffer {
  return dataPacket(`ERR ${message}`);
}
