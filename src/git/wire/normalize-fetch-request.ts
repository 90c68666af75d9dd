import type { ProtocolVersion } from "./git-protocol.ts";
import { MalformedPacketError, packetText, parsePacket } from "./packet.ts";

/** What names the client, and changes nothing in the answer: gitprotocol-capabilities(5). */
const ABOUT_THE_CLIENT = /(?:^| )(?:agent|session-id)=[^ ]*/g;
/** The same in protocol 2, where a capability is a line. */
const LINE_ABOUT_THE_CLIENT = /^(?:agent|session-id)=/;
/**
 * No git writes control characters in a line. git's own reader ends a word (connect.c, parse_feature_value) or the line at one: it would
 * obey what follows an agent's name, and here it would be dropped with the name. U+FFFD stands for bytes of any value.
 */
const AMBIGUOUS = /[^ -~\u{80}-\u{fffc}\u{fffe}-\u{10ffff}]/u;

/**
 * A fetch request in one form for all clients that ask for the same: without the client's name, and with the wants sorted, since
 * their order means nothing. It is compared and never parsed.
 *
 * @returns undefined for a request that is not the last of its negotiation (it has no `done`), is none, or has characters
 * that git reads otherwise.
 */
export function normalizeFetchRequest(body: Buffer, version: ProtocolVersion): string | undefined {
  const wants: string[] = [];
  const others: string[] = [];
  let capabilities = "";
  let isFinal = false;
  // Protocol 2 has capabilities, a delimiter, and then the arguments; the others have wants, a flush, and then the rest.
  let section = 0;
  const sectionOfWants = version === 2 ? 1 : 0;
  try {
    let offset = 0;
    for (let parsed = parsePacket(body, offset); parsed !== undefined; parsed = parsePacket(body, offset)) {
      offset = parsed.end;
      if (parsed.packet.kind !== "data") {
        others.push(`(${parsed.packet.kind})`);
        section += 1;
        continue;
      }
      const line = packetText(parsed.packet.payload);
      if (AMBIGUOUS.test(line)) return undefined;
      // A space parts the two, so that no letter could belong to either: a line that does not fit is read only once.
      const [, id, rest] = /^want ([0-9a-f]+)((?: .*)?)$/.exec(line) ?? [];
      if (id !== undefined && section === sectionOfWants) {
        wants.push(id);
        // Protocols 0 and 1 have the capabilities behind the first want, in any order.
        capabilities += rest!.replaceAll(ABOUT_THE_CLIENT, "");
      } else if (line === "done" && section === 1) isFinal = true;
      else if (version !== 2 || section > 0 || !LINE_ABOUT_THE_CLIENT.test(line)) others.push(line);
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
