import { LENGTH_DIGITS, MalformedPacketError, type Packet, parsePacket } from "./packet.ts";

/**
 * Where a message for the person may be put into a response of upload-pack.
 *
 * `found`: at that offset, before the first packet of the pack that is in a sideband. `none`: the response has no
 * sidebands, or no pack. `unknown`: more bytes are needed.
 */
export type MessagePlace =
  | { readonly kind: "found"; readonly offset: number }
  | { readonly kind: "none" }
  | { readonly kind: "unknown" };

/** What comes before the pack: acknowledgments and shallow commits. A longer beginning gets no message. */
export const BEGINNING_BYTES_MAX = 64 * 1024;

/**
 * Looks through the beginning of a response. In protocol 2 the section of the pack begins with `packfile`: gitprotocol-v2(5).
 * In older ones it begins with the first packet whose first byte is the number of a sideband: gitprotocol-pack(5).
 */
export function findMessagePlace(beginning: Buffer): MessagePlace {
  try {
    for (let offset = 0; offset < beginning.length; ) {
      const parsed = parsePacket(beginning, offset);
      // A packet of the pack may be longer than what has arrived.
      if (parsed === undefined)
        return isSideband(beginning, offset) ? { kind: "found", offset } : unknown(beginning);
      if (isSideband(beginning, offset)) return { kind: "found", offset };
      offset = parsed.end;
      if (isPackfile(parsed.packet)) return { kind: "found", offset };
    }
  } catch (error) {
    // The pack itself, for a client without sidebands.
    if (error instanceof MalformedPacketError) return { kind: "none" };
    throw error;
  }
  return unknown(beginning);
}

function unknown(beginning: Buffer): MessagePlace {
  return { kind: beginning.length < BEGINNING_BYTES_MAX ? "unknown" : "none" };
}

function isPackfile(packet: Packet): boolean {
  return packet.kind === "data" && packet.payload.equals(PACKFILE);
}

const PACKFILE = Buffer.from("packfile\n");

/** Lines of text before it begin with letters. */
function isSideband(bytes: Buffer, offset: number): boolean {
  const length = Number.parseInt(bytes.toString("latin1", offset, offset + LENGTH_DIGITS), 16);
  const first = bytes[offset + LENGTH_DIGITS];
  return length > LENGTH_DIGITS && first !== undefined && first >= 1 && first <= 3;
}
