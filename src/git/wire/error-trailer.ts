import { SHORT_OF_PROCESSES, saysShortOfProcesses } from "../process/git-process.ts";
import type { ProtocolVersion } from "./git-protocol.ts";
import { errorPacket, packetText, parsePacket, sidebandPackets } from "./packet.ts";

/** A longer answer has begun with the pack, and gets no trailer. */
export const ANSWER_BYTES_MAX = 4 * 1024;

/**
 * What has to be added to an answer that git has broken off before the pack began, so that the client can tell its user why. git
 * itself says nothing if it cannot start the process that makes the pack.
 *
 * @param written all that has been written of the answer.
 * @param messages what git wrote to its stderr.
 * @returns undefined if the client has been told already, or would take the packet for something else.
 */
export function errorTrailer(
  written: Buffer,
  protocolVersion: ProtocolVersion,
  messages: string,
): Buffer | undefined {
  const reason = reasonOf(messages);
  if (written.length === 0) return errorPacket(reason);
  if (protocolVersion !== 2) return undefined;
  let last = "";
  for (let offset = 0; offset < written.length; ) {
    const parsed = parsePacket(written, offset);
    if (parsed === undefined) return undefined;
    offset = parsed.end;
    if (parsed.packet.kind === "data") last = packetText(parsed.packet.payload);
  }
  // gitprotocol-v2(5): what follows in this section is in sidebands.
  if (last === "packfile") return sidebandPackets(3, Buffer.from(reason));
  return last.startsWith("ERR ") ? undefined : errorPacket(reason);
}

/** upload-pack writes this to its stderr alone, where a client asks for history that is not there. */
const NO_SHALLOW_COMMITS = "no commits selected for shallow requests";

function reasonOf(messages: string): string {
  if (saysShortOfProcesses(messages)) return SHORT_OF_PROCESSES;
  return messages.includes(NO_SHALLOW_COMMITS)
    ? NO_SHALLOW_COMMITS
    : "upload-pack: the request could not be answered";
}
