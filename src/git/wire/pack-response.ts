import { RemoteError, refuseRemoteError } from "./advertised-refs.ts";
import { dataPacket, FLUSH_PACKET, MalformedPacketError, packetText } from "./packet.ts";
import type { PacketSource } from "./packet-source.ts";

/** A request for everything that the wants reach, as a client that has nothing: gitprotocol-pack(5), "Packfile Negotiation". */
export function writeCloneRequest(wants: Iterable<string>, capabilities: readonly string[]): Buffer {
  const lines = [...new Set(wants)].map((want, index) =>
    dataPacket(index === 0 ? `want ${want} ${capabilities.join(" ")}\n` : `want ${want}\n`),
  );
  return Buffer.concat([...lines, FLUSH_PACKET, dataPacket("done\n")]);
}

/**
 * The pack in a response with `side-band-64k`: gitprotocol-pack(5), "Packfile Data".
 *
 * @throws RemoteError, MalformedPacketError, or EndWithinPacketError.
 */
export async function* readPackResponse(
  source: PacketSource,
  onProgress?: (text: Buffer) => void,
): AsyncGenerator<Buffer> {
  for (;;) {
    const packet = await source.readPacket();
    if (packet === undefined) throw new MalformedPacketError("the response ends before the pack does");
    if (packet.kind !== "data") return;
    const [band] = packet.payload;
    const content = packet.payload.subarray(1);
    if (band === 1) {
      // An empty one says that the sender is still at work: git-config(1), `uploadpack.keepAlive`.
      if (content.length > 0) yield content;
    } else if (band === 2) onProgress?.(content);
    else if (band === 3) throw new RemoteError(packetText(content));
    else refuseOtherLine(packet.payload);
  }
}

/** Before the pack stands `NAK`: nothing is common, as nothing was offered. */
function refuseOtherLine(payload: Buffer): void {
  refuseRemoteError(payload);
  if (packetText(payload) !== "NAK")
    throw new MalformedPacketError("the response has a line of no known kind");
}
