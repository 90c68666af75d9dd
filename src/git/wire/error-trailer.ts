import { SHORT_OF_PROCESSES, saysShortOfProcesses } from "../git-process.ts";
import type { ProtocolVersion } from "./git-protocol.ts";
import { errorPacket, packetText, parsePacket, sidebandPackets } from "./packet.ts";

/** An answer that is longer has some of the pack in it. What is longer is not looked at. */
export const ANSWER_BYTES_MAX = 4 * 1024;

/**
 * What has to be added to an answer that git has broken off before there was any of the pack, so that the client can tell its
 * user why. git itself breaks off without a word if it cannot start the process that makes the pack.
 *
 * @param written the whole of it.
 * @param said what git said on its stderr.
 * @returns undefined if the client is told already, or if words would be taken for something else.
 */
export function errorTrailer(
  written: Buffer,
  protocolVersion: ProtocolVersion,
  said: string,
): Buffer | undefined {
  const reason = reasonOf(said);
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

/** What upload-pack says on its stderr alone, where its client asks for history that is not there. */
const NO_SHALLOW_COMMITS = "no commits selected for shallow requests";

function reasonOf(said: string): string {
  if (saysShortOfProcesses(said)) return SHORT_OF_PROCESSES;
  return said.includes(NO_SHALLOW_COMMITS)
    ? NO_SHALLOW_COMMITS
    : "upload-pack: the request could not be answered";
}
