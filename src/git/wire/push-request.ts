import { isUtf8 } from "node:buffer";
import { Failure } from "../../model/failure.ts";
import { type ObjectId, parseObjectId, ZERO_OBJECT_ID } from "../../model/object-id.ts";
import { MalformedPacketError, type Packet, packetText } from "./packet.ts";
import { EndWithinPacketError, openPacketSource, type PacketSource } from "./packet-source.ts";

/** One line of a push: gitprotocol-pack(5), "Reference Update Request". */
export type PushCommand = {
  /** As sent: it may be no valid ref name. */
  readonly name: string;
  readonly old: ObjectId | undefined;
  readonly new: ObjectId | undefined;
};

export type PushRequest = {
  readonly commands: readonly PushCommand[];
  readonly capabilities: ReadonlySet<string>;
  readonly options: readonly string[];
  /** The pack, or nothing where all commands delete. */
  readonly pack: AsyncIterable<Buffer>;
};

export const PUSH_COMMANDS_MAX = 50_000;
export const PUSH_OPTIONS_MAX = 100;
/** GitLab and others give a push option about this much; git itself a packet. */
export const PUSH_OPTION_BYTES_MAX = 4_096;
const SHALLOW_LINES_MAX = 100_000;
/** All commands together: the most that a push may have, with names of some length. */
export const PUSH_COMMAND_BYTES_MAX = 16 * 1024 * 1024;
/** So much of a refused push is heard out; who sends more finds the connection closed. */
export const UNHEARD_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * Reads commands, capabilities and push options of a push, and leaves the pack to be read.
 *
 * @returns undefined if there is no command: git sends a lone flush to test its credential before a large push.
 * @throws Failure invalid-input for any other form, too-large beyond the limits.
 */
export async function readPushRequest(stream: AsyncIterable<Buffer>): Promise<PushRequest | undefined> {
  const source = openPacketSource(stream);
  try {
    const { commands, capabilities } = await readCommands(source);
    if (commands.length === 0) return undefined;
    const options = capabilities.has("push-options") ? await readOptions(source) : [];
    return { commands, capabilities, options, pack: source.remainder() };
  } catch (error) {
    await hearOut(source.remainder());
    if (error instanceof MalformedPacketError || error instanceof EndWithinPacketError) {
      throw new Failure("invalid-input", `push: ${error.message}`);
    }
    throw error;
  }
}

/**
 * Takes what the sender has still to say: who is sending does not read, and would see a reset connection in place of the
 * reason. What breaks off while nobody needs it is no error.
 */
export async function hearOut(pieces: AsyncIterable<Buffer>): Promise<void> {
  let bytes = 0;
  try {
    for await (const piece of pieces) {
      bytes += piece.length;
      if (bytes > UNHEARD_BYTES_MAX) return;
    }
  } catch {
    // The sender has gone, or its body cannot be unpacked: the reason is already known.
  }
}

async function readCommands(source: PacketSource) {
  const commands: PushCommand[] = [];
  let capabilities: ReadonlySet<string> = new Set();
  let shallowLines = 0;
  let bytes = 0;
  for await (const packet of dataUntilFlush(source)) {
    bytes += packet.payload.length;
    if (bytes > PUSH_COMMAND_BYTES_MAX) {
      throw new Failure("too-large", `push: commands of more than ${PUSH_COMMAND_BYTES_MAX} bytes`);
    }
    // A push from a shallow clone names its borders. They need no more than to be read: what is missing behind them is
    // either here already, or the check of connectivity finds it missing.
    if (packet.payload.toString("latin1", 0, 8) === "shallow ") {
      shallowLines += 1;
      if (shallowLines > SHALLOW_LINES_MAX) throw tooMany("shallow lines", SHALLOW_LINES_MAX);
      continue;
    }
    const zero = packet.payload.indexOf(0);
    if (zero !== -1 && commands.length === 0) {
      capabilities = new Set(
        packetText(packet.payload.subarray(zero + 1))
          .split(" ")
          .filter((word) => word !== ""),
      );
    }
    commands.push(parseCommand(zero === -1 ? packet.payload : packet.payload.subarray(0, zero)));
    if (commands.length > PUSH_COMMANDS_MAX) throw tooMany("refs in one push", PUSH_COMMANDS_MAX);
  }
  return { commands, capabilities };
}

/** Commands and options end with a flush. Without it, or with another packet, the rest of them is missing. */
async function* dataUntilFlush(source: PacketSource): AsyncGenerator<Packet & { readonly kind: "data" }> {
  for (;;) {
    const packet = await source.readPacket();
    if (packet === undefined) throw new EndWithinPacketError();
    if (packet.kind === "flush") return;
    if (packet.kind !== "data") throw new MalformedPacketError(`a ${packet.kind} in place of a flush`);
    yield packet;
  }
}

function parseCommand(payload: Buffer): PushCommand {
  // The database and JSON carry text; a name in another encoding could not be shown or asked for again.
  if (!isUtf8(payload)) throw new Failure("invalid-input", "push: a ref name is not UTF-8");
  const text = packetText(payload);
  if (/^[0-9a-f]{64} /.test(text)) {
    throw new Failure(
      "invalid-input",
      "push: SHA-256 object ids are not supported: repositories here use SHA-1",
    );
  }
  const oldId = parseObjectId(text.slice(0, 40));
  const newId = parseObjectId(text.slice(41, 81));
  const isCommand =
    oldId !== undefined && newId !== undefined && text[40] === " " && text[81] === " " && text.length > 82;
  if (!isCommand) throw new Failure("invalid-input", "push: a line is not a ref update");
  const name = text.slice(82);
  // A report names every ref: what a terminal takes for orders is not sent to one.
  if (/\p{Cc}/u.test(name)) throw new Failure("invalid-input", "push: a ref name has control characters");
  return { name, old: unlessZero(oldId), new: unlessZero(newId) };
}

function unlessZero(id: ObjectId): ObjectId | undefined {
  return id === ZERO_OBJECT_ID ? undefined : id;
}

async function readOptions(source: PacketSource): Promise<string[]> {
  const options: string[] = [];
  for await (const packet of dataUntilFlush(source)) {
    if (packet.payload.length > PUSH_OPTION_BYTES_MAX) {
      throw new Failure("too-large", `push option: longer than ${PUSH_OPTION_BYTES_MAX} bytes`);
    }
    options.push(packetText(packet.payload));
    if (options.length > PUSH_OPTIONS_MAX) throw tooMany("push options", PUSH_OPTIONS_MAX);
  }
  return options;
}

function tooMany(what: string, limit: number): Failure {
  return new Failure("too-large", `push: more than ${limit} ${what}`);
}
