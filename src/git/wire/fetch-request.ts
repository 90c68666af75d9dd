import type { ProtocolVersion } from "./git-protocol.ts";
import { MalformedPacketError, packetText, parsePacket } from "./packet.ts";

/** What says who asks, and changes nothing in what is answered: gitprotocol-capabilities(5). */
const ABOUT_THE_CLIENT = /(?:^| )(?:agent|session-id)=[^ ]*/g;

/**
 * A fetch request in one form for all clients that ask for the same: without the client's own name, and the wants, whose
 * order means nothing, in order. For telling equal requests apart from others, not for being read.
 *
 * @returns undefined for a request that is not the last of its negotiation (it has no `done`), or is none.
 */
export function normalizeFetchRequest(body: Buffer, version: ProtocolVersion): string | undefined {
  const wants: string[] = [];
  const others: string[] = [];
  let capabilities = "";
  let isFinal = false;
  try {
    let offset = 0;
    for (let parsed = parsePacket(body, offset); parsed !== undefined; parsed = parsePacket(body, offset)) {
      offset = parsed.end;
      if (parsed.packet.kind !== "data") {
        others.push(`(${parsed.packet.kind})`);
        continue;
      }
      const line = packetText(parsed.packet.payload);
      // A space parts the two, so that no letter could belong to either: a line that does not fit is read only once.
      const [, id, rest] = /^want ([0-9a-f]+)((?: .*)?)$/.exec(line) ?? [];
      if (id !== undefined) {
        wants.push(id);
        // Protocols 0 and 1 have the capabilities behind the first want, in any order.
        capabilities += rest!.replaceAll(ABOUT_THE_CLIENT, "");
      } else if (line === "done") isFinal = true;
      else {
        const said = line.replaceAll(ABOUT_THE_CLIENT, "");
        if (said !== "") others.push(said);
      }
    }
    if (offset < body.length) return undefined;
  } catch (error) {
    if (error instanceof MalformedPacketError) return undefined;
    throw error;
  }
  if (!isFinal || wants.length === 0) return undefined;
  const asked = [...new Set(wants)].sort();
  const capabilityList = capabilities.trim().split(/ +/).sort().join(" ");
  return JSON.stringify([version, asked, capabilityList, others]);
}
