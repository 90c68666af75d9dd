import { Failure } from "../../model/failure.ts";
import { MalformedPacketError, type Packet, packetText, parsePacket } from "./packet.ts";

/** A request of protocol 2: gitprotocol-v2(5), "Command Request". */
export type CommandRequest = {
  readonly command: string;
  readonly capabilities: readonly string[];
  readonly args: readonly string[];
};

/**
 * Reads the first request in `body`: the command, its capabilities, then behind a delimiter its arguments.
 *
 * @returns undefined for a body of flushes only, with which a client closes the connection.
 * @throws Failure invalid-input if it has another form.
 */
export function parseCommandRequest(body: Buffer): CommandRequest | undefined {
  const head: string[] = [];
  const args: string[] = [];
  let section = head;
  for (const packet of packetsUntilFlush(body)) {
    if (packet.kind === "delimiter") section = args;
    else if (packet.kind === "data") section.push(packetText(packet.payload));
  }
  if (head.length === 0 && args.length === 0) return undefined;
  const commands = head.flatMap((line) =>
    line.startsWith("command=") ? [line.slice("command=".length)] : [],
  );
  if (commands.length !== 1) throw new Failure("invalid-input", "command: a request names exactly one");
  return { command: commands[0]!, capabilities: head.filter((line) => !line.startsWith("command=")), args };
}

function* packetsUntilFlush(body: Buffer): Generator<Packet> {
  try {
    let offset = 0;
    for (let parsed = parsePacket(body, offset); parsed !== undefined; parsed = parsePacket(body, offset)) {
      if (parsed.packet.kind === "flush") return;
      yield parsed.packet;
      offset = parsed.end;
    }
    if (body.length > 0) throw new Failure("invalid-input", "request: ends before its flush packet");
  } catch (error) {
    if (error instanceof MalformedPacketError)
      throw new Failure("invalid-input", `request: ${error.message}`);
    throw error;
  }
}
